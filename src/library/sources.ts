import type { SourceName } from '../domain/model.ts';
import { CredWatchError } from '../errors.ts';
import { describeUndecidedSource } from '../report/messages/provider-chain/job-source.ts';
import type { Environment } from '../sources/environment/variables.ts';
import type { PollLimits } from '../sources/http/exchange.ts';
import { findSourceConflict, openSource, type SourceChoice } from '../sources/open.ts';
import { findJobSource } from '../sources/probe/job-source.ts';
import type * as source from '../sources/source.ts';
import { assertKnownOptions, createArgumentError, parseExpiresAt, validateName } from './parse-options.ts';
import { toPublic } from './public-data.ts';
import type { PollOutcome } from './public-types.ts';
import { getSystemDefaults } from './system-defaults.ts';

/** A source of credentials that can be polled repeatedly. */
export interface CredentialSource
  extends Pick<source.CredentialSource, 'name' | 'endpoint' | 'issuesCredentials'> {
  /**
   * Polls once, without recording. An error of the endpoint, the network or the environment is an outcome
   * with `ok: false`. An aborted poll has the reason `timeout`.
   */
  poll(signal?: AbortSignal): Promise<PollOutcome>;
}

/** Options of every source. */
export interface CommonSourceOptions {
  /** Variables that name endpoints, profiles and keys (default: `process.env`). */
  env?: Environment | undefined;
  /** The folder that contains `.aws`, if `env` has no `HOME` (default: the user's home). */
  home?: string | undefined;
  /** Time limits of a poll in milliseconds, and attempts per request (default: 3 attempts within 10 s). */
  limits?: Partial<PollLimits> | undefined;
}

/** Options of the sources that are polled over HTTP. */
export interface EndpointSourceOptions extends CommonSourceOptions {
  /** Request the id of the instance or task once, and use the id as host (default: true). */
  discoverHost?: boolean | undefined;
}

export interface ImdsSourceOptions extends EndpointSourceOptions {
  /** The role to request (default: the role that IMDS lists). */
  role?: string | undefined;
  /** The profile with IMDS settings (default: `AWS_PROFILE`, else `default`). */
  profile?: string | undefined;
  /** Also request the account id from the extended API, and compare the responses (default: false). */
  extendedApi?: boolean | undefined;
}

export interface ProcessSourceOptions extends CommonSourceOptions {
  /** The shell command to run (default: the profile's `credential_process`). Not together with `profile`. */
  command?: string | undefined;
  /** The profile with the `credential_process` (default: `AWS_PROFILE`, else `default`). */
  profile?: string | undefined;
  /** The role of the series (default: the name of the program or profile). */
  role?: string | undefined;
  /** As in {@link EnvironmentSourceOptions}. */
  expiresAt?: Date | string | undefined;
}

export interface EnvironmentSourceOptions extends CommonSourceOptions {
  /** The role of the series (default: none). */
  role?: string | undefined;
  /**
   * When keys expire that state no expiration, or a later one: a `Date`, or a time with a zone
   * (`'2026-01-31T12:00:00Z'`).
   */
  expiresAt?: Date | string | undefined;
}

export interface SsoSourceOptions extends CommonSourceOptions {
  /** The profile (default: `AWS_PROFILE`, else `default`). */
  profile?: string | undefined;
  /** The role of the series (default: the name of the role that AWS issues, else the name of the profile). */
  role?: string | undefined;
}

/** A session name, a duration and an external id need a profile that assumes a role. */
export interface ProfileSourceOptions
  extends SsoSourceOptions,
    Pick<RoleSourceOptions, 'sessionName' | 'durationSeconds' | 'externalId' | 'stsEndpoint'>,
    Pick<EnvironmentSourceOptions, 'expiresAt'> {}

/** Options of every source that assumes a role. */
export interface RoleSessionOptions extends CommonSourceOptions {
  /** The ARN of the role to assume (default: `AWS_ROLE_ARN`, else `role_arn` of the profile). */
  roleArn?: string | undefined;
  /** The name of the role session (default: `AWS_ROLE_SESSION_NAME`, else `cred-watch`). */
  sessionName?: string | undefined;
  /** The requested validity of the credentials (default: an hour). */
  durationSeconds?: number | undefined;
  /** The URL of AWS STS (default: the endpoint of the region). */
  stsEndpoint?: string | undefined;
  /** The role of the series (default: the name in the ARN). */
  role?: string | undefined;
}

export interface WebIdentitySourceOptions extends RoleSessionOptions {
  /** The profile with the settings (default: the variables, else `AWS_PROFILE`, else `default`). */
  profile?: string | undefined;
}

export interface RoleSourceOptions extends RoleSessionOptions {
  /** The profile with the role. With `roleArn`: the profile whose credentials assume the role. */
  profile?: string | undefined;
  /** The external id that the owner of the role requires (default: `external_id` of the profile). */
  externalId?: string | undefined;
}

/**
 * Opens a source. Sends no request before the first `poll()`. An invalid environment is a failed poll.
 * @throws CredWatchError INVALID_ARGUMENT if an option is invalid
 * @example
 * import { sources } from 'cred-watch';
 *
 * const source = await sources.imds();
 * const outcome = await source.poll();
 * if (outcome.ok) {
 *   console.log(outcome.credentials.accessKeyId, outcome.credentials.expiration);
 *   console.log(`${outcome.secrets.secretAccessKey}`); // [redacted]; reveal() returns the text
 * } else console.log(outcome.reason, outcome.detail);
 */
