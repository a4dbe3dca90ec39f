import type { SetupSystem, SocketAddress } from './setup-plan.ts';

/** What a request to an address shows. */
export type EndpointAnswer =
  /** `/healthz` of `cred-watch serve`. */
  | { kind: 'cred-watch'; pid: number; user: string; roles: readonly string[] }
  /** `cred-watch simulate`, or a similar program. */
  | { kind: 'simulator' }
  /** The response of a cloud's metadata service. */
  | { kind: 'cloud'; cloud: string }
  /** Another program. `server` is its `Server` header; empty if it has none. */
  | { kind: 'other'; status: number; server: string }
  /** A server that sends no HTTP response. */
  | { kind: 'no-http' }
  | { kind: 'nothing'; reason: NoAnswerReason };

export type NoAnswerReason = 'refused' | 'timeout' | 'unreachable';

/** A rule that redirects port 80 of an address. */
export interface Redirect {
  address: string;
  target: SocketAddress;
  /** The network bridge whose requests it redirects. Null: the requests of programs on this machine. */
  bridge: string | null;
}

/** `unknown`: why the value could not be read. */
export type Readable<T> = { value: T } | { unknown: UnknownReason };

/**
 * - `permission`: only root can read it
 * - `failed`: the command that reads it failed
 */
export type UnknownReason = 'permission' | 'failed';

/**
 * Whether the routes exist after a restart.
 * - `no-systemd`: the user has to set them up after each restart
 * - `no-script`: neither systemd nor the script of the set-up exists
 */
export type RebootState = 'kept' | 'missing' | 'disabled' | 'no-systemd' | 'no-script';

export interface BridgeFacts {
  exists: boolean;
  routesLoopback: boolean;
}

/** What `--setup-check` finds on a machine. */
export interface SetupFacts {
  system: SetupSystem;
  /** The network interface of each address of this machine. */
  interfaces: ReadonlyMap<string, string>;
  redirects: Readable<readonly Redirect[]>;
  /** By the text of {@link formatSocketAddress}. */
  answers: ReadonlyMap<string, EndpointAnswer>;
  /** The addresses at which programs listen on port 80. Null: they were not read. */
  port80: readonly string[] | null;
  /** The cloud of this machine. */
  cloud: string | null;
  environment: Readonly<Record<string, string | undefined>>;
  bridges: ReadonlyMap<string, BridgeFacts>;
  reboot: RebootState;
}

/**
 * Identifies a metadata service by its response; null if it is another program. `cred-watch simulate` sends the headers of
 * EC2. No cloud responds at an address of this machine.
 * @param headers with names in lower case
 */
export function identifyMetadataService(
  headers: Readonly<Record<string, unknown>>,
  isLocal: boolean,
): EndpointAnswer | null {
  if (headers.server === 'EC2ws') {
    return isLocal ? { kind: 'simulator' } : { kind: 'cloud', cloud: 'Amazon EC2' };
  }
  return headers['metadata-flavor'] === 'Google' ? { kind: 'cloud', cloud: 'Google Cloud' } : null;
}
