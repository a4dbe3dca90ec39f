import { BlockList, isIP } from 'node:net';
import { hostWithoutBrackets } from '../http/addresses.ts';

/** One list per family, because a list of IPv4 addresses also matches `::ffff:127.0.0.1`, which no SDK allows. */
const loopback = { ipv4: new BlockList(), ipv6: new BlockList() };
loopback.ipv4.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.ipv6.addAddress('::1', 'ipv6');

/** ECS is 169.254.170.2. EKS Pod Identity is 169.254.170.23 and fd00:ec2::23. */
const agents = { ipv4: new BlockList(), ipv6: new BlockList() };
agents.ipv4.addAddress('169.254.170.2', 'ipv4');
agents.ipv4.addAddress('169.254.170.23', 'ipv4');
agents.ipv6.addAddress('fd00:ec2::23', 'ipv6');

function isIn(lists: typeof loopback, address: string): boolean {
  const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
  return isIP(address) !== 0 && lists[family].check(address, family);
}

/** Whether SDKs send the authorization token over plain HTTP to this address. */
export function isAllowedAddress(address: string): boolean {
  return isIn(loopback, address) || isIn(agents, address);
}

/** Whether the endpoint is on this host. Host names other than `localhost` are not resolved. */
export function isLoopbackUrl(url: URL): boolean {
  return url.hostname === 'localhost' || isIn(loopback, hostWithoutBrackets(url));
}
