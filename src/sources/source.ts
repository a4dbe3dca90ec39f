import type { Clock } from '../clock.ts';
import type { KnownKey, PolledKey } from '../domain/keys/known-key.ts';
import type { FailureFacts, Instant, IssuedCredentials, Seconds, SourceName } from '../domain/model.ts';
import type { PollNote } from '../domain/poll-note.ts';
import type { RequestedSession } from '../domain/requested-session.ts';
import type { Secret } from '../secret.ts';
import type { Environment } from './environment/variables.ts';
import type { HttpExchange, PollLimits } from './http/exchange.ts';
import type { ParsedProfileFiles } from './profile/files.ts';

/** A source of credentials that can be polled repeatedly. */
export interface CredentialSource {
  readonly name: SourceName;
  /**
   * The URL for display, without user name, query and (container) path. `loopback`: the endpoint is on this
   * host, so it may be polled more often. Null if the source has no endpoint or the configuration is invalid.
   */
  readonly endpoint: { url: string; loopback: boolean } | null;
  /** Each poll makes AWS issue new credentials, so polls should be rare. Absent: false. */
  readonly issuesCredentials?: boolean;
  /**
   * Polls once. A problem of the endpoint, the network or the environment is an outcome. Throws only if this
   * process cannot poll: it has too many open files, no memory, or no WebAssembly.
   * Ends within `limits.pollMs`, or with the reason `timeout` when `signal` is aborted.
   */
  poll(signal?: AbortSignal): Promise<PollOutcome>;
}

export type PollOutcome = PolledCredentials | PollFailure;

/** What a poll learned about the series besides the credentials. Null: unknown, or the source has none. */
export interface PollIdentity {
  /** IMDS only. */
  apiVersion: string | null;
  role: string | null;
  host: string | null;
  /** The source that issued the credentials, if a profile names it. Null: the polled source. */
  source: SourceName | null;
}

interface Polled {
  identity: PollIdentity;
  /** By the host's clock, not corrected. */
  observedAt: Instant;
  /** The host's clock minus AWS's. Null without a plausible `Date` header. */
  clockOffset: Seconds | null;
  /** Null if unknown. */
  accountId: string | null;
  notes: PollNote[];
  /** Absent: the poll asks AWS for no session, or failed before it knew the session. */
  session?: RequestedSession;
  /** The role that the poll assumes. Absent: none, or unknown. */
  roleArn?: string;
}

export interface PolledCredentials extends Polled {
  ok: true;
  /** `expiration` is the earliest of the source's expiration, `options.expiresAt` and the one of `options.findKnownKey`. */
  credentials: IssuedCredentials;
  /**
   * The credentials with the source's own expiration. Absent unless another expiration replaced it. Null if the source
   * states none.
   */
  stated?: IssuedCredentials | null;
  /** What `options.findKnownKey` returned for the key. Absent: nothing. */
  knownKey?: PolledKey;
  /**
   * What a program needs. `credentials.accessKeyId` is a digest if the key id has an unknown form. The token is
   * null for keys without one. IMDS and container endpoints always serve a token.
   */
  secrets: { accessKeyId: Secret; secretAccessKey: Secret; token: Secret | null };
}

/** `detail` has at most 200 printable characters and no secret. */
export interface PollFailure extends Polled, FailureFacts {
  ok: false;
  /** Key id and expiration of a rejected document, if it states them. */
  accessKeyId: string | null;
  expiration: Instant | null;
}

export const DEFAULT_POLL_LIMITS: PollLimits = {
  connectMs: 1000,
  requestMs: 2000,
  pollMs: 10_000,
  attempts: 3,
};

/** The options of a source that apply to some sources only. */
interface SettingValues {
  /** Process only: the command to run, instead of the profile's `credential_process`. */
  command: string;
  /** The profile to use, instead of the one that the environment names. */
  profile: string;
  /** IMDS: the role to request without discovery. Other sources: the role in the name of the series. */
  role: string;
  /** The role to assume, instead of the configured one. */
  roleArn: string;
  sessionName: string;
  /** The secret that the owner of the role requires. */
  externalId: string;
  /** How long the credentials of the role should be valid. */
  durationSeconds: Seconds;
  /** The URL of STS, instead of the configured one. */
  stsEndpoint: string;
  /** When keys expire that state no expiration, or a later one. */
  expiresAt: Instant;
}

export const SOURCE_SETTINGS = [
  'command',
  'profile',
  'role',
  'roleArn',
  'sessionName',
  'externalId',
  'durationSeconds',
  'stsEndpoint',
  'expiresAt',
] as const satisfies readonly (keyof SettingValues)[];

