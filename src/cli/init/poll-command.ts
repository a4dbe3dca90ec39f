import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { PollCommand } from '../../domain/installation/schedule.ts';
import type { SourceName } from '../../domain/model.ts';
import { formatFlagDuration } from '../../domain/time/duration.ts';
import { CredWatchError } from '../../errors.ts';
import { type Environment, isVariableSet } from '../../sources/environment/variables.ts';
import { readsProfile } from '../../sources/imds/settings.ts';
import { readProfileFiles } from '../../sources/profile/files.ts';
import { findDefaultDatabasePath } from '../../store/database-path.ts';
import { resolveDatabaseFile } from '../database/database-location.ts';
import type { SourceFlags } from '../flags/source-flags.ts';
import type { Io } from '../process/io.ts';

/** Variables of sources that read the files of profiles. Never listed in this file: keys, and values of tokens. */
const PROFILE_SETTINGS = [
  ...['AWS_PROFILE', 'AWS_DEFAULT_PROFILE', 'AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE'],
];

/** Variables of IMDS, which can also give the credentials with which a role is assumed. */
const IMDS_SETTINGS = [
  ...['AWS_EC2_METADATA_SERVICE_ENDPOINT', 'AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE', 'AWS_IMDS_USE_IPV6'],
  ...['AWS_EC2_METADATA_V1_DISABLED', 'AWS_METADATA_SERVICE_TIMEOUT', 'AWS_METADATA_SERVICE_NUM_ATTEMPTS'],
  'AWS_EC2_INSTANCE_PROFILE_NAME',
];

const FULL_URI = 'AWS_CONTAINER_CREDENTIALS_FULL_URI';
const TOKEN = 'AWS_CONTAINER_AUTHORIZATION_TOKEN';
const TOKEN_FILE = 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE';

/** Variables of a container endpoint. */
const CONTAINER_SETTINGS = ['AWS_CONTAINER_SERVICE_ENDPOINT', TOKEN_FILE];

/** Variables of sources that request a session of a role. */
const SESSION_SETTINGS = ['AWS_ROLE_ARN', 'AWS_ROLE_SESSION_NAME'];

/** Variables of sources that call AWS. */
const AWS_SETTINGS = [
  ...[
    'AWS_REGION',
    'AWS_DEFAULT_REGION',
    'AWS_CA_BUNDLE',
    'AWS_USE_FIPS_ENDPOINT',
    'AWS_USE_DUALSTACK_ENDPOINT',
  ],
  ...['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_STS', 'AWS_ENDPOINT_URL_SSO', 'AWS_ENDPOINT_URL_SSO_OIDC'],
  ...['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS', 'AWS_STS_REGIONAL_ENDPOINTS'],
];

/** A profile can name any other source of its base credentials, and a program. */
const ALL_SETTINGS = [
  ...PROFILE_SETTINGS,
  ...IMDS_SETTINGS,
  ...SESSION_SETTINGS,
  ...['AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_SDK_LOAD_CONFIG'],
  ...AWS_SETTINGS,
];

/** The variables that each source reads. */
const SETTINGS: Readonly<Record<SourceName, readonly string[]>> = {
  imds: [...PROFILE_SETTINGS, ...IMDS_SETTINGS],
  container: CONTAINER_SETTINGS,
  environment: [],
  github: [...SESSION_SETTINGS, ...AWS_SETTINGS],
  process: ALL_SETTINGS,
  profile: ALL_SETTINGS,
  role: ALL_SETTINGS,
  'web-identity': ALL_SETTINGS,
  sso: ALL_SETTINGS,
};

/**
 * Secret variables that a source reads. The path in the URI of a container can grant the credentials, as on ECS. Keys
 * of the environment also have their expiration in a variable, which has several names.
 */
const SECRETS: Readonly<Partial<Record<SourceName, readonly string[]>>> = {
  container: ['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', FULL_URI, TOKEN],
  environment: ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'],
  github: ['ACTIONS_ID_TOKEN_REQUEST_URL', 'ACTIONS_ID_TOKEN_REQUEST_TOKEN'],
};

const TOKEN_FILES: ReadonlySet<string> = new Set([TOKEN_FILE, 'AWS_WEB_IDENTITY_TOKEN_FILE']);

const FILES: ReadonlySet<string> = new Set([
  ...['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE', 'AWS_CA_BUNDLE'],
  ...TOKEN_FILES,
]);

/** Sources that can run a program, which needs the PATH of the user. */
const RUNS_PROGRAMS: ReadonlySet<SourceName> = new Set(['process', 'profile', 'role', 'web-identity', 'sso']);

