import type { ResponseTimes } from '../../domain/provider-chain/response-times/response-times.ts';
import type { HttpExchange } from './exchange.ts';
import { readSchedulingDelay } from './waiting-time.ts';

/** Clients wait at least this long for a response of an endpoint. */
const EVERY_CLIENT_WAITS_MS = 500;

/**
 * The time without the work of this process, and without all delays by other processes since its start, so an endpoint
 * never looks slower than it is. `performance` is not used, because loading it takes 1 ms at every start. The delays are
 * read only after a slow response, because a file costs time, too.
 */
function startWaitingForResponse(): () => number {
  const [begin, cpuBefore] = [process.hrtime.bigint(), process.cpuUsage()];
  return () => {
    const elapsedMs = Number(process.hrtime.bigint() - begin) / 1e6;
    if (elapsedMs <= EVERY_CLIENT_WAITS_MS) return elapsedMs;
    const { user, system } = process.cpuUsage(cpuBefore);
    return Math.max(0, elapsedMs - (user + system) / 1000 - readSchedulingDelay());
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

  constructor(private readonly startWaiting = startWaitingForResponse) {}

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
