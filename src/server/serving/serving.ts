import type { Clock } from '../../clock.ts';
import type { PeerProcess } from '../../domain/key-use.ts';
import type { Seconds } from '../../domain/model.ts';
import { CredWatchError } from '../../errors.ts';
import { buildClientEnvironment, REAL_HOSTS } from '../client-environment.ts';
import { startTokenFile, type TokenFile } from '../containers/token-file.ts';
import type { Shape } from '../endpoint-request.ts';
import type { MonitorRoutes } from '../monitor/monitor-response.ts';
import type { ConnectionLimits } from '../wire/connections.ts';
import { normalizeHost } from '../wire/host-check.ts';
import { isLoopbackAddress, type ListenTarget } from '../wire/listen-address.ts';
import { listenOnAll } from '../wire/listening-servers.ts';
import type { HostRules } from './access-rules.ts';
import { handleServingRequest } from './handle-request.ts';
import { assertRoleNames } from './role-names.ts';
import { createRoleState, type RoleState } from './role-state.ts';
import type { ConnectionAddresses, ServedExchange } from './served-exchange.ts';
import { createServedMetadata, type MachineFacts } from './served-metadata.ts';
import type { ServedRole } from './served-role.ts';

/** An address of the server. */
export interface ServingAddress {
  target: ListenTarget;
  /** The name of the only role that this address serves. Null: the address serves every role. */
  role: string | null;
}

export interface ServingOptions {
  /** At least one. The first one answers under `/latest/`, and each one under `/NAME/latest/`. */
  roles: readonly ServedRole[];
  shapes: readonly Shape[];
  /** Serve IMDSv1 too. */
  allowV1: boolean;
  listen: readonly ServingAddress[];
  /** Host names that are accepted in addition to the addresses on which the server listens. */
  allowedHosts: readonly string[];
  machine: MachineFacts;
  /** A JSON file or a folder that changes the metadata; null if none is given. */
  treePath: string | null;
  /** Additional pages, for example `/healthz`. The rules for hosts, browsers and proxies apply to them too. */
  routes: MonitorRoutes;
  clock: Clock;
  /**
   * Finds the process of a client, while it waits for credentials. The server sends the response after the promise
   * has settled. Null: no process is looked up.
   */
  findPeer: ((connection: ConnectionAddresses) => Promise<PeerProcess | null> | null) | null;
  /**
   * Called when the server listens, before it reads files. Requests wait until it has returned. If it throws, nothing
   * is served.
   * @param origins in the order of `listen`
   */
  onListening?(origins: readonly string[]): void;
  /** Called once per request, before the response is sent. */
  onExchange(exchange: ServedExchange): void;
  /** Gets the errors of roles, routes and sockets. Clients get no details of them. */
  onError(error: unknown): void;
  /** Gets problems of the metadata folder and of token files. */
  onProblem(message: string): void;
  limits?: Partial<ConnectionLimits> | undefined;
}

/** The environment variables with which a client gets the credentials of a role. They contain secrets. */
export interface ServedEnvironment {
  role: string;
  shape: Shape;
  variables: Readonly<Record<string, string>>;
}

export interface Serving {
  /** `http://127.0.0.1:1338` or `unix:/run/cred-watch.sock`, in the order of `listen`. */
  origins: readonly string[];
  /** One per role and shape. Empty if the server only listens on Unix sockets, because SDKs cannot use them. */
  environments: readonly ServedEnvironment[];
  /** Closes the server and all connections, and removes token files and sockets. */
  close(): Promise<void>;
}

/** The lifetime of tokens in EKS token files, which are renewed. Clients read the file at each request. */
const TOKEN_LIFETIME: Seconds = 86_400;

/**
 * Serves the real credentials of roles. Listens on all addresses, or on none if one fails.
 * @throws CredWatchError if a role name, an address or the metadata folder is invalid
 */
