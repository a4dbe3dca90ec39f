import type { Instant } from '../../domain/model.ts';
import { buildAgentError, buildAgentProtocolError, buildAgentResponse } from '../containers/agent-wire.ts';
import { buildEksHostError } from '../containers/eks.ts';
import { dispatch } from '../dispatcher.ts';
import type {
  Connection,
  EndpointRequest,
  EndpointResponse,
  HandledRequest,
  Shape,
} from '../endpoint-request.ts';
import { NO_FAULTS } from '../faults/fault-plan.ts';
import { applyResponseFaults, type Delivery } from '../faults/response-faults.ts';
import { buildEmptyError, buildHtmlError } from '../imds/imds-wire.ts';
import type { Simulation } from '../simulation.ts';
import type { Variants } from '../variants.ts';
import { type AllowedHosts, findHostProblem, type HostProblem, splitTarget } from './host-check.ts';
import type { RequestHeaders } from './request-headers.ts';

export interface ReceivedRequest {
  request: EndpointRequest;
  /** The response without response faults. */
  handled: HandledRequest;
  /** The response with response faults. */
  delivery: Delivery;
}

/** A request from a socket or in memory. */
export interface IncomingRequest {
  method?: string | undefined;
  url?: string | undefined;
  headers: RequestHeaders;
  httpVersion: string;
  socket: Connection;
}

/** Selects the faults of a request, passes it to its shape, and checks its Host. */
export function receiveRequest(
  { method = 'GET', url = '/', headers, httpVersion, socket: connection }: IncomingRequest,
  now: Instant,
  simulation: Simulation,
  allowedHosts: AllowedHosts,
): ReceivedRequest {
  const { path, query } = parseTarget(url);
  const faults = simulation.faultPlan.selectFaults(path, now);
  const dateSkew = faults.get('clock-skew')?.seconds ?? 0;
  const request = { method, path, query, headers, httpVersion, connection, now, dateSkew, faults };
  const handled = dispatch(request, simulation);
  const hostProblem = findHostProblem({ url, headers, httpVersion, connection }, allowedHosts);
  if (hostProblem === 'not allowed') handled.rejectedHost = headers.host ?? '';
  const rejection = rejectRequest(request, handled.shape, simulation, hostProblem);
  if (rejection !== null) {
    request.faults = NO_FAULTS;
    handled.response = rejection;
    handled.credentials = null;
  }
  return { request, handled, delivery: applyResponseFaults(handled, request, simulation) };
}

export function parseTarget(url: string): { path: string; query: URLSearchParams } {
  const { path: target } = splitTarget(url);
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  return {
    path: path.replace(DOUBLED_SLASH, '/') || '/',
    query: mark < 0 ? NO_QUERY : new URLSearchParams(target.slice(mark + 1)),
  };
}

/**
 * AWS CLI 2.9 needs an endpoint with a final slash. The AWS SDK for JavaScript v2 then requests
 * `//latest/api/token`.
 */
const DOUBLED_SLASH = /^\/\/+(?=latest(?:\/|$))/;

const NO_QUERY = new URLSearchParams();

/** Rejects requests with a wrong Host or Expect header, on any path. Returns null if both are acceptable. */
function rejectRequest(
  request: EndpointRequest,
  shape: Shape | null,
  { variants }: Simulation,
  hostProblem: HostProblem | null,
): EndpointResponse | null {
  const expectation = rejectExpectation(request, shape, variants);
  if (expectation !== null || hostProblem === null) return expectation;
  return buildHostError(request, shape, variants, hostProblem);
}

/** Rejects an Expect header that the shape does not accept. */
export function rejectExpectation(
  request: EndpointRequest,
  shape: Shape | null,
  variants: Variants,
): EndpointResponse | null {
  const { expect } = request.headers;
  if (expect === undefined) return null;
  if (!isAgent(shape)) return buildHtmlError(request, 417, null, variants);
  // Go accepts `100-continue`, and responds with 100 only if the handler reads the body.
  return /^100-continue$/i.test(expect) ? null : buildAgentResponse(request, 417, '', [], true);
}

const isAgent = (shape: Shape | null) => shape === 'ecs' || shape === 'eks';

/** The response of a shape to a request with a missing or wrong Host header. */
export function buildHostError(
  request: EndpointRequest,
  shape: Shape | null,
  variants: Variants,
  problem: HostProblem,
): EndpointResponse {
  if (problem === 'missing') {
    return isAgent(shape)
      ? buildAgentProtocolError(400, 'missing required Host header')
      : buildHtmlError(request, 400, null, variants);
  }
  if (shape === 'eks') return buildEksHostError(request);
  return isAgent(shape) ? buildAgentError(request, 403, 'Forbidden') : buildEmptyError(request, 403);
}
