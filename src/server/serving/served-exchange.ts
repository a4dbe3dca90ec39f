import type { PeerProcess } from '../../domain/keys/key-use.ts';
import type { Instant } from '../../domain/model.ts';
import type { HandledRequest, Shape } from '../endpoint-request.ts';
import type { ServedCredentials } from '../served-credentials.ts';

/** The two ends of a connection. All requests on one connection have the same object. */
export interface ConnectionAddresses {
  /** IP address of the client, or `unix`. */
  readonly remoteAddress: string;
  /** Null for a Unix socket. */
  readonly remotePort: number | null;
  /** IP address of the server, or `unix`. */
  readonly localAddress: string;
  readonly localPort: number | null;
}

/** A request and its outcome, without secrets in text. */
export interface ServedExchange {
  at: Instant;
  /** The name of the role. Null if the request was rejected before a role was selected. */
  role: string | null;
  /** Null for a route, and for a path of no shape. */
  shape: Shape | null;
  kind: HandledRequest['kind'] | 'route';
  apiVersion: HandledRequest['apiVersion'];
  /** Untrusted text. */
  method: string;
  /** Untrusted text, without its query and cut before the first part that may be a secret. */
  path: string;
  /** Null if the client left before the response. */
  status: number | null;
  /** The User-Agent. Untrusted text; empty if there is none. */
  client: string;
  connection: ConnectionAddresses;
  /** What `findPeer` returned. Null if the request did not ask for credentials. */
  peer: PeerProcess | null;
  /** The credentials that the client got. Null for HEAD, because its response has no body. */
  credentials: ServedCredentials | null;
  /** The Host header, if it was rejected. Untrusted text. */
  rejectedHost: string | null;
}
