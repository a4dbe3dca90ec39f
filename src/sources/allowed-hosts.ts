import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { bareHost } from './addresses.ts';

/**
 * Two lists, for one would match `::ffff:127.0.0.1` as an IPv4 address, which no SDK does.
 * ECS is 169.254.170.2, EKS Pod Identity 169.254.170.23 and fd00:ec2::23.
 */
const loopbackV4 = new BlockList();
loopbackV4.addSubnet('127.0.0.0', 8, 'ipv4');
const containerV4 = ['169.254.170.2', '169.254.170.23'];
const containerV6 = ['fd00:ec2::23'];

function isLoopbackAddress(address: string): boolean {
  return isIPv4(address) ? loopbackV4.check(address, 'ipv4') : address === '::1';
}

/** May the container token and the credentials cross plain HTTP to this address? */
export function isAllowedAddress(address: string): boolean {
  return isLoopbackAddress(address) || containerV4.includes(address) || containerV6.includes(address);
}

/** The endpoint is on this host, as far as its URL alone can tell. */
export function isLoopback(url: URL): boolean {
  return url.hostname === 'localhost' || isLoopbackAddress(bareHost(url));
}

/** `URL` has brought odd spellings (`127.1`, `0x7f.1`, `2130706433`) into their normal form by now. */
export function isLiteral(url: URL): boolean {
  return isIPv4(url.hostname) || isIPv6(bareHost(url));
}
