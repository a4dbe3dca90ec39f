import type { Instant } from './model.ts';

/** The process at the other end of a connection within this machine. Null: the system does not show it. */
export interface PeerProcess {
  /** Null if the process has ended or belongs to another user. */
  pid: number | null;
  /** Path of the executable. Untrusted text. */
  program: string | null;
  /** Name of the user, or the number of the user if it has no name. */
  user: string | null;
}

/** A program to which `serve` passed a key. */
export interface KeyUser {
  /** The SDK or program, as its User-Agent states it. Untrusted text. */
  client: string;
  /** IP address, or `unix` for a Unix socket. */
  address: string;
  /** Null for a client on another host, or on a system without `/proc`. */
  process: PeerProcess | null;
}

/** Which program got which key, and how often. */
export interface KeyUse extends KeyUser {
  /** The name of the role in `serve`. */
  role: string;
  /** A digest if the key id has an unknown form. */
  accessKeyId: string;
  expiration: Instant;
  firstAt: Instant;
  lastAt: Instant;
  /** Responses with this key. */
  count: number;
}
