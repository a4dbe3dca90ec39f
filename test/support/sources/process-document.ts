import { CANARIES } from './polling.ts';

const [SECRET, TOKEN] = CANARIES;

/** The output of a `credential_process`, with the given changes. */
export const processDocument = (changes: Record<string, unknown> = {}) =>
  JSON.stringify({
    Version: 1,
    AccessKeyId: 'ASIACANARY0000000009',
    SecretAccessKey: SECRET,
    SessionToken: TOKEN,
    Expiration: '2026-11-22T06:23:11Z',
    ...changes,
  });
