import type { ResponseTimes } from '../../domain/provider-chain/chains/response-limits.ts';
import type { HttpExchange } from './exchange.ts';
import { readSchedulingDelay } from './waiting-time.ts';

/** Clients wait at least this long for a response of an endpoint. */
const EVERY_CLIENT_WAITS_MS = 500;

/**
 * Reads the delay by other processes only after a slow response, because each file costs time. It is the delay since the
 * creation of the timer, so an endpoint never looks slower than it is.
 */
function createIdleTime(): () => () => number {
  const delayBefore = readSchedulingDelay();
  return () => {
    const utilization = performance.eventLoopUtilization();
    return () => {
      const { idle } = performance.eventLoopUtilization(utilization);
      if (idle <= EVERY_CLIENT_WAITS_MS) return idle;
      return Math.max(0, idle - (readSchedulingDelay() - delayBefore));
    };
  };
}

/** The slowest responses of the endpoint that a source polls. */
export interface SlowEndpoint extends Omit<ResponseTimes, 'configuredMs'> {
  name: 'imds' | 'container';
}

/**
 * Measures how long a poll waits for the endpoint. Unlike the time between request and response, this does not include
 * the work of this process, and waiting for a CPU.
 * @param startWaiting for tests
 */
export class EndpointTimer {
  #name: SlowEndpoint['name'] = 'container';
  #slowestMs = 0;
  #tokenMs: number | null = null;

  constructor(private readonly startWaiting = createIdleTime()) {}

  measure(exchange: HttpExchange): HttpExchange {
    return async (endpoint, request, context) => {
      const getWaitingMs = this.startWaiting();
      const response = await exchange(endpoint, request, context);
      const ms = getWaitingMs();
      const isToken = request.method === 'PUT';
      const isImds = isToken || /\/security-credentials\//.test(request.path);
      if (isImds) this.#name = 'imds';
      if (isToken) this.#tokenMs = Math.max(this.#tokenMs ?? 0, ms);
      // Other requests find the name of the host, and SDKs do not send them.
      else if (isImds || (this.#name === 'container' && !/\/task$/.test(request.path)))
        this.#slowestMs = Math.max(this.#slowestMs, ms);
      return response;
    };
  }

  /** Null if every client waits for all responses. */
  findSlowEndpoint(): SlowEndpoint | null {
    const slowestMs = this.#slowestMs;
    const tokenMs = this.#tokenMs;
    return Math.max(slowestMs, tokenMs ?? 0) > EVERY_CLIENT_WAITS_MS
      ? { name: this.#name, slowestMs, tokenMs }
      : null;
  }
}
