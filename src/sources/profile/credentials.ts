import { quoteForShell } from '../../untrusted-text.ts';
import { readExpirations } from '../document/expirations.ts';
import { readText } from '../document/json-object.ts';
import { chooseToken, type UnvalidatedKeys } from '../document/unvalidated-keys.ts';
import { Notes } from '../notes.ts';
import { PollError } from '../poll-error.ts';
import type { Profile, SectionSettings } from './files.ts';

const KEY_ID = 'aws_access_key_id';
const SECRET_KEY = 'aws_secret_access_key';
const TOKEN = 'aws_session_token';
const OLD_TOKEN = 'aws_security_token';
const PROCESS = 'credential_process';

/** Settings that tools write for people and prompts. No SDK reads them. The comments name the tools. */
const EXPIRATIONS = [
  'x_security_token_expires', // saml2aws, okta-aws-cli
  'aws_expiration', // aws-azure-login
  'aws_credential_expiration',
  'aws_credentials_expiration',
  'aws_session_expiration', // gsts
  'aws_session_token_expiration',
  'aws_session_expires',
  'aws_session_expiry',
  'aws_okta_session_expiration',
];

/** Written by aws-mfa (UTC without a zone, with `assumed_role` next to it) and weep (seconds since 1970). */
const MFA_EXPIRATION = 'expiration';

/** Settings that need a call to AWS. */
const AWS_CALL_SETTINGS = [
  'role_arn',
  'web_identity_token_file',
  'sso_session',
  'sso_start_url',
  'sso_account_id',
  'login_session',
];

/** The settings with which a profile names the credentials that assume its role. */
const ROLE_BASE_SETTINGS = ['source_profile', 'credential_source'];

/** A setting of the credentials file, else of the config file. Null also without a profile. */
export const readProfileSetting = (profile: Profile | null, key: string): string | null =>
  profile && (readText(profile.credentials, key) ?? readText(profile.config, key));

/** The first setting of a profile from which SDKs get credentials, or null. */
export const findCredentialSetting = (profile: Profile): string | null =>
  [KEY_ID, PROCESS, ...AWS_CALL_SETTINGS].find((key) => readProfileSetting(profile, key) !== null) ?? null;

export type ProfileCredentials =
  | { kind: 'keys'; keys: UnvalidatedKeys }
  | { kind: 'process'; command: string }
  /** Credentials from AWS STS or IAM Identity Center. */
  | { kind: 'role' | 'web-identity' | 'sso' };

/**
 * Finds where a profile gets its credentials, in the order of the JavaScript SDK: role, keys, web
 * identity, process, SSO.
 * @throws PollError if there are none
 */
export function readProfileCredentials(profile: Profile, notes: Notes): ProfileCredentials {
  const { name, config, credentials } = profile;
  const has = (key: string) => readProfileSetting(profile, key) !== null;
  const awsCall = AWS_CALL_SETTINGS.find(has);
  if (has('role_arn') && (ROLE_BASE_SETTINGS.some(has) || !has('web_identity_token_file')))
    return { kind: 'role' };
  // All values come from one file. Only the JavaScript SDK combines a key of one file with a token of the
  // other.
  const [keys, rest] = readText(credentials, KEY_ID) === null ? [config, credentials] : [credentials, config];
  const isProcess = has(PROCESS);
  if (readText(keys, KEY_ID) !== null) {
    const other = awsCall ?? (isProcess && keys === config ? PROCESS : undefined);
    if (other !== undefined) notes.add({ code: 'PROFILE_GIVES_TWO', name: KEY_ID, otherName: other });
    return { kind: 'keys', keys: readKeys(name, keys, rest, notes) };
  }
  if (has('web_identity_token_file')) {
    if (isProcess)
      notes.add({ code: 'PROFILE_GIVES_TWO', name: 'web_identity_token_file', otherName: PROCESS });
    return { kind: 'web-identity' };
  }
  if (isProcess) {
    if (awsCall !== undefined) {
      notes.add({ code: 'PROFILE_GIVES_TWO', name: PROCESS, otherName: awsCall });
    }
    return { kind: 'process', command: readCredentialProcess(profile) };
  }
  if (awsCall === 'login_session') throw createAwsCallError(profile, awsCall);
  if (awsCall !== undefined) return { kind: 'sso' };
  if (has(SECRET_KEY)) throw new PollError('invalid-configuration', `profile ${name} has no ${KEY_ID}`);
  throw new PollError('not-configured', `profile ${name} has neither keys nor ${PROCESS}`);
}

