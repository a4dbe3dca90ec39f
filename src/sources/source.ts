import type { Clock } from '../clock.ts';
import type { FailureFacts, Instant, IssuedCredentials, Seconds, SourceName } from '../domain/model.ts';
import type { PollNote } from '../domain/poll-note.ts';
import type { Secret } from '../secret.ts';
import type { Environment } from './environment/environment-variables.ts';
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

/** Milliseconds, but for `attempts`: how often one request is tried in all. */
export interface PollLimits {
  connectMs: number;
  /** Look-up, connect, headers and body of one attempt together. */
  requestMs: number;
  /** Everything, pauses between attempts included. */
  pollMs: number;
  attempts: number;
}

export const DEFAULT_POLL_LIMITS: PollLimits = {
  connectMs: 1000,
  requestMs: 2000,
  pollMs: 10_000,
  attempts: 3,
};

export interface SourceOptions {
  env: Environment;
  clock: Clock;
  /** 0 ≤ x < 1. */
  random: () => number;
  limits?: Partial<PollLimits>;
  /** IMDS only: the role to ask for, instead of discovering it. */
  role?: string;
  /** The folder of `~/.aws`, where the environment has no HOME. */
  home?: string;
  /** The profile that counts, instead of the one that the environment names. */
  profile?: string;
  /** IMDS only: what `readProfileFiles` found; the selected profile's settings come after the environment's. */
  profileFiles?: ProfileFiles;
  /** Process only: what to run, instead of the profile's `credential_process`. */
  command?: string;
  /** Environment, profile and process only: the name of the series, since these know of no role. */
  label?: string;
  /** Ask once which instance or task this is. */
  discoverHost?: boolean;
  /** IMDS only: ask the extended API for the account id. */
  extendedApi?: boolean;
  readFile?: (path: string) => Promise<string>;
  /** Name servers for https endpoints, instead of those of the system. */
  nameServers?: readonly string[];
}
