import type { Clock } from '../../clock.ts';
import { CredWatchError } from '../../errors.ts';
import type { ConnectionLimits } from '../wire/connections.ts';
import type { ServedRole } from './served-role.ts';
import { startServing } from './serving.ts';

export interface ChildEndpointOptions {
  role: ServedRole;
  clock: Clock;
  /** Gets the errors of the role and of the server. Clients get no details of them. */
  onError(error: unknown): void;
  limits?: Partial<ConnectionLimits> | undefined;
}

export interface ChildEndpoint {
  /** The variables with the address and the secrets of the endpoint. Pass them to the child process only. */
  environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/**
 * Starts a container endpoint on a free loopback port, for a child process that refreshes its credentials.
 * @throws CredWatchError if no port is available
 */
export async function startChildEndpoint(options: ChildEndpointOptions): Promise<ChildEndpoint> {
  const { environments, close } = await startServing({
    ...options,
    roles: [options.role],
    shapes: ['ecs'],
    allowV1: false,
    listen: [{ target: { host: '127.0.0.1', port: 0 }, role: null }],
    allowedHosts: [],
    requiresExactHost: true,
    machine: { instanceId: '', region: null },
    treePath: null,
    routes: new Map(),
    findPeer: null,
    onExchange: () => {},
    onProblem: () => {},
  }).catch(({ message, cause }) => {
    throw new CredWatchError(message, 'remove --refresh; the command then keeps its initial credentials', {
      cause,
    });
  });
  return { environment: environments[0]?.variables ?? {}, close };
}
