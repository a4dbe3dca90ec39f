import { BlockList, isIP, isIPv6, SocketAddress } from 'node:net';
import type { Connection } from '../endpoint-request.ts';
import { isLoopbackAddress } from './listen-address.ts';

/**
 * Addresses of the real endpoints: 169.254.0.0/16 with IMDS, ECS and EKS, and the IPv6 equivalents. A web
 * page cannot use one of them as its own host name.
 */
const realAddresses = new BlockList();
realAddresses.addSubnet('169.254.0.0', 16, 'ipv4');
realAddresses.addSubnet('fd00:ec2::', 32, 'ipv6');
realAddresses.addSubnet('fe80::', 10, 'ipv6');

/**
 * Prevents DNS rebinding: a web page whose name resolves to 127.0.0.1 sends its own name as the host. Other
 * clients send an address, usually the local address of the connection.
 */
export function isHostAllowed(
  hostHeader: string,
  localAddress: string,
  allowed: ReadonlySet<string>,
): boolean {
  const name = parseHostName(hostHeader);
  if (name === null) return false;
  if (name === 'localhost' || allowed.has(name)) return true;
  if (isIP(name) === 0) return false;
  const family = isIPv6(name) ? 'ipv6' : 'ipv4';
  return isLoopbackAddress(name) || realAddresses.check(name, family) || isSameAddress(name, localAddress);
}

/** Takes the connection and not its local address, because reading that address is a system call. */
export type HostCheck = (hostHeader: string, connection: Pick<Connection, 'localAddress'>) => boolean;

/** Limits the cache, because clients can send any number of names. */
const CACHE_SIZE = 64;

/** Creates a check with a cache, because nearly all requests to an endpoint use the same few names. */
export function createHostCheck(allowed: ReadonlySet<string>): HostCheck {
  const accepted = new Set<string>();
  return (hostHeader, connection) => {
    if (accepted.has(hostHeader)) return true;
    if (isHostAllowed(hostHeader, '', allowed)) {
      if (accepted.size >= CACHE_SIZE) accepted.clear();
      accepted.add(hostHeader);
      return true;
    }
    return isHostAllowed(hostHeader, connection.localAddress ?? '', allowed);
  };
}

/** The host without port and brackets, in lower case; null if the header is not a host. */
function parseHostName(header: string): string | null {
  const [, ipv6, other] = /^(?:\[([\da-f:.]+)\]|([^:[\]@/\s]+))(?::\d{1,5})?$/i.exec(header) ?? [];
  if (ipv6 !== undefined && !isIPv6(ipv6)) return null;
  return (ipv6 ?? other)?.toLowerCase() ?? null;
}

/** `other` is empty if the connection has already closed. */
const isSameAddress = (one: string, other: string) =>
  isIP(other) !== 0 && normalizeAddress(one) === normalizeAddress(other);

/** The canonical text of an address. An IPv6 socket shows IPv4 clients as `::ffff:…`. */
const normalizeAddress = (address: string) =>
  new SocketAddress({ address, family: isIPv6(address) ? 'ipv6' : 'ipv4' }).address.replace(
    /^::ffff:(?=\d+\.)/,
    '',
  );
