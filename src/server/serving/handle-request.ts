import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../../clock.ts';
import type { PeerProcess } from '../../domain/keys/key-use.ts';
import type { Seconds } from '../../domain/model.ts';
import { buildAgentError } from '../containers/agent-wire.ts';
import { dispatch } from '../dispatcher.ts';
import type {
  EndpointRequest,
  EndpointResponse,
  HandledRequest,
  Header,
  Shape,
} from '../endpoint-request.ts';
import { NO_FAULTS } from '../faults/fault-plan.ts';
import { buildEmptyError } from '../imds/imds-wire.ts';
import { type MonitorRoutes, respondToRoute, sendMonitorResponse } from '../monitor/monitor-response.ts';
import { redactPath } from '../redact-path.ts';
import { discardBody } from '../wire/exchange.ts';
import { parseHeaders } from '../wire/request-headers.ts';
import { buildHostError, parseTarget, rejectExpectation } from '../wire/request-receiver.ts';
import { writeResponse } from '../wire/response-writer.ts';
import { type AccessProblem, findAccessProblem, type HostRule } from './access-rules.ts';
import { findAddresses } from './connection-addresses.ts';
import {
  type AddressRoles,
  buildAccessDenied,
  buildSelectionError,
  findShape,
  routePath,
  selectRole,
} from './role-selection.ts';
import type { RoleState } from './role-state.ts';
import type { ServedExchange } from './served-exchange.ts';

/** What the requests to one listen address have in common. */
export interface ServingContext {
  roles: AddressRoles;
  isHostAllowed: HostRule;
  /** By path. They precede the paths of the shapes. */
  routes: MonitorRoutes;
  clock: Clock;
  findPeer: ((socket: Socket) => Promise<PeerProcess | null> | null) | null;
  onExchange(exchange: ServedExchange): void;
  onError(error: unknown): void;
}

/** The response, and the facts of the exchange that depend on how the request was handled. */
type Outcome = Pick<ServedExchange, 'role' | 'shape' | 'kind'> &
  Partial<Pick<ServedExchange, 'apiVersion' | 'peer' | 'credentials' | 'rejectedHost'>> & {
    response: EndpointResponse;
  };

/** Responds to a request. Checks that need no secret come first. */
export async function handleServingRequest(
  message: IncomingMessage,
  response: ServerResponse,
  context: ServingContext,
): Promise<void> {
  const { method = 'GET', url = '/', rawHeaders, httpVersion, socket } = message;
  const headers = parseHeaders(rawHeaders);
  const { routes, clock, onExchange, onError } = context;
  const connection = findAddresses(socket);
  discardBody(message, headers);
  const { path, query } = parseTarget(url);
  const request: EndpointRequest = {
    method,
    path,
    query,
    headers,
    httpVersion,
    connection: socket,
    now: clock.now(),
    dateSkew: 0,
    faults: NO_FAULTS,
  };
  const report = (outcome: Omit<Outcome, 'response'>, status: number) => {
    const hasLeft = response.destroyed;
    const { apiVersion = '', peer = null, credentials = null, rejectedHost = null, ...facts } = outcome;
    onExchange({
      ...facts,
      at: request.now,
      apiVersion,
      method,
      path: redactPath(path, query.size > 0, outcome.role ?? ''),
      status: hasLeft ? null : status,
      client: headers['user-agent'] ?? '',
      connection,
      peer,
      credentials: hasLeft || method === 'HEAD' ? null : credentials,
      rejectedHost,
    });
  };
  const problem = findAccessProblem({ url, headers, connection: socket }, context.isHostAllowed);
  const route = routes.get(path);
  if (problem === null && route !== undefined) {
    const routed = await respondToRoute(route, method, onError);
    report({ role: null, shape: null, kind: 'route' }, routed.status);
    sendMonitorResponse(routed, message, response);
    return;
  }
  const outcome =
    problem === null ? await respond(request, context, socket) : reject(request, context, problem);
  const finished = finish(outcome.response);
  const { response: _, ...facts } = outcome;
  report(facts, finished.status);
  if (!response.destroyed) writeResponse(finished, response, method === 'HEAD');
}

