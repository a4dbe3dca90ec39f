import type { Instant, Seconds } from '../model.ts';

/** The process at the other end of a connection within this machine. Null: the system does not show it. */
export interface PeerProcess {
  /** Null if the process has ended or belongs to another user. */
  pid: number | null;
  /** Path of the executable. Untrusted text. */
  program: string | null;
  /** Name of the user, or the number of the user if it has no name. */
  user: string | null;
}

/** Whether a client's IP address is of loopback. IPv6 sockets show IPv4 addresses as `::ffff:127.0.0.1`. */
export const isLoopbackClient = (address: string): boolean => /^(?:127\.|::1$|::ffff:127\.)/.test(address);

/** A program to which `serve` passed a key. */
export interface KeyUser {
  /** The SDK or program, as its User-Agent states it; `''` if there is none. Untrusted text. */
  client: string;
  /** IP address, or `unix` for a Unix socket. */
  address: string;
  /** Null for a client on another host, and on a system without `/proc`. */
  process: PeerProcess | null;
}

/**
 * Which program got which key, and how often. Requests of processes that differ only in their pid are counted together,
 * with the pid of the last request.
 */
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
  /** True for the row that counts all users of a key above {@link MAX_USERS_PER_KEY}. Their names are unknown. */
  isOthers: boolean;
}

export interface StoredKeyUse extends KeyUse {
  /** The name of the host that served the key. */
  host: string;
  /** The newest known offset of the host's clock from AWS's clock. Null if it is unknown. */
  clockOffset: Seconds | null;
}

/** Clients can send any User-Agent, so the number of separately counted users of a key is limited. */
export const MAX_USERS_PER_KEY = 200;

/** The user of the row that counts the others. */
export const OTHER_USERS: KeyUser & Pick<KeyUse, 'isOthers'> = {
  client: '',
  address: '',
  process: null,
  isOthers: true,
};
