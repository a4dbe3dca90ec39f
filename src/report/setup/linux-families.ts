import {
  formatSocketAddress,
  getServerAddress,
  isIpv6Address,
  type MetadataRoute,
  type SetupPlan,
} from '../../domain/setup/setup-plan.ts';

/** The rules of one IP version. */
export interface Family {
  nft: 'ip' | 'ip6';
  iptables: 'iptables' | 'ip6tables';
  addressBits: 32 | 128;
  /** Routes to another port. */
  redirected: readonly { address: string; target: string }[];
  /** Addresses at which the server itself listens. */
  direct: readonly string[];
  /** The kernel redirects only IPv4 packets of a bridge to a loopback address. */
  bridges: readonly string[];
}

export function listFamilies({ routes, bridges }: SetupPlan): Family[] {
  const [ipv4, ipv6] = [false, true].map((version) =>
    routes.filter(({ address }) => isIpv6Address(address) === version),
  );
  return [
    { nft: 'ip', iptables: 'iptables', addressBits: 32, bridges, ...splitRoutes(ipv4) },
    { nft: 'ip6', iptables: 'ip6tables', addressBits: 128, bridges: [], ...splitRoutes(ipv6) },
  ];
}

const splitRoutes = (routes: readonly MetadataRoute[] = []) => ({
  redirected: routes.flatMap((route) =>
    route.target === null
      ? []
      : [{ address: route.address, target: formatSocketAddress(getServerAddress(route)) }],
  ),
  direct: routes.flatMap(({ address, target }) => (target === null ? [address] : [])),
});

export const hasRules = ({ redirected, direct }: Family) => redirected.length + direct.length > 0;

/** The bridges from which redirected packets come. */
export const getRedirectedBridges = ({ bridges, redirected }: Family) =>
  redirected.length === 0 ? [] : bridges;

export const REDIRECT_COMMENT = 'Requests of programs on this machine.';
export const BRIDGE_COMMENT = 'Requests of containers.';
/** For packets that do not come from a program on this machine. */
export const GUARD_COMMENT = 'Drop requests that must not reach the server.';

/** What the rules of these IP versions do. */
export const describeRules = (families: readonly Family[]) =>
  [
    ...(families.some(({ redirected }) => redirected.length > 0) ? ['Redirect port 80.'] : []),
    ...(families.some(({ direct }) => direct.length > 0)
      ? ['Drop requests from the network. Linux accepts them for all addresses, also for those of lo.']
      : []),
  ].join(' ');
