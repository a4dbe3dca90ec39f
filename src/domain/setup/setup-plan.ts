export const SETUP_SYSTEMS = ['linux', 'macos', 'windows'] as const;
export type SetupSystem = (typeof SETUP_SYSTEMS)[number];

/** The programs that can redirect a port on Linux. The first one is the default. */
export const SETUP_FIREWALLS = ['nft', 'iptables'] as const;
export type SetupFirewall = (typeof SETUP_FIREWALLS)[number];

export interface SocketAddress {
  /** An IP address, without brackets. */
  host: string;
  port: number;
}

/** An address that clients use without configuration. */
export interface MetadataRoute {
  address: string;
  /** The address of the server. Null: the server listens at port 80 of the address itself. */
  target: SocketAddress | null;
}

/** What `serve --setup` sets up. */
export interface SetupPlan {
  routes: readonly MetadataRoute[];
  /** Network bridges of containers that may use the routes too. */
  bridges: readonly string[];
  firewall: SetupFirewall;
  /** The user named the address of the server. */
  hasListen: boolean;
  /** The flags of this plan that differ from the defaults. They end each command that repeats the plan. */
  flags: string;
  /** The flags with which the server of this plan starts. */
  serveFlags: string;
}

/** The fixed addresses of EC2, ECS and EKS. CloudShell uses a port of localhost. */
export const METADATA_ADDRESSES = {
  imds: ['169.254.169.254', 'fd00:ec2::254'],
  ecs: ['169.254.170.2'],
  eks: ['169.254.170.23', 'fd00:ec2::23'],
  cloudshell: [],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type RoutedShape = keyof typeof METADATA_ADDRESSES;

export const ALL_METADATA_ADDRESSES: readonly string[] = Object.values(METADATA_ADDRESSES).flat();

export const isIpv6Address = (host: string) => host.includes(':');

export const isLoopbackIpv4 = (host: string) => host.startsWith('127.');

export const formatSocketAddress = ({ host, port }: SocketAddress) =>
  isIpv6Address(host) ? `[${host}]:${port}` : `${host}:${port}`;

/** The URL that clients use. */
export const formatMetadataUrl = (address: string) =>
  `http://${isIpv6Address(address) ? `[${address}]` : address}/`;

/** Where the server receives the requests of a route. */
export const getServerAddress = ({ address, target }: MetadataRoute): SocketAddress =>
  target ?? { host: address, port: 80 };

/**
 * The routes of these shapes. An address can be redirected only to an address of the same IP version, so the IPv6
 * addresses need a server that listens on IPv6.
 * @param listen the addresses of the server
 */
export function planRoutes(
  shapes: readonly RoutedShape[],
  listen: readonly SocketAddress[],
): MetadataRoute[] {
  return shapes
    .flatMap((shape): readonly string[] => METADATA_ADDRESSES[shape])
    .flatMap((address): MetadataRoute[] => {
      if (listen.some(({ host, port }) => host === address && port === 80)) {
        return [{ address, target: null }];
      }
      const target = listen.find(
        ({ host }) =>
          isIpv6Address(host) === isIpv6Address(address) && !ALL_METADATA_ADDRESSES.includes(host),
      );
      return target === undefined ? [] : [{ address, target: toReachable(target) }];
    });
}

/** A server that listens on every address is reached on the loopback address. */
const toReachable = ({ host, port }: SocketAddress): SocketAddress => ({
  host: { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host,
  port,
});
