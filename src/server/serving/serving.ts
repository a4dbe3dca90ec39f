import type { Socket } from 'node:net';
import type { Clock } from '../../clock.ts';
import type { PeerProcess } from '../../domain/keys/key-use.ts';
import type { Seconds } from '../../domain/model.ts';
import { type ClientSecrets, createClientSecrets } from '../containers/client-secrets.ts';
import { startTokenFile, type TokenFile, type TokenTarget } from '../containers/token-file.ts';
import type { Shape } from '../endpoint-request.ts';
import type { MonitorRoutes } from '../monitor/monitor-response.ts';
import type { ConnectionLimits } from '../wire/connections.ts';
import type { ListenTarget } from '../wire/listen-address.ts';
import { listenOnAll } from '../wire/listening-servers.ts';
import { createExactHostRule, createHostRule } from './access-rules.ts';
import { handleServingRequest } from './handle-request.ts';
import { assertRoleNames } from './role-names.ts';
import { type AddressRoles, findAddressRoles } from './role-selection.ts';
import { createRoleState, type RoleState } from './role-state.ts';
import { buildServedEnvironments, type ServedEnvironment } from './served-environments.ts';
import type { ServedExchange } from './served-exchange.ts';
import { createServedMetadata, type MachineFacts } from './served-metadata.ts';
import type { ServedRole } from './served-role.ts';

/** An address of the server. */
export interface ServingAddress {
  target: ListenTarget;
  /** The name of the only role that this address serves. Null: the address serves every role. */
  role: string | null;
}

/** What clients of container endpoints need, kept for the next server. */
export interface ClientFiles {
  getSecrets(role: string): ClientSecrets;
  openTokenFile(role: string): Promise<TokenTarget>;
}

export interface ServingOptions {
  /** At least one. Each one answers under `/NAME/latest/`, and a single one under `/latest/` too. */
  roles: readonly ServedRole[];
  /**
   * The name of the role that answers under `/latest/` at an address with several roles. Default: none. The SDKs for
   * JavaScript, Go and Ruby ignore the path of an IMDS endpoint, and would get the credentials of this role instead
   * of the role in the path. An address of its own for each role works with all SDKs.
   */
  defaultRole?: string | null;
  shapes: readonly Shape[];
  /** Serve IMDSv1 too. */
  allowV1: boolean;
  listen: readonly ServingAddress[];
  /** Host names that are accepted in addition to the addresses on which the server listens. */
  allowedHosts: readonly string[];
  /** Accept only a Host header with the address and port of `listen`, instead of `allowedHosts`. Default: false. */
  requiresExactHost?: boolean;
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
  findPeer: ((socket: Socket) => Promise<PeerProcess | null> | null) | null;
  /**
   * Called when the server listens, before it reads files. Requests wait for the end of the promise. If it rejects,
   * nothing is served.
   * @param origins in the order of `listen`
   */
  onListening?(origins: readonly string[]): Promise<void>;
  /** Called after `onListening`. Null: secrets and token files are removed at the end. */
  openClientFiles?(): Promise<ClientFiles | null>;
  /** Called once per request, before the response is sent. */
  onExchange(exchange: ServedExchange): void;
  /** Gets the errors of roles, routes and sockets. Clients get no details of them. */
  onError(error: unknown): void;
  /** Gets problems of the metadata folder and of token files. */
  onProblem(message: string): void;
  limits?: Partial<ConnectionLimits> | undefined;
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
  const prepared = createPromise<readonly AddressRoles[]>();
  let exactHost: string | null = null;
  const listening = await listenOnAll({
    onError: options.onError,
    limits: options.limits,
    listen: listen.map(({ target }, index) => ({ ...target, index })),
    createHandlers({ index, ...target }) {
      const isHostAllowed = options.requiresExactHost
        ? createExactHostRule(() => exactHost)
        : createHostRule(target, options.allowedHosts);
      const context = prepared.promise.then((addresses) => ({
        ...options,
        roles: addresses[index] as AddressRoles,
        isHostAllowed,
      }));
      return {
        handleRequest: async (request, response) => handleServingRequest(request, response, await context),
      };
    },
  });
  const { origins } = listening;
  if (options.requiresExactHost) exactHost = new URL(origins[0] ?? '').host;
  const tokenFiles = new Map<RoleState, TokenFile>();
  const close = async () => {
    await listening.close();
    for (const file of tokenFiles.values()) await file.close();
  };
  let states: readonly RoleState[];
  let addresses: readonly AddressRoles[];
  try {
    await options.onListening?.(origins);
    const clientFiles = (await options.openClientFiles?.()) ?? null;
    const metadata = createServedMetadata(options);
    const startedAt = clock.now();
    const { region } = options.machine;
    states = roles.map((role) => {
      const secrets = clientFiles?.getSecrets(role.name) ?? createClientSecrets();
      return createRoleState({ role, shapes, allowV1, startedAt, metadata, region, secrets });
    });
    addresses = listen.map(({ role }) => findAddressRoles(states, role, options.defaultRole ?? null));
    for (const state of shapes.includes('eks') ? states : []) {
      const { serviceAccountTokens, served } = state;
      const openTarget = clientFiles === null ? undefined : () => clientFiles.openTokenFile(served.name);
      tokenFiles.set(
        state,
        await startTokenFile(serviceAccountTokens, TOKEN_LIFETIME, clock, onProblem, openTarget),
      );
    }
  } catch (error) {
    await close();
    throw error;
  }
  prepared.resolve(addresses);
  const servedOrigins = addresses.map((served, index) => ({ origin: origins[index] ?? '', roles: served }));
  const environments = states.flatMap((state) =>
    buildServedEnvironments(state, shapes, servedOrigins, tokenFiles.get(state)?.path ?? ''),
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