/**
 * The credentials of a profile that another profile names as its `source_profile`. SDKs then prefer the keys of the
 * profile to its role.
 * @throws PollError if there are none
 */
export function readBaseCredentials(profile: Profile, notes: Notes): ProfileCredentials {
  const hasKeys = readProfileSetting(profile, KEY_ID) !== null;
  const isOfRole = (key: string) => ['role_arn', ...ROLE_BASE_SETTINGS].includes(key.toLowerCase());
  return readProfileCredentials(hasKeys ? omitSettings(profile, isOfRole) : profile, notes);
}

/** @param isOmitted is called with the name of each setting, as it is in the file */
export function omitSettings(
  { name, config, credentials }: Profile,
  isOmitted: (key: string) => boolean,
): Profile {
  const keep = (settings: SectionSettings): SectionSettings =>
    Object.fromEntries(Object.entries(settings).filter(([key]) => !isOmitted(key)));
  return { name, config: keep(config), credentials: keep(credentials) };
}

/** Where a profile gets its credentials. Null if `read` finds none. */
export function findCredentialKind(
  profile: Profile,
  read = readProfileCredentials,
): ProfileCredentials['kind'] | null {
  try {
    return read(profile, new Notes()).kind;
  } catch (error) {
    if (error instanceof PollError) return null;
    throw error;
  }
}

/** The keys of a profile, also if it has a role. @throws PollError if it has none */
export function readProfileKeys({ name, config, credentials }: Profile, notes: Notes): UnvalidatedKeys {
  const [keys, rest] = readText(credentials, KEY_ID) === null ? [config, credentials] : [credentials, config];
  if (readText(keys, KEY_ID) !== null) return readKeys(name, keys, rest, notes);
  throw new PollError('invalid-configuration', `profile ${name} names itself, but has no ${KEY_ID}`);
}

/** Also for a profile that has keys. @throws PollError if the profile has no `credential_process` */
export function readCredentialProcess(profile: Profile): string {
  const command = readProfileSetting(profile, PROCESS);
  if (command === null) throw new PollError('not-configured', `profile ${profile.name} has no ${PROCESS}`);
  return command;
}

function createAwsCallError({ name }: Profile, key: string): PollError {
  const command = `aws configure export-credentials${name === 'default' ? '' : ` --profile ${quoteForShell(name)}`}`;
  const detail = `profile ${name} has ${key}, which needs a call to AWS; use --process ${quoteForShell(command)}`;
  return new PollError('invalid-configuration', detail, { misconfiguration: { code: 'NEEDS_AWS_CALL' } });
}

function readKeys(
  profile: string,
  section: SectionSettings,
  other: SectionSettings,
  notes: Notes,
): UnvalidatedKeys {
  const read = (name: string) => ({ name, value: readText(section, name) });
  const readAllExpirations = (from: SectionSettings) => {
    const readFrom = (name: string) => readText(from, name);
    const zone = readFrom('assumed_role') === null ? null : 'utc';
    return [...readExpirations(EXPIRATIONS, readFrom), ...readExpirations([MFA_EXPIRATION], readFrom, zone)];
  };
  const own = readAllExpirations(section);
  return {
    profile,
    accessKeyId: read(KEY_ID),
    secretAccessKey: read(SECRET_KEY),
    token: chooseToken(read(TOKEN), read(OLD_TOKEN), notes),
    // `aws configure set` writes keys that it does not know to the config file.
    expirations: own.length > 0 ? own : readAllExpirations(other),
    accountId: readText(section, 'aws_account_id') ?? readText(other, 'aws_account_id'),
    reasonIfIncomplete: 'invalid-configuration',
    missingExpirationDetail: `the profile has no expiration, for example ${EXPIRATIONS[0]}`,
  };
}
