import type { Clock } from '../clock.ts';
import type { FailureFacts, Instant, IssuedCredentials, Seconds, SourceName } from '../domain/model.ts';
import type { PollNote } from '../domain/poll-note.ts';
import type { Secret } from '../secret.ts';
import type { Environment } from './environment/environment-variables.ts';
import type { HttpExchange, PollLimits } from './http/exchange.ts';
import type { ProfileFiles } from './profile/files.ts';

/** A place where credentials come from, ready to be looked at again and again. */
export interface CredentialSource {
  readonly name: SourceName;
  /**
   * For display, without user info, query and (in a container) path; null where there is none, or the configuration is
   * unusable.
   * `loopback` because the floor of 10 s between polls spares only a real, throttled endpoint.
   */
  readonly endpoint: { url: string; loopback: boolean } | null;
  /**
   * One look. Never throws for what the endpoint, the network or the environment does: that is a failed outcome.
   * It ends within `limits.pollMs`, or as soon as `signal` is aborted: then with the reason `timeout`.
   */
  poll(signal?: AbortSignal): Promise<PollOutcome>;
}

export type PollOutcome = PolledCredentials | PollFailure;

/** What a look learns besides the credentials. A part that the endpoint did not give is `''`. */
export interface PollIdentity {
  apiVersion: string;
  role: string;
  host: string;
}

interface Polled {
  identity: PollIdentity;
  /** By the host's clock, uncorrected. */
  observedAt: Instant;
  /** Host's clock minus AWS's; null where no `Date` header told. */
  clockOffset: Seconds | null;
  notes: PollNote[];
}

export interface PolledCredentials extends Polled {
  ok: true;
  credentials: IssuedCredentials;
  /** IMDS and the agents always give a token; other sources may have keys without one. */
  secrets: { secretAccessKey: Secret; token: Secret | null };
  accountId: string;
}

/** `detail` has at most 200 printable characters and no secret. */
export interface PollFailure extends Polled, FailureFacts {
  ok: false;
  /** Some refused documents still say which credentials they carry and when those expire. */
  accessKeyId: string;
  expiration: Instant | null;
}

export const DEFAULT_POLL_LIMITS: PollLimits = {
  connectMs: 1000,
  requestMs: 2000,
  pollMs: 10_000,
  attempts: 3,
};

/** The options of a source that apply to some sources only, and that a user gives as text. */
export type SourceSetting = 'role' | 'profile' | 'command';

export interface SourceKind {
  /** What the source reads, for lists of sources in help texts. */
  description: string;
  /** The settings that the source takes. Any other setting given with it is an error. */
  settings: readonly SourceSetting[];
  /** The source takes settings from the selected profile, after the environment's. */
  readsProfileSettings: boolean;
}

/** Everything that a list of sources needs. `open.ts` has the factory of each. */
export const SOURCE_KINDS: Readonly<Record<SourceName, SourceKind>> = {
  imds: {
    description: 'instance metadata service of EC2',
    settings: ['role', 'profile'],
    readsProfileSettings: true,
  },
  container: {
    description: 'container endpoint of ECS, EKS Pod Identity, CloudShell or Greengrass',
    settings: [],
    readsProfileSettings: true,
  },
  process: {
    description: 'output of a credential_process command',
    settings: ['role', 'profile', 'command'],
    readsProfileSettings: false,
  },
  environment: {
    description: 'keys in environment variables',
    settings: ['role'],
    readsProfileSettings: false,
  },
  profile: {
    description: 'keys or credential_process of a profile in the shared AWS config files',
    settings: ['role', 'profile'],
    readsProfileSettings: false,
  },
};

export interface SourceOptions {
  env: Environment;
  clock: Clock;
  /** Returns 0 ≤ x < 1. */
  random: () => number;
  limits?: Partial<PollLimits> | undefined;
  /** Default: over a socket. */
  exchange?: HttpExchange | undefined;
  /** IMDS: the role to request, instead of discovering it. Other sources: the role in the name of the series. */
  role?: string | undefined;
  /** The folder that contains `.aws`, used if the environment has no HOME. */
  home?: string | undefined;
  /** The profile to use, instead of the one that the environment names. */
  profile?: string | undefined;
  /** IMDS and container only: result of `readProfileFiles`. */
  profileFiles?: ProfileFiles | undefined;
  /** Process only: the command to run, instead of the profile's `credential_process`. */
  command?: string | undefined;
  /** IMDS and container only: request the id of this instance or task once. */
  discoverHost?: boolean | undefined;
  /** IMDS only: request the account id from the extended API. */
  extendedApi?: boolean | undefined;
  readFile?: ((path: string) => Promise<string>) | undefined;
  /** Name servers for https endpoints, instead of the system's. */
  nameServers?: readonly string[] | undefined;
}
