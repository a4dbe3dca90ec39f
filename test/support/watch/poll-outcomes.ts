import { Secret } from '../../../src/secret.ts';
import type { PolledCredentials, PollFailure } from '../../../src/sources/source.ts';

const HOUR = 3_600_000;

/** A poll that got credentials with six hours of validity. */
export const successfulPoll = (
  observedAt: number,
  changes: Partial<PolledCredentials> = {},
): PolledCredentials => ({
  ok: true,
  identity: { apiVersion: '2', role: 'loader', host: 'i-0abc', source: null },
  observedAt,
  clockOffset: 0,
  notes: [],
  credentials: {
    accessKeyId: 'ASIA1',
    lastUpdated: null,
    expiration: observedAt + 6 * HOUR,
    zoneless: false,
  },
  secrets: {
    accessKeyId: new Secret('ASIA1'),
    secretAccessKey: new Secret('secret'),
    token: new Secret('token'),
  },
  accountId: null,
  ...changes,
});

/** A poll that failed with a timeout. */
export const failedPoll = (observedAt: number, changes: Partial<PollFailure> = {}): PollFailure => ({
  ok: false,
  identity: { apiVersion: '2', role: null, host: 'i-0abc', source: null },
  observedAt,
  clockOffset: 0,
  accountId: null,
  notes: [],
  reason: 'timeout',
  detail: '',
  misconfiguration: null,
  possibleHopLimit: false,
  accessKeyId: null,
  expiration: null,
  ...changes,
});
