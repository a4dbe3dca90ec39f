import { isIP, isIPv6, SocketAddress } from 'node:net';
import { networkInterfaces } from 'node:os';
import { memoize } from '../cache.ts';
import type { Connection } from '../endpoint-request.ts';
import { isLoopbackAddress } from './listen-address.ts';
import type { RequestHeaders } from './request-headers.ts';

/** Names and addresses that are accepted in addition to those of this machine, as `normalizeHost` writes them. */
export type AllowedHosts = ReadonlySet<string>;

/** The part of a request that states its host. */
export interface HostedRequest {
  /** The target of the request: a path or an absolute URL. */
  url: string;
  headers: RequestHeaders;
  httpVersion: string;
  connection: Pick<Connection, 'localAddress'>;
}

/** Why a request is rejected. HTTP/1.0 permits a request without a host; browsers never send one. */
export type HostProblem = 'missing' | 'not allowed';

export const createAllowedHosts = (hosts: Iterable<string>): AllowedHosts =>
  new Set(Array.from(hosts, normalizeHost).filter((host) => host !== ''));

/**
 * Prevents DNS rebinding: a web page whose name resolves to this machine sends its own name as the host. Other
 * clients send an address of this machine, or an allowed name. In an absolute URL, the host must be allowed
 * too, because it precedes the header (RFC 9112).
 */
export function findHostProblem(
  { url, headers, httpVersion, connection }: HostedRequest,
  allowed: AllowedHosts,
  readInterfaces = networkInterfaces,
): HostProblem | null {
  const { host = null } = headers;
  if (host === null && httpVersion !== '1.0') return 'missing';
  for (const stated of [host, splitTarget(url).authority]) {
    if (stated !== null && !isHostAllowed(stated, connection, allowed, readInterfaces)) return 'not allowed';
  }
  return null;
}

/** Splits the target of a request into the authority of an absolute URL, and the path with the query. */
export function splitTarget(url: string): { authority: string | null; path: string } {
  if (url.startsWith('/')) return { authority: null, path: url };
  const [, authority = null, path = url] = /^https?:\/\/([^/?#]*)(.*)$/is.exec(url) ?? [];
  return { authority, path };
}

/** The checks that need a system call come last. */
function isHostAllowed(
  host: string,
  connection: HostedRequest['connection'],
  allowed: AllowedHosts,
  readInterfaces: typeof networkInterfaces,
): boolean {
  const { name, isLocal } = parseHost(host);
  if (isLocal || allowed.has(name)) return true;
  if (isIP(name) === 0) return false;
  // Undefined after the connection has closed.
  const { localAddress } = connection;
  if (localAddress !== undefined && normalizeHost(localAddress) === name) return true;
  const interfaces = Object.values(readInterfaces()).flatMap((addresses = []) => addresses);
  return interfaces.some(({ address }) => normalizeHost(address) === name);
}

/** The host without its port; empty if the text is not a host. Only link-local addresses have a zone. */
export const parseHost = memoize((text: string): { name: string; isLocal: boolean } => {
  const [, ipv6, zone, other] =
    /^(?:\[([\da-f:.]+)(%[\w.~%-]+)?\]|([^:[\]@/\s,]+))(?::\d{1,5})?$/i.exec(text) ?? [];
  const isInvalid = ipv6 !== undefined && !(isIPv6(ipv6) && (zone === undefined || /^fe[89ab]/i.test(ipv6)));
  const name = isInvalid ? '' : normalizeHost(ipv6 ?? other ?? '');
  return { name, isLocal: name === 'localhost' || isLoopbackAddress(name) };
});

/**
 * A name in lower case without a final dot, or the canonical text of an address without its zone. An IPv6 socket
 * shows IPv4 clients as `::ffff:…`.
 */
export const normalizeHost = memoize((host: string): string => {
  const text = host.replace(/^\[(.*)\]$/, '$1').replace(/^(.*:.*)%.*$/, '$1');
  if (isIP(text) === 0) {
    const name = text.toLowerCase().replace(/\.$/, '');
    // Only browsers accept an address with a final dot, and they remove the dot.
    return isIP(name) === 0 ? name : text;
  }
  const { address } = new SocketAddress({ address: text, family: isIPv6(text) ? 'ipv6' : 'ipv4' });
  return address.replace(/^::ffff:(?=\d+\.)/, '');
});
