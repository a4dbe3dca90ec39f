import { chooseToken, documentFromKeys, type NamedValue } from '../document/unvalidated-keys.ts';
import { type FoundDocument, type OngoingPoll, runPoll } from '../poll.ts';
import { PollError } from '../poll-error.ts';
import type { CredentialSource, SourceOptions } from '../source.ts';

const KEY_ID = 'AWS_ACCESS_KEY_ID';
const SECRET_KEY = 'AWS_SECRET_ACCESS_KEY';
const TOKEN = 'AWS_SESSION_TOKEN';
const OLD_TOKEN = 'AWS_SECURITY_TOKEN';

/** botocore and the JavaScript SDK read the first name. The comments name the tools that write the others. */
const EXPIRATIONS = [
  'AWS_CREDENTIAL_EXPIRATION',
  'AWS_CREDENTIALS_EXPIRATION', // aws-sso-util
  'AWS_SESSION_EXPIRATION', // granted, old versions of aws-vault
  'AWSUME_EXPIRATION', // awsume, without a zone
  'AWS_SSO_SESSION_EXPIRATION', // aws-sso-cli
];

/** Keys in environment variables. A program's environment never changes, so this source sees no rotation. */
export function createEnvironmentSource(options: SourceOptions): CredentialSource {
  return {
    name: 'environment',
    endpoint: null,
    poll: (signal) => runPoll(options, signal, [], async (poll) => readEnvironment(poll)),
  };
}

function readEnvironment(poll: OngoingPoll): FoundDocument {
  const { env, role } = poll.options;
  poll.identity.role = role ?? null;
  // Every SDK ignores blank variables.
  const read = (name: string): NamedValue => {
    const value = env[name] ?? '';
    return { name, value: value.trim() === '' ? '' : value };
  };
  const keys = { accessKeyId: read(KEY_ID), secretAccessKey: read(SECRET_KEY) };
  if (keys.accessKeyId.value === '' && keys.secretAccessKey.value === '') {
    throw new PollError('not-configured', `neither ${KEY_ID} nor ${SECRET_KEY} is set`);
  }
  if (read('AWS_PROFILE').value !== '') poll.notes.add({ code: 'PROFILE_HIDES_ENVIRONMENT' });
  return documentFromKeys(
    {
      ...keys,
      token: chooseToken(read(TOKEN), read(OLD_TOKEN), poll.notes),
      expirations: EXPIRATIONS.map(read).filter(({ value }) => value !== ''),
      accountId: read('AWS_ACCOUNT_ID').value,
      reasonIfIncomplete: 'invalid-configuration',
      missingExpirationDetail: `${EXPIRATIONS[0]} is not set`,
    },
    poll,
  );
}
