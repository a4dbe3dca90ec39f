import type { Instant } from '../domain/model.ts';
import { REAL_HOSTS } from './client-environment.ts';
import type { Header } from './endpoint-request.ts';
import { type Delivery, takeFirstHalf } from './faults/response-faults.ts';
import type { Simulation } from './simulation.ts';
import { createAllowedHosts } from './wire/host-check.ts';
import type { RequestHeaders } from './wire/request-headers.ts';
import { receiveRequest } from './wire/request-receiver.ts';

/** A request to an endpoint without a socket. */
export interface InMemoryRequest {
  method: string;
  /** Path and query, or an absolute URL. */
  url: string;
  /** Names in lower case. Without `host` the endpoint responds 400, like the real ones. */
  headers: RequestHeaders;
}

interface DeliveredMessage {
  status: number;
  headers: readonly Header[];
  /** The bytes that arrive: a fault may have changed them, and HEAD has none. */
  body: Buffer;
}

/**
 * What the client sees, `delayMs` after it sent the request. If `truncated`, the connection closes before the
 * whole body has arrived. If `silent`, the connection stays open without a response.
 */
export type DeliveredResponse = { delayMs: number } & (
  | ({ outcome: 'complete' | 'truncated' } & DeliveredMessage)
  | { outcome: 'reset' | 'silent' }
);

export type InMemoryEndpoint = (request: InMemoryRequest, now: Instant) => DeliveredResponse;

/**
 * The endpoints of a simulation as a function. Requests take the same path as over a socket: Host check,
 * fault selection, shapes, response faults. The result contains the delay; the function does not wait.
 *
 * The returned function throws if a shape throws: that is a defect of the simulator.
 */
export function createInMemoryEndpoint(simulation: Simulation): InMemoryEndpoint {
  return ({ method, url, headers }, now) => {
    const request = { method, url, headers, httpVersion: '1.1', socket: LOOPBACK_CLIENT };
    const { handled, delivery } = receiveRequest(request, now, simulation, ALLOWED_HOSTS);
    if (handled.internalError !== undefined) throw handled.internalError;
    return toDeliveredResponse(delivery, method === 'HEAD');
  };
}

const ALLOWED_HOSTS = createAllowedHosts(REAL_HOSTS);
const LOOPBACK_CLIENT = { remoteAddress: '127.0.0.1', remotePort: 0, localAddress: '127.0.0.1' };

function toDeliveredResponse({ kind, response, delayMs }: Delivery, isHead: boolean): DeliveredResponse {
  if (kind === 'reset' || kind === 'silent') return { outcome: kind, delayMs };
  const { status, headers } = response;
  const sent = kind === 'truncated' ? takeFirstHalf(response.body) : response.body;
  const body = Buffer.from(isHead ? '' : sent);
  const length = isHead ? null : findContentLength(headers);
  return {
    outcome: kind === 'truncated' || (length ?? 0) > body.length ? 'truncated' : 'complete',
    delayMs,
    status,
    headers,
    body: body.subarray(0, length ?? body.length),
  };
}

/** A `header` fault can state a false length, which decides how much of the body a client reads. */
function findContentLength(headers: readonly Header[]): number | null {
  const value = headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1] ?? '';
  return /^\d+$/.test(value) ? Number(value) : null;
}
