import { readText } from '../document/json-object.ts';
import { chooseToken, type NamedValue, type UnvalidatedKeys } from '../document/unvalidated-keys.ts';
import type { Notes } from '../notes.ts';
import { PollError } from '../poll-error.ts';
import type { Profile, SectionSettings } from './files.ts';

const KEY_ID = 'aws_access_key_id';
const SECRET_KEY = 'aws_secret_access_key';
const TOKEN = 'aws_session_token';
const OLD_TOKEN = 'aws_security_token';
const PROCESS = 'credential_process';

/** No SDK reads any of these: they are for people and their prompts. Who writes them stands beside them. */
const EXPIRATIONS = [
  'x_security_token_expires', // saml2aws, okta-aws-cli
  'expiration', // aws-mfa (without a zone), weep (seconds since 1970); starship reads it
  'aws_expiration', // aws-azure-login
  'aws_credential_expiration',
  'aws_credentials_expiration',
  'aws_session_expiration', // gsts
  'aws_session_token_expiration',
];

/** What a profile needs a call to AWS for, which nothing here makes. */
const CALLS = [
  'role_arn',
  'web_identity_token_file',
  'sso_session',
  'sso_start_url',
  'sso_account_id',
  'login_session',
];

/** The setting of a profile by which SDKs come to credentials; null where there is none. */
export function findCredentialSetting({ config, credentials }: Profile): string | null {
  const keys = [KEY_ID, PROCESS, ...CALLS];
  return keys.find((key) => readText(credentials, key) !== '' || readText(config, key) !== '') ?? null;
}

export type ProfileCredentials =
  | { kind: 'keys'; keys: UnvalidatedKeys }
  | { kind: 'process'; command: string };

/**
 * What a profile gives without a call to AWS, as JavaScript chooses: a role wins over keys, keys over a process, a
 * process over SSO. Throws a {@link PollError} where that is nothing.
 */
export function readProfileCredentials(profile: Profile, notes: Notes): ProfileCredentials {
  const { name, config, credentials } = profile;
  const has = (key: string) => readText(credentials, key) !== '' || readText(config, key) !== '';
  const calls = CALLS.find(has);
  if (calls === 'role_arn') throw needsCall(profile, calls);
  // One file has them all: no SDK but JavaScript joins a key of one with a token of the other.
  const [keys, rest] = readText(credentials, KEY_ID) === '' ? [config, credentials] : [credentials, config];
  const isProcess = has(PROCESS);
  if (readText(keys, KEY_ID) !== '') {
    const rival = calls ?? (isProcess && keys === config ? PROCESS : undefined);
    if (rival !== undefined) notes.add({ code: 'PROFILE_GIVES_TWO', name: KEY_ID, otherName: rival });
    return { kind: 'keys', keys: readKeys(keys, rest, notes) };
  }
  if (isProcess) {
    if (calls !== undefined) notes.add({ code: 'PROFILE_GIVES_TWO', name: PROCESS, otherName: calls });
    return { kind: 'process', command: readCredentialProcess(profile) };
  }
  if (calls !== undefined) throw needsCall(profile, calls);
  if (has(SECRET_KEY)) throw new PollError('invalid-configuration', `profile ${name} has no ${KEY_ID}`);
  throw new PollError('not-configured', `profile ${name} has neither keys nor a ${PROCESS}`);
}

/** Its `credential_process`, whatever else it has. */
export function readCredentialProcess({ name, config, credentials }: Profile): string {
  const command = readText(credentials, PROCESS) || readText(config, PROCESS);
  if (command === '') throw new PollError('not-configured', `profile ${name} has no ${PROCESS}`);
  return command;
}

function needsCall({ name }: Profile, key: string): PollError {
  const way = `aws configure export-credentials${name === 'default' ? '' : ` --profile ${name}`}`;
  const detail = `profile ${name} has ${key}, which takes a call to AWS; follow it with --process '${way}'`;
  return new PollError('invalid-configuration', detail, { misconfiguration: { code: 'NEEDS_AWS_CALL' } });
}

function readKeys(section: SectionSettings, other: SectionSettings, notes: Notes): UnvalidatedKeys {
  const read = (name: string): NamedValue => ({ name, value: readText(section, name) });
  const expirations = (from: SectionSettings) =>
    EXPIRATIONS.map((name) => ({ name, value: readText(from, name) })).filter(({ value }) => value !== '');
  const own = expirations(section);
  return {
    accessKeyId: read(KEY_ID),
    secretAccessKey: read(SECRET_KEY),
    token: chooseToken(read(TOKEN), read(OLD_TOKEN), notes),
    // `aws configure set` puts what it does not know into the config file.
    expirations: own.length > 0 ? own : expirations(other),
    accountId: readText(section, 'aws_account_id') || readText(other, 'aws_account_id'),
    reasonIfIncomplete: 'invalid-configuration',
    missingExpirationDetail: `the profile has no ${EXPIRATIONS[0]}, nor any such key`,
  };
}