export async function startServing(options: ServingOptions): Promise<Serving> {
  const { roles, shapes, allowV1, listen, clock, onProblem } = options;
  assertRoleNames(roles, options.routes.keys());
  assertKnownRoles(listen, roles);
  const prepared = createPromise<readonly RoleState[]>();
  const listening = await listenOnAll({
    onError: options.onError,
    limits: options.limits,
    listen: listen.map(({ target, role }) => ({ ...target, role })),
    createHandlers(target) {
      const hosts = createHostRules(target, options.allowedHosts);
      const context = prepared.promise.then((states) => ({
        ...options,
        states: selectStates(states, target.role),
        hosts,
      }));
      return {
        handleRequest: async (request, response) => handleServingRequest(request, response, await context),
      };
    },
  });
  const tokenFiles = new Map<RoleState, TokenFile>();
  const close = async () => {
    await listening.close();
    for (const file of tokenFiles.values()) await file.close();
  };
  let states: readonly RoleState[];
  try {
    options.onListening?.(listening.origins);
    const metadata = createServedMetadata(options);
    const startedAt = clock.now();
    states = roles.map((role) => createRoleState({ role, shapes, allowV1, startedAt, metadata }));
    if (shapes.includes('eks')) {
      for (const state of states) {
        const { serviceAccountTokens } = state;
        tokenFiles.set(state, await startTokenFile(serviceAccountTokens, TOKEN_LIFETIME, clock, onProblem));
      }
    }
  } catch (error) {
    await close();
    throw error;
  }
  prepared.resolve(states);
  const { origins } = listening;
  const addresses = listen.map(({ role }, index) => ({ role, origin: origins[index] ?? '' }));
  const environments = states.flatMap((state) =>
    shapes.flatMap((shape) => {
      const variables = buildVariables(state, shape, states, addresses, tokenFiles.get(state)?.path ?? '');
      return variables === null ? [] : [{ role: state.served.name, shape, variables }];
    }),
  );
  return { origins, environments, close };
}

function createPromise<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

function assertKnownRoles(listen: readonly ServingAddress[], roles: readonly ServedRole[]): void {
  const unknown = listen.find(({ role }) => role !== null && !roles.some(({ name }) => name === role));
  if (unknown !== undefined) throw new CredWatchError(`no served role has the name '${unknown.role}'`);
}

const selectStates = (states: readonly RoleState[], name: string | null): readonly RoleState[] =>
  name === null ? states : states.filter(({ served }) => served.name === name);

function createHostRules(target: ListenTarget, allowedHosts: readonly string[]): HostRules {
  const bound = 'host' in target ? [target.host] : [];
  // Clients of these addresses use this name. A web page with this name is on this machine, and sends its origin.
  const isLocal = !('host' in target) || isLoopbackAddress(target.host) || isWildcard(target.host);
  const names = [...bound, ...REAL_HOSTS, ...allowedHosts, ...(isLocal ? ['localhost'] : [])];
  return { allowed: new Set(names.map(normalizeHost).filter((name) => name !== '')), exact: null };
}

const isWildcard = (host: string) => host === '0.0.0.0' || host === '::';

interface RoleOrigin {
  role: string | null;
  origin: string;
}

/** Prefers an address that serves only this role, because some SDKs ignore the path of an IMDS endpoint. */
function buildVariables(
  state: RoleState,
  shape: Shape,
  states: readonly RoleState[],
  addresses: readonly RoleOrigin[],
  tokenFile: string,
): Record<string, string> | null {
  const usable = addresses.filter(({ origin }) => origin.startsWith('http'));
  const own = usable.filter(({ role }) => role === state.served.name);
  const origins = (own.length > 0 ? own : usable.filter(({ role }) => role === null)).map(
    ({ origin }) => origin,
  );
  if (origins.length === 0) return null;
  const variables = buildClientEnvironment(shape, origins, state, tokenFile);
  switch (shape) {
    case 'imds': {
      const isFirst = own.length > 0 || state === states[0];
      const endpoint = variables.AWS_EC2_METADATA_SERVICE_ENDPOINT ?? '';
      return isFirst
        ? variables
        : { ...variables, AWS_EC2_METADATA_SERVICE_ENDPOINT: `${endpoint}${state.served.name}/` };
    }
    case 'ecs':
      return { ...variables, AWS_CONTAINER_AUTHORIZATION_TOKEN: state.authorization };
    default:
      return variables;
  }
}