function reject(request: EndpointRequest, { roles }: ServingContext, problem: AccessProblem): Outcome {
  const [first] = roles.states as [RoleState];
  const routed = routePath(request.path, roles);
  const shape = findShape({ ...request, path: routed.path }, first.shapes);
  const outcome = { role: null, shape, kind: 'other' } as const;
  const { host = null } = request.headers;
  switch (problem) {
    case 'host missing':
      return { ...outcome, response: buildHostError(request, shape, first.variants, 'missing') };
    case 'host not allowed': {
      const response =
        shape === 'ecs'
          ? buildAccessDenied(request, 'Host is not the address of this endpoint')
          : buildHostError(request, shape, first.variants, 'not allowed');
      return { ...outcome, response, rejectedHost: host };
    }
    case 'browser or proxy':
      return { ...outcome, response: buildForbidden(request, shape) };
  }
}

function buildForbidden(request: EndpointRequest, shape: Shape | null): EndpointResponse {
  const message = 'Requests from browsers and proxies are rejected';
  if (shape === 'ecs') return buildAccessDenied(request, message);
  return shape === 'eks' ? buildAgentError(request, 403, message) : buildEmptyError(request, 403);
}

async function respond(original: EndpointRequest, context: ServingContext, socket: Socket): Promise<Outcome> {
  const { path, ...roles } = routePath(original.path, context.roles);
  const [first] = roles.states as [RoleState];
  const request = { ...original, path, dateSkew: findDateSkew(first, context) };
  const shape = findShape(request, first.shapes);
  const rejection = rejectExpectation(request, shape, first.variants);
  if (rejection !== null) return { role: null, shape, kind: 'other', response: rejection };
  const state = selectRole(request, shape, roles);
  if (state === null) {
    return { role: null, shape, kind: 'other', response: buildSelectionError(request, shape, first) };
  }
  const { handled, peer } = await handle(request, state, context, socket);
  const { kind, response, apiVersion, credentials, internalError } = handled;
  if (internalError !== undefined) context.onError(internalError);
  return { role: state.served.name, shape: handled.shape, kind, response, apiVersion, credentials, peer };
}

/** Clients correct their clock by the Date header, so it states AWS's time. */
function findDateSkew({ served }: RoleState, { onError }: ServingContext): Seconds {
  const offset = attempt(() => served.getClockOffset(), onError) ?? 0;
  return Number.isFinite(offset) ? -offset : 0;
}

/** Responds at once, unless the role must be refreshed or the process of the client is looked up. */
async function handle(
  request: EndpointRequest,
  state: RoleState,
  { findPeer, clock, onError }: ServingContext,
  socket: Socket,
): Promise<{ handled: HandledRequest; peer: PeerProcess | null }> {
  const handled = dispatch(request, state);
  const isForCredentials = handled.kind === 'credentials' && [200, 503].includes(handled.response.status);
  if (!isForCredentials) return { handled, peer: null };
  const refreshing = attempt(() => state.served.noteRequest(), onError);
  const finding = attempt(() => findPeer?.(socket) ?? null, onError);
  if (refreshing === null && finding === null) return { handled, peer: null };
  const [peer] = await Promise.all([attemptAsync(finding, onError), attemptAsync(refreshing, onError)]);
  // Credentials can expire during the wait.
  return { handled: dispatch({ ...request, now: clock.now() }, state), peer };
}

function attempt<T>(action: () => T, onError: (error: unknown) => void): T | null {
  try {
    return action();
  } catch (error) {
    onError(error);
    return null;
  }
}

async function attemptAsync<T>(
  promise: Promise<T> | null,
  onError: (error: unknown) => void,
): Promise<T | null> {
  try {
    return await promise;
  } catch (error) {
    onError(error);
    return null;
  }
}

/** Adds headers that the real endpoints lack. Each connection ends, which slows down clients that guess secrets. */
function finish(response: EndpointResponse): EndpointResponse {
  const headers: Header[] = [...response.headers];
  const add = (name: string, value: string) => {
    if (!headers.some(([other]) => other === name)) headers.push([name, value]);
  };
  if (response.status === 405) add('Allow', 'GET, HEAD');
  add('Cache-Control', 'no-store');
  add('Connection', 'close');
  return { ...response, headers };
}
