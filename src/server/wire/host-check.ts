import { BlockList, isIP, isIPv6, SocketAddress } from 'node:net';
import type { Connection } from '../endpoint-request.ts';
import { isLoopbackAddress } from './listen-address.ts';

/**
 * Where the real endpoints are: 169.254.0.0/16 with IMDS, ECS and EKS, and their IPv6 twins. A page in a browser
 * cannot make one of these its own host name.
 */
const real = new BlockList();
real.addSubnet('169.254.0.0', 16, 'ipv4');
real.addSubnet('fd00:ec2::', 32, 'ipv6');
real.addSubnet('fe80::', 10, 'ipv6');

/**
 * May a request with this Host header be answered? A browser that was led here by somebody's name for 127.0.0.1 (DNS
 * rebinding) sends that name; everybody else sends an address, the one that the connection came in by.
 */
export function isHostAllowed(
  hostHeader: string,
  localAddress: string,
  allowed: ReadonlySet<string>,
): boolean {
  const name = hostName(hostHeader);
  if (name === null) return false;
  if (name === 'localhost' || allowed.has(name)) return true;
  if (isIP(name) === 0) return false;
  const family = isIPv6(name) ? 'ipv6' : 'ipv4';
  return isLoopbackAddress(name) || real.check(name, family) || isSameAddress(name, localAddress);
}

/** The address that a connection came in by costs a system call, which nearly no request needs. */
export type HostCheck = (hostHeader: string, connection: Pick<Connection, 'localAddress'>) => boolean;

/** The same for one endpoint, where nearly all requests come by the same few names. */
export function createHostCheck(allowed: ReadonlySet<string>): HostCheck {
  const welcome = new Set<string>();
  return (hostHeader, connection) => {
    if (welcome.has(hostHeader)) return true;
    if (isHostAllowed(hostHeader, '', allowed)) {
      if (welcome.size >= MOST_KNOWN) welcome.clear();
      welcome.add(hostHeader);
      return true;
    }
    return isHostAllowed(hostHeader, connection.localAddress ?? '', allowed);
  };
}

/** A client may send any name: what is kept must not grow with them. */
const MOST_KNOWN = 64;

/** Without port and brackets, in lower case; null where it is no host at all. */
function hostName(header: string): string | null {
  const [, ipv6, other] = /^(?:\[([\da-f:.]+)\]|([^:[\]@/\s]+))(?::\d{1,5})?$/i.exec(header) ?? [];
  if (ipv6 !== undefined && !isIPv6(ipv6)) return null;
  return (ipv6 ?? other)?.toLowerCase() ?? null;
}

/** A connection that has just been broken has no address any more. */
const isSameAddress = (one: string, other: string) => isIP(other) !== 0 && normal(one) === normal(other);

/** In the one way of writing it; an IPv6 socket maps the addresses of its IPv4 clients. */
const normal = (address: string) =>
  new SocketAddress({ address, family: isIPv6(address) ? 'ipv6' : 'ipv4' }).address.replace(
    /^::ffff:(?=\d+\.)/,
    '',
  );
