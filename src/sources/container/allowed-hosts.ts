import { isIP } from 'node:net';
import { hostWithoutBrackets } from '../http/addresses.ts';

/** Agents of ECS (first address) and EKS Pod Identity. */
const AGENTS = ['169.254.170.2', '169.254.170.23', 'fd00:ec2::23'];

/** Whether SDKs send the authorization token over plain HTTP to this address. */
export function isAllowedAddress(address: string): boolean {
  return isLoopbackAddress(address) || AGENTS.includes(normalizeAddress(address));
}

/** Whether the endpoint is on this host. Host names other than `localhost` are not resolved. */
export function isLoopbackUrl(url: URL): boolean {
  return url.hostname === 'localhost' || isLoopbackAddress(hostWithoutBrackets(url));
}

/** False for `::ffff:127.0.0.1`, which no SDK allows. */
function isLoopbackAddress(address: string): boolean {
  return isIP(address) === 4 ? address.startsWith('127.') : normalizeAddress(address) === '::1';
}

/** The shortest spelling of an IPv6 address. Other text is returned unchanged. */
function normalizeAddress(address: string): string {
  const url = `http://[${address}]`;
  return isIP(address) === 6 && URL.canParse(url) ? hostWithoutBrackets(new URL(url)) : address;
}
