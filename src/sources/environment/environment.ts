import { chooseToken, documentFromKeys, type NamedValue } from '../document/unvalidated-keys.ts';
import { type FoundDocument, type OngoingPoll, runPoll } from '../poll.ts';
import { PollError } from '../poll-error.ts';
import type { CredentialSource, SourceOptions } from '../source.ts';

const KEY_ID = 'AWS_ACCESS_KEY_ID';
const SECRET_KEY = 'AWS_SECRET_ACCESS_KEY';
const TOKEN = 'AWS_SESSION_TOKEN';
const OLD_TOKEN = 'AWS_SECURITY_TOKEN';

/** The first is botocore's and JavaScript's; who writes the others stands beside them. */
const EXPIRATIONS = [
  'AWS_CREDENTIAL_EXPIRATION',
  'AWS_CREDENTIALS_EXPIRATION', // aws-sso-util
  'AWS_SESSION_EXPIRATION', // granted, aws-vault of old
  'AWSUME_EXPIRATION', // awsume, without a zone
  'AWS_SSO_SESSION_EXPIRATION', // aws-sso-cli
];

/** Keys in the environment. A running program's environment does not change: it sees rotations only if restarted. */
export function createEnvironmentSource(options: SourceOptions): CredentialSource {
  return {
    name: 'environment',
    endpoint: null,
    poll: (signal) => runPoll(options, signal, [], async (current) => readEnvironment(current)),
  };
}

function readEnvironment(look: OngoingPoll): FoundDocument {
  const { env, role } = look.options;
  look.identity.role = role ?? '';
  // Blank ones count as missing in every SDK.
  const read = (name: string): NamedValue => ({
    name,
    value: env[name]?.trim() === '' ? '' : (env[name] ?? ''),
  });
  const keys = { accessKeyId: read(KEY_ID), secretAccessKey: read(SECRET_KEY) };
  if (keys.accessKeyId.value === '' && keys.secretAccessKey.value === '') {
    throw new PollError('not-configured', `neither ${KEY_ID} nor ${SECRET_KEY} is set`);
  }
  if (read('AWS_PROFILE').value !== '') look.notes.add({ code: 'PROFILE_HIDES_ENVIRONMENT' });
  return documentFromKeys(
    {
      ...keys,
      token: chooseToken(read(TOKEN), read(OLD_TOKEN), look.notes),
      expirations: EXPIRATIONS.map(read).filter(({ value }) => value !== ''),
      accountId: read('AWS_ACCOUNT_ID').value,
      reasonIfIncomplete: 'invalid-configuration',
      missingExpirationDetail: `${EXPIRATIONS[0]} is not set`,
    },
    look,
  );
}