export const sources = {
  /**
   * The container endpoint if the environment names one, else IMDS. `check` judges the credentials that SDKs
   * would give a job instead, for example keys in the environment.
   */
  auto: (options: EndpointSourceOptions = {}) => open('auto', options),
  /**
   * The instance metadata service of EC2: version 2, with the SDKs' fallback to version 1. The endpoint comes
   * from `AWS_EC2_METADATA_SERVICE_ENDPOINT` and so on, else from the profile, else it is 169.254.169.254.
   */
  imds: (options: ImdsSourceOptions = {}) => open('imds', options),
  /** The container endpoint that the environment names: ECS, EKS Pod Identity, CloudShell or Greengrass. */
  container: (options: EndpointSourceOptions = {}) => open('container', options),
  /** A command that prints credentials as `credential_process` does. Every poll runs it in a shell. */
  process: (options: ProcessSourceOptions = {}) => open('process', options),
  /** The keys in `AWS_ACCESS_KEY_ID` and so on. A rotation is seen only if `env` changes. */
  environment: (options: EnvironmentSourceOptions = {}) => open('environment', options),
  /**
   * Whatever a profile says: keys, `credential_process`, role, web identity or IAM Identity Center. Every poll reads
   * the shared files again.
   */
  profile: (options: ProfileSourceOptions = {}) => open('profile', options),
  /**
   * The role of the identity token in a file, as on EKS with IRSA. Every poll reads the token again, and AWS STS
   * issues new credentials.
   */
  'web-identity': (options: WebIdentitySourceOptions = {}) => open('web-identity', options),
  /**
   * The role of a profile, or the role `roleArn`, assumed with other credentials. Every poll assumes the role
   * again.
   */
  role: (options: RoleSourceOptions = {}) => open('role', options),
  /** The role of a profile with IAM Identity Center, after `aws sso login`. Every poll gets new credentials. */
  sso: (options: SsoSourceOptions = {}) => open('sso', options),
  /** The role of a job of GitHub Actions, which needs the permission `id-token: write`. */
  github: (options: RoleSessionOptions = {}) => open('github', options),
  // The compiler requires an entry for every name in `SOURCE_NAMES`.
} satisfies Record<SourceName | 'auto', (options: never) => Promise<CredentialSource>>;

type AnySourceOptions = ImdsSourceOptions & ProcessSourceOptions & RoleSourceOptions;

/** The options of each source that `sources.auto` has opened. */
const autoOptions = new WeakMap<CredentialSource, source.SourceOptions>();

async function open(choice: SourceChoice, options: AnySourceOptions): Promise<CredentialSource> {
  const { env, home, clock, random } = getSystemDefaults();
  const sourceOptions: source.SourceOptions = {
    ...parseOptions(choice, options),
    env: options.env ?? env,
    home: options.home ?? home,
    clock,
    random,
    discoverHost: options.discoverHost ?? true,
  };
  const source = toPublicSource(await openSource(choice, sourceOptions));
  if (choice === 'auto') autoOptions.set(source, sourceOptions);
  return source;
}

/** A poll of a profile can change the endpoint, and whether AWS issues the credentials. */
const toPublicSource = (source: source.CredentialSource): CredentialSource => ({
  name: source.name,
  get endpoint() {
    return source.endpoint;
  },
  get issuesCredentials() {
    return source.issuesCredentials ?? false;
  },
  poll: async (signal) => toPublic(await source.poll(signal)),
});

/**
 * The source whose credentials a job would get. For a source of `sources.auto`: the one that SDKs use. For any
 * other source: itself.
 * @throws CredWatchError CREDENTIALS_UNDECIDED if SDKs disagree, or if no source reads their provider
 */
export async function openJobSource(opened: CredentialSource): Promise<CredentialSource> {
  const options = autoOptions.get(opened);
  if (options === undefined) return opened;
  const { source, profile, ...job } = await findJobSource(options);
  if (source === opened.name) return opened;
  if (source !== null) {
    return toPublicSource(await openSource(source, profile === null ? options : { ...options, profile }));
  }
  const { message } = describeUndecidedSource(job);
  throw new CredWatchError(message, 'open the source that the job uses, for example `sources.imds()`', {
    code: 'CREDENTIALS_UNDECIDED',
  });
}

/** The valid options, with a parsed time. */
function parseOptions(choice: SourceChoice, options: AnySourceOptions) {
  assertKnownOptions(options, {
    env: true,
    home: true,
    limits: true,
    role: true,
    profile: true,
    command: true,
    discoverHost: true,
    extendedApi: true,
    roleArn: true,
    sessionName: true,
    externalId: true,
    durationSeconds: true,
    stsEndpoint: true,
    expiresAt: true,
  });
  const { role, profile, command, roleArn, sessionName, externalId, durationSeconds, stsEndpoint } = options;
  if (role !== undefined) validateName(role, 'the role');
  if (profile !== undefined) validateName(profile, 'the profile');
  if (command !== undefined && (typeof command !== 'string' || command.trim() === '')) {
    throw createArgumentError('the command is empty', 'name the shell command to run');
  }
  const expiresAt = parseExpiresAt(options.expiresAt);
  const session = { roleArn, sessionName, externalId, durationSeconds, stsEndpoint, expiresAt };
  const conflict = findSourceConflict(choice, { role, profile, command, ...session, env: {} });
  if (conflict === null) return { ...options, expiresAt };
  throw conflict.code === 'SETTING_NOT_SUPPORTED'
    ? createArgumentError(
        `the source ${conflict.source} has no option ${conflict.setting}`,
        `remove ${conflict.setting}`,
      )
    : createArgumentError(
        'command and profile cannot be combined',
        'remove one: a profile has its own credential_process',
      );
}
