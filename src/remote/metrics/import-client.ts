import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type Clock, withTimeLimit } from '../../clock.ts';
import { computePauseMs, SERVER_BACKOFF } from '../../domain/time/backoff.ts';
import type { Authorization } from './authorization.ts';
import { type ImportOutcome, sendImport } from './import-request.ts';

const compress = promisify(gzip);

/** A healthy server responds within milliseconds. */
const REQUEST_TIMEOUT_MS = 15_000;

export interface ImportClientOptions {
  url: URL;
  authorization: Authorization | null;
  userAgent: string;
  clock: Clock;
  /** Returns a number x with 0 ≤ x < 1. */
  random: () => number;
  /** For how long a request is repeated while the server is not available. */
  timeoutMs: number;
}

/**
 * Sends texts one after the other over one connection. An agent of its own uses no proxy, also if
 * NODE_USE_ENV_PROXY is set.
 */
export class ImportClient {
  readonly #options: ImportClientOptions;
  readonly #agent: HttpAgent | HttpsAgent;
  readonly #send: typeof httpRequest;

  constructor(options: ImportClientOptions) {
    const isEncrypted = options.url.protocol === 'https:';
    this.#options = options;
    this.#agent = new (isEncrypted ? HttpsAgent : HttpAgent)({ keepAlive: true, maxSockets: 1 });
    this.#send = isEncrypted ? httpsRequest : httpRequest;
  }

  /**
   * Sends a text until the server accepts or rejects the text, or until `timeoutMs` has passed.
   * @throws CredWatchError if no request can succeed without a change by the user
   */
  async send(text: string, signal: AbortSignal): Promise<ImportOutcome> {
    const { clock, random, timeoutMs } = this.#options;
    const deadline = clock.now() + timeoutMs;
    const body = await compress(text);
    for (let failures = 1; ; failures += 1) {
      const outcome = await this.#sendOnce(body, deadline, signal);
      if (outcome.kind !== 'unavailable' || signal.aborted) return outcome;
      const pause = Math.max(computePauseMs(SERVER_BACKOFF, failures, random), outcome.retryAfterMs ?? 0);
      if (clock.now() + pause >= deadline) return outcome;
      await clock.sleep(pause, signal);
    }
  }

  async #sendOnce(body: Buffer, deadline: number, signal: AbortSignal): Promise<ImportOutcome> {
    const { url, authorization, userAgent, clock } = this.#options;
    const timeout = Math.max(1000, Math.min(REQUEST_TIMEOUT_MS, deadline - clock.now()));
    const request = { url, body, authorization, userAgent, agent: this.#agent, send: this.#send };
    return withTimeLimit(timeout, signal, (limit) => sendImport({ ...request, signal: limit }));
  }

  close(): void {
    this.#agent.destroy();
  }
}