interface PollFlags extends SourceFlags {
  source: SourceName;
  db?: string;
}

/**
 * The command that polls the source of these flags from cron or a unit.
 * @throws CredWatchError if the command would contain a secret
 */
export async function buildPollCommand(flags: PollFlags, io: Io): Promise<PollCommand> {
  const { env, programFiles } = io;
  const { source } = flags;
  const files = source === 'imds' ? await readProfileFiles({ ...io, ...flags }) : undefined;
  const isProfileRead = source !== 'imds' || readsProfile({ ...io, profileFiles: files });
  const database = resolve(resolveDatabaseFile(flags.db, io));
  const ownDefault = findDefaultDatabasePath({ ...io, env: {} });
  return {
    ...programFiles,
    source,
    words: ['poll', '--source', source, ...listSourceWords(flags)],
    database,
    isDefaultDatabase: database === ownDefault,
    variables: listVariables(source, env).filter(
      ([name]) => isProfileRead || !PROFILE_SETTINGS.includes(name),
    ),
    inherited: listInherited(source, env),
  };
}

function listSourceWords(flags: SourceFlags): string[] {
  assertNoSecrets(flags);
  const values: readonly (readonly [flag: string, value: string | undefined])[] = [
    ['--role', flags.role],
    ['--profile', flags.profile],
    ['--role-arn', flags.roleArn],
    ['--session-name', flags.sessionName],
    ['--duration', flags.duration === undefined ? undefined : formatFlagDuration(flags.duration)],
    ['--sts-endpoint', flags.stsEndpoint],
    ['--host', flags.host],
  ];
  return values.flatMap(([flag, value]) => (value === undefined ? [] : [flag, value]));
}

/** Other users can read a unit, and the arguments of a process. */
function assertNoSecrets({ externalId, process, stsEndpoint }: SourceFlags): void {
  if (externalId !== undefined || process !== undefined) {
    const [flag, setting] =
      process === undefined
        ? ['--external-id is', 'external_id']
        : ['--process can contain', 'credential_process'];
    throw new CredWatchError(
      `${flag} a secret, and other users can read a schedule`,
      `write ${setting} into a profile of ~/.aws/config, and use --profile`,
    );
  }
  if (stsEndpoint !== undefined) assertNoSecretInUrl('--sts-endpoint', stsEndpoint);
}

function assertNoSecretInUrl(name: string, value: string): void {
  if (!URL.canParse(value)) return;
  const { username, password, search, hash } = new URL(value);
  if (`${username}${password}${search}${hash}` === '') return;
  throw new CredWatchError(
    `${name} contains a user name, a password or a query, and other users can read a schedule`,
    `remove them from ${name}`,
  );
}

/** The paths of EKS Pod Identity, CloudShell and Greengrass, which are the same everywhere. */
const PUBLIC_PATHS: ReadonlySet<string> = new Set([
  '/v1/credentials',
  '/latest/meta-data/container/security-credentials',
  '/2016-11-01/credentialprovider/',
]);

/** A token protects this URL, and its path is no secret of its own. */
function isUriPublic(env: Environment): boolean {
  const isTokenSet = isVariableSet(env, TOKEN) || isVariableSet(env, TOKEN_FILE);
  const uri = env[FULL_URI] ?? '';
  return isTokenSet && URL.canParse(uri) && !/[?#@]/.test(uri) && PUBLIC_PATHS.has(new URL(uri).pathname);
}

/** A value that names no file can be the token itself. */
const isPossibleToken = (name: string, value = ''): boolean => TOKEN_FILES.has(name) && !existsSync(value);

/** The secret variables that the source reads in this shell. */
function listInherited(source: SourceName, env: Environment): string[] {
  const isPublic = isUriPublic(env);
  const secrets = (SECRETS[source] ?? []).filter((name) => !(isPublic && name === FULL_URI));
  const tokens = SETTINGS[source].filter((name) => isPossibleToken(name, env[name]));
  return [...secrets, ...tokens].filter((name) => isVariableSet(env, name));
}

function listVariables(source: SourceName, env: Environment): [name: string, value: string][] {
  const known = [
    ...(RUNS_PROGRAMS.has(source) ? ['PATH'] : []),
    ...(source === 'container' && isUriPublic(env) ? [FULL_URI] : []),
    ...SETTINGS[source],
    'CRED_WATCH_HOST',
  ];
  const names = known.filter((name) => isVariableSet(env, name) && !isPossibleToken(name, env[name]));
  return names.map((name) => {
    const value = env[name] ?? '';
    assertNoSecretInUrl(name, value);
    return [name, FILES.has(name) && !value.startsWith('~') ? resolve(value) : value];
  });
}
