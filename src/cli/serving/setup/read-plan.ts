import {
  planRoutes,
  SETUP_FIREWALLS,
  type SetupPlan,
  type SetupSystem,
  type SocketAddress,
} from '../../../domain/setup/setup-plan.ts';
import { CredWatchError } from '../../../errors.ts';
import type { Shape } from '../../../server/endpoint-request.ts';
import { isLoopbackAddress, parseListenAddress } from '../../../server/wire/listen-address.ts';
import { quoteForShell } from '../../../untrusted-text.ts';
import { parseValue } from '../../flags/invalid-value.ts';
import { parseShapes } from '../../flags/listening-flags.ts';
import { DEFAULT_ADDRESS } from '../serve-flags.ts';
import type { SetupFlags } from './flags.ts';

const DEFAULT_SHAPE = 'imds';

/** @throws CredWatchError if no address can be routed to the server */
export function readSetupPlan(flags: SetupFlags, system: SetupSystem): SetupPlan {
  const { listen, shape, setupBridge: bridges, setupFirewall: firewall = SETUP_FIREWALLS[0] } = flags;
  const shapes = parseValue('--shape', shape ?? DEFAULT_SHAPE, parseShapes);
  const addresses = (listen.length === 0 ? [DEFAULT_ADDRESS] : listen).map(parseAddress);
  const routes = planRoutes(shapes, addresses);
  if (routes.length === 0) throw createNoRouteError(shapes);
  if (system !== 'linux' && bridges.length > 0) {
    throw new CredWatchError('--setup-bridge has an effect only on Linux', 'remove the flag');
  }
  return {
    routes,
    bridges,
    firewall,
    hasListen: listen.length > 0,
    flags: formatFlags(flags),
    serveFlags: formatServeFlags(flags, addresses),
  };
}

/** Omits the name of a role: `ops=127.0.0.1:1338`. */
function parseAddress(text: string): SocketAddress {
  const address = parseListenAddress(text.replace(/^[^=]*=/, ''));
  if (address.port !== 0) return address;
  throw new CredWatchError(
    `--listen ${text} has no fixed port, so no address can be routed to it`,
    'give the port at which the server will listen',
  );
}

const createNoRouteError = (shapes: readonly Shape[]) =>
  shapes.every((shape) => shape === 'cloudshell')
    ? new CredWatchError(
        'clients of the shape cloudshell use 127.0.0.1:1338, so they need no set-up',
        'start `cred-watch serve --shape cloudshell`',
      )
    : new CredWatchError(
        'the addresses of these shapes cannot be routed to an IPv6 address',
        'add an IPv4 address, for example --listen 127.0.0.1:1338',
      );

const formatFlags = ({ listen, shape, setupBridge, setupFirewall }: SetupFlags): string =>
  formatWords([
    ...(shape === undefined ? [] : ['--shape', shape]),
    ...listen.flatMap((address) => ['--listen', address]),
    ...(setupFirewall === undefined ? [] : ['--setup-firewall', setupFirewall]),
    ...setupBridge.flatMap((bridge) => ['--setup-bridge', bridge]),
  ]);

function formatServeFlags({ listen, shape }: SetupFlags, addresses: readonly SocketAddress[]): string {
  const isRemote = addresses.some(({ host }) => !isLoopbackAddress(host));
  return formatWords([
    ...(shape === undefined ? [] : ['--shape', shape]),
    ...listen.flatMap((address) => ['--listen', address]),
    ...(isRemote ? ['--allow-remote'] : []),
  ]);
}

/** Starts with a space, or is empty. */
const formatWords = (words: readonly string[]) => words.map((word) => ` ${quoteForShell(word)}`).join('');
