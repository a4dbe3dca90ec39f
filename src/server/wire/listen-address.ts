import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { CredWatchError } from '../../errors.ts';

export interface ListenAddress {
  /** An IP address, without brackets. */
  host: string;
  /** 0 means any free port. */
  port: number;
}

/** A Unix socket. A file that is not a socket is never replaced. */
export interface ListenPath {
  path: string;
  /** Permissions of the socket file. */
  mode: number;
}

/** A listening socket that this process inherited, for example from systemd. */
export interface InheritedSocket {
  descriptor: number;
}

export type ListenTarget = ListenAddress | ListenPath | InheritedSocket;

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** A `BlockList` is 50 times slower than a comparison of text, so only IPv6 addresses use one. */
export const isLoopbackAddress = (host: string) =>
  isIPv4(host) ? host.startsWith('127.') : isIPv6(host) && loopback.check(host, 'ipv6');

/**
 * Parses `127.0.0.1:1338`, `[::1]:1338` and `localhost:1338`. Other names are rejected, because their address
 * could change after the check whether it is a loopback address.
 * @throws CredWatchError
 */
export function parseListenAddress(text: string): ListenAddress {
  const [, ipv6, other, digits] = /^(?:\[([\da-f:.]+)\]|([^:[\]]+)):(\d{1,5})$/i.exec(text) ?? [];
  const host = other === 'localhost' ? '127.0.0.1' : (ipv6 ?? other ?? '');
  const port = Number(digits);
  const isAddress = ipv6 === undefined ? isIPv4(host) : isIPv6(host);
  if (isAddress && port <= 65_535) return { host, port };
  throw new CredWatchError(
    `'${text}' is not an IP address with a port`,
    'use 127.0.0.1:1338 or [::1]:1338; port 0 means any free port',
  );
}

/** `http://[::1]:1338`, without a final slash and without the default port. */
export function formatOrigin({ host, port }: ListenAddress): string {
  return `http://${isIPv6(host) ? `[${host}]` : host}${port === 80 ? '' : `:${port}`}`;
}
