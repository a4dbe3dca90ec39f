import type { IncomingHttpHeaders } from 'node:http';
import type { Instant } from '../../domain/model.ts';
import { buildAgentError, buildAgentProtocolError, buildAgentResponse } from '../containers/agent-wire.ts';
import { buildEksHostError } from '../containers/eks.ts';
import { createDispatcher, type DispatchedRequest } from '../dispatcher.ts';
import type { Connection, EndpointRequest, EndpointResponse, Shape } from '../endpoint-request.ts';
import { NO_FAULTS } from '../faults/fault-plan.ts';
import { buildEmptyError, buildHtmlError } from '../imds/imds-wire.ts';
import type { Simulation } from '../simulation.ts';
import { createHostCheck, type HostCheck } from './host-check.ts';

export interface ReceivedRequest extends DispatchedRequest {
  request: EndpointRequest;
}

/** The part of `IncomingMessage` that the simulator reads; an in-memory request has it too. */
export interface IncomingRequest {
  method?: string | undefined;
  url?: string | undefined;
  headers: IncomingHttpHeaders;
  httpVersion: string;
  socket: Connection;
}

export type RequestReceiver = (request: IncomingRequest, now: Instant) => ReceivedRequest;

/** Creates a function that selects the faults of a request, passes it to its shape, and checks its Host. */
export function createRequestReceiver(simulation: Simulation, hosts: ReadonlySet<string>): RequestReceiver {
  const dispatch = createDispatcher(simulation);
  const isHostAllowed = createHostCheck(hosts);
  return (message, now) => {
    const { path, query } = parseTarget(message.url ?? '/');
    const faults = simulation.faultPlan.selectFaults(path, now);
    const request: EndpointRequest = {
      method: message.method ?? 'GET',
      path,
      query,
      headers: message.headers,
      connection: message.socket,
      now,
      dateSkew: faults.get('clock-skew')?.seconds ?? 0,
      faults,
    };
    const { handledRequest, errorResponder } = dispatch(request);
    const rejection = rejectRequest(message, request, handledRequest.shape, simulation, isHostAllowed);
    if (rejection === null) return { request, handledRequest, errorResponder };
    return {
      request: { ...request, faults: NO_FAULTS },
      handledRequest: { ...handledRequest, credentials: null, response: rejection },
      errorResponder,
    };
  };
}

/** Splits a request target. Of an absolute URL, which clients send to proxies, only path and query count. */
function parseTarget(url: string): { path: string; query: URLSearchParams } {
  const target = url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/]*/i, '');
  const mark = target.indexOf('?');
  return mark < 0
    ? { path: target || '/', query: NO_QUERY }
    : { path: target.slice(0, mark) || '/', query: new URLSearchParams(target.slice(mark + 1)) };
}

const NO_QUERY = new URLSearchParams();

/** Rejects requests with a wrong Host or Expect header, on any path. Returns null if both are acceptable. */
function rejectRequest(
  { headers, httpVersion, socket }: IncomingRequest,
  request: EndpointRequest,
  shape: Shape | null,
  simulation: Simulation,
  isHostAllowed: HostCheck,
): EndpointResponse | null {
  const isAgent = shape === 'ecs' || shape === 'eks';
  if (headers.expect !== undefined && !isAgent)
    return buildHtmlError(request, 417, null, simulation.variants);
  // Go accepts `100-continue`, and responds with 100 only if the handler reads the body.
  if (headers.expect !== undefined && !/^100-continue$/i.test(headers.expect)) {
    return buildAgentResponse(request, { status: 417, body: '', closes: true });
  }
  if (headers.host === undefined) {
    if (httpVersion === '1.0') return null;
    return isAgent
      ? buildAgentProtocolError(400, 'missing required Host header')
      : buildHtmlError(request, 400, null, simulation.variants);
  }
  if (isHostAllowed(headers.host, socket)) return null;
  if (shape === 'eks') return buildEksHostError(request);
  return isAgent ? buildAgentError(request, 403, 'Forbidden') : buildEmptyError(request, 403);
}
