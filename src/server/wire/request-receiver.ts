import type { IncomingHttpHeaders } from 'node:http';
import type { Instant } from '../../domain/model.ts';
import { buildAgentError, buildAgentProtocolError, buildAgentResponse } from '../containers/agent-wire.ts';
import { buildEksHostError } from '../containers/eks.ts';
import { createDispatcher } from '../dispatcher.ts';
import type {
  Connection,
  EndpointRequest,
  EndpointResponse,
  ErrorResponder,
  HandledRequest,
  Shape,
} from '../endpoint-request.ts';
import { NO_FAULTS } from '../faults/fault-plan.ts';
import { buildEmptyError, buildHtmlError } from '../imds/imds-wire.ts';
import type { Simulation } from '../simulation.ts';
import { createHostCheck, type HostCheck } from './host-check.ts';

export interface ReceivedRequest {
  request: EndpointRequest;
  handledRequest: HandledRequest;
  /** How the endpoint that was meant refuses. */
  errorResponder: ErrorResponder;
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

/** Finds out which endpoint a request is for, and its answer there. */
export function createRequestReceiver(simulation: Simulation, hosts: ReadonlySet<string>): RequestReceiver {
  const respond = createDispatcher(simulation);
  const isHostAllowed = createHostCheck(hosts);
  return (request, now) => {
    const { path, query } = targetOf(request.url ?? '/');
    const faults = simulation.faultPlan.selectFaults(path, now);
    const inquiry: EndpointRequest = {
      method: request.method ?? 'GET',
      path,
      query,
      headers: request.headers,
      connection: request.socket,
      now,
      dateSkew: faults.get('clock-skew')?.seconds ?? 0,
      faults,
    };
    const { handledRequest, errorResponder } = respond(inquiry);
    const turnedAway = turnAway(request, inquiry, handledRequest.shape, simulation, isHostAllowed);
    if (turnedAway === null) return { request: inquiry, handledRequest, errorResponder };
    const untouched = { ...inquiry, faults: NO_FAULTS };
    return {
      request: untouched,
      handledRequest: { ...handledRequest, credentials: null, response: turnedAway },
      errorResponder,
    };
  };
}

/** An absolute target, as proxies are sent it, is taken by its path. */
function targetOf(url: string): { path: string; query: URLSearchParams } {
  const target = url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/]*/i, '');
  const mark = target.indexOf('?');
  return mark < 0
    ? { path: target || '/', query: NO_QUERY }
    : { path: target.slice(0, mark) || '/', query: new URLSearchParams(target.slice(mark + 1)) };
}

const NO_QUERY = new URLSearchParams();

/** What no endpoint answers, whatever the path. Null where there is nothing to object to. */
function turnAway(
  { headers, httpVersion, socket }: IncomingRequest,
  inquiry: EndpointRequest,
  shape: Shape | null,
  simulation: Simulation,
  isHostAllowed: HostCheck,
): EndpointResponse | null {
  const isAgent = shape === 'ecs' || shape === 'eks';
  if (headers.expect !== undefined && !isAgent)
    return buildHtmlError(inquiry, 417, null, simulation.variants);
  // Go takes `100-continue` for granted, and says so only when somebody reads the body.
  if (headers.expect !== undefined && !/^100-continue$/i.test(headers.expect)) {
    return buildAgentResponse(inquiry, { status: 417, body: '', closes: true });
  }
  if (headers.host === undefined) {
    if (httpVersion === '1.0') return null;
    return isAgent
      ? buildAgentProtocolError(400, 'missing required Host header')
      : buildHtmlError(inquiry, 400, null, simulation.variants);
  }
  if (isHostAllowed(headers.host, socket)) return null;
  if (shape === 'eks') return buildEksHostError(inquiry);
  return isAgent ? buildAgentError(inquiry, 403, 'Forbidden') : buildEmptyError(inquiry, 403);
}
