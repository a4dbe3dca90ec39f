import { isRejectedByBotocore, readExpirations } from '../document/expirations.ts';
import { chooseToken, createKeysDocument, type UnvalidatedKeys } from '../document/unvalidated-keys.ts';
import { type OngoingPoll, runPoll } from '../poll.ts';
import { PollError } from '../poll-error.ts';
import type { CredentialSource, SourceOptions } from '../source.ts';
import { detectPlatform } from './platform.ts';
import { readVariable } from './variables.ts';

const KEY_ID = 'AWS_ACCESS_KEY_ID';
const SECRET_KEY = 'AWS_SECRET_ACCESS_KEY';
const TOKEN = 'AWS_SESSION_TOKEN';
const OLD_TOKEN = 'AWS_SECURITY_TOKEN';

/** botocore and the JavaScript SDK read only this name. */
const EXPIRATION = 'AWS_CREDENTIAL_EXPIRATION';

/** The comments name the tools that write the others. */
const EXPIRATIONS = [
  EXPIRATION,
  'AWS_CREDENTIALS_EXPIRATION', // aws-sso-util
  'AWS_SESSION_EXPIRATION', // granted, old versions of aws-vault
  'AWS_SSO_SESSION_EXPIRATION', // aws-sso-cli
  'AWS_OKTA_SESSION_EXPIRATION', // aws-okta, seconds since 1970
  'AWS_SESSION_EXPIRES',
  'AWS_SESSION_EXPIRY',
  'AWS_SESSION_TOKEN_EXPIRATION',
  'AWS_EXPIRATION',
];

/** awsume writes local time without a zone. */
const LOCAL_EXPIRATIONS = ['AWSUME_EXPIRATION'];

/** Keys in environment variables. A program's environment never changes, so this source sees no rotation. */
export function createEnvironmentSource(options: SourceOptions): CredentialSource {
  return {
    name: 'environment',
    endpoint: null,
    poll: (signal) =>
      runPoll(options, signal, [], async (poll) => createKeysDocument(readEnvironmentKeys(poll), poll)),
  };
}

/** @throws PollError if the variables are not set */
export function readEnvironmentKeys(poll: OngoingPoll): UnvalidatedKeys {
  const { env, role } = poll.options;
  poll.identity.role = role ?? null;
  // Every SDK ignores empty variables, but most SDKs use keys that consist of blanks.
  const read = (name: string) => readVariable(env, name);
  const readNamed = (name: string) => ({ name, value: env[name] || null });
  if (!env[KEY_ID] && read(SECRET_KEY) === null) {
    throw new PollError('not-configured', `neither ${KEY_ID} nor ${SECRET_KEY} is set`);
  }
  if (read('AWS_PROFILE') !== null) poll.notes.add({ code: 'PROFILE_HIDES_ENVIRONMENT' });
  if (isRejectedByBotocore(read(EXPIRATION) ?? ''))
    poll.notes.add({ code: 'EXPIRATION_REJECTED_BY_BOTOCORE', name: EXPIRATION });
  const expirations = [
    ...readExpirations(EXPIRATIONS, read),
    ...readExpirations(LOCAL_EXPIRATIONS, read, 'local'),
  ];
  if (expirations.length === 0 && detectPlatform(env) === 'lambda')
    poll.notes.add({ code: 'KEYS_OF_LAMBDA' });
  return {
    accessKeyId: readNamed(KEY_ID),
    secretAccessKey: readNamed(SECRET_KEY),
    token: chooseToken(readNamed(TOKEN), readNamed(OLD_TOKEN), poll.notes),
    expirations,
    accountId: read('AWS_ACCOUNT_ID'),
    reasonIfIncomplete: 'invalid-configuration',
    missingExpirationDetail: `${EXPIRATION} is not set`,
  };
}
