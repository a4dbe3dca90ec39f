import type { ResponseTimes } from '../../domain/provider-chain/response-times/response-times.ts';
import type { HttpExchange } from './exchange.ts';

/** Measures how long the responses of an endpoint take. A request without a response does not count. */
export class ResponseTimer {
  #slowestMs: number | null = null;
  #tokenMs: number | null = null;

  readonly #counts: (path: string) => boolean;

  /** @param counts whether a request for this path is one that SDKs send; default: every path */
  constructor(counts: (path: string) => boolean = () => true) {
    this.#counts = counts;
  }

  /** The same exchange, measured. */
  measure(exchange: HttpExchange): HttpExchange {
    return async (endpoint, request, context) => {
      const sentAt = context.clock.now();
      const response = await exchange(endpoint, request, context);
      const tookMs = context.clock.now() - sentAt;
      if (request.method === 'PUT') this.#tokenMs = Math.max(this.#tokenMs ?? 0, tookMs);
      else if (this.#counts(request.path)) this.#slowestMs = Math.max(this.#slowestMs ?? 0, tookMs);
      return response;
    };
  }

  /**
   * Null without a response.
   * @param configuredMs the time limit that settings give
   */
  getTimes(configuredMs: number | null = null): ResponseTimes | null {
    const slowestMs = this.#slowestMs;
    return slowestMs === null ? null : { slowestMs, tokenMs: this.#tokenMs, configuredMs };
  }
}