export type SourceSetting = (typeof SOURCE_SETTINGS)[number];

/** The source that `auto` selects if the setting is given; null if the setting selects none. */
export const SELECTED_SOURCES: Readonly<Record<SourceSetting, SourceName | null>> = {
  command: 'process',
  profile: 'profile',
  role: null,
  roleArn: null,
  sessionName: null,
  externalId: null,
  durationSeconds: null,
  stsEndpoint: null,
  expiresAt: null,
};

/** All settings, so that the compiler reports a place that omits one. */
export type SourceSettings = { readonly [S in SourceSetting]: SettingValues[S] | undefined };

export interface SourceKind {
  /** What the source reads, for completion and lists of sources. */
  description: string;
  /** The settings that the source takes. Any other setting given with it is an error. */
  settings: readonly SourceSetting[];
  /** The shared files contain settings of the source, or credentials that hide the source. */
  needsProfileFiles: boolean;
}

/** The settings of every source that assumes a role. */
const ROLE_SESSION = ['roleArn', 'sessionName', 'durationSeconds', 'stsEndpoint'] as const;

/** Everything that a list of sources needs. `open.ts` has the factory of each. */
export const SOURCE_KINDS: Readonly<Record<SourceName, SourceKind>> = {
  imds: {
    description: 'instance metadata service of EC2',
    settings: ['role', 'profile'],
    needsProfileFiles: true,
  },
  container: {
    description: 'container endpoint of ECS, EKS Pod Identity, CloudShell or Greengrass',
    settings: [],
    needsProfileFiles: true,
  },
  process: {
    description: 'output of a credential_process command',
    settings: ['role', 'profile', 'command', 'expiresAt'],
    needsProfileFiles: false,
  },
  environment: {
    description: 'keys in environment variables',
    settings: ['role', 'expiresAt'],
    needsProfileFiles: false,
  },
  profile: {
    description:
      'a profile in the shared AWS config files: keys, process, role, web identity or IAM Identity Center',
    settings: ['role', 'profile', 'sessionName', 'externalId', 'durationSeconds', 'stsEndpoint', 'expiresAt'],
    needsProfileFiles: true,
  },
  'web-identity': {
    description: 'credentials of a role for an identity token in a file: IRSA on EKS, OIDC in CI systems',
    settings: ['role', 'profile', ...ROLE_SESSION],
    needsProfileFiles: true,
  },
  role: {
    description:
      'credentials of a role, assumed with other credentials: role_arn of a profile, or --role-arn',
    settings: ['role', 'profile', 'externalId', ...ROLE_SESSION],
    needsProfileFiles: true,
  },
  sso: {
    description: 'credentials of a profile for IAM Identity Center, after `aws sso login`',
    settings: ['role', 'profile'],
    needsProfileFiles: true,
  },
  github: {
    description: 'credentials of a role for a job of GitHub Actions with the permission `id-token: write`',
    settings: ['role', ...ROLE_SESSION],
    needsProfileFiles: true,
  },
};

export interface SourceOptions extends Partial<SourceSettings> {
  env: Environment;
  clock: Clock;
  /** Returns 0 ≤ x < 1. */
  random: () => number;
  limits?: Partial<PollLimits> | undefined;
  /** Default: over a socket. */
  exchange?: HttpExchange | undefined;
  /** The folder that contains `.aws`, used if the environment has no HOME. */
  home?: string | undefined;
  /** For sources with `needsProfileFiles`: result of `readProfileFiles`. */
  profileFiles?: ParsedProfileFiles | undefined;
  /** IMDS and container only: request the id of this instance or task once. */
  discoverHost?: boolean | undefined;
  /** IMDS only: request the account id from the extended API. */
  extendedApi?: boolean | undefined;
  /** IMDS only: keep no token and no fallback to IMDSv1 between polls, as if each poll were a new process. */
  stateless?: boolean | undefined;
  /** IMDS and container only: the caller chose the endpoint, so hints name no variable or setting for it. */
  hasChosenEndpoint?: boolean | undefined;
  /** A `credential_process` fails instead of being run. */
  withoutProcesses?: boolean | undefined;
  /** What a database knows about keys of variables, files and processes. */
  findKnownKey?: ((accessKeyId: string) => KnownKey | null) | undefined;
  /** Called before a request is sent and before a process is started. Throws a `PollError` to prevent it. */
  beforeRequest?: (() => void) | undefined;
  readFile?: ((path: string) => Promise<string>) | undefined;
  /** Name servers for https endpoints, instead of the system's. */
  nameServers?: readonly string[] | undefined;
}
