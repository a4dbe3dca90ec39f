import type { Clock } from '../../../clock.ts';
import type { NoResponseReason } from '../../../domain/conformance/no-response.ts';
import type { Instant } from '../../../domain/model.ts';
import { Secret } from '../../../secret.ts';
import { removeBrackets, resolveHost } from '../../http/addresses.ts';
import type { DetailedResponse, Endpoint, HttpExchange, PollLimits } from '../../http/exchange.ts';
import { exchangeOverSocket } from '../../http/socket-exchange.ts';
import { startWaitingTime } from '../../http/waiting-time.ts';
import { PollError } from '../../poll-error.ts';
import type { SourceOptions } from '../../source.ts';
import { UnknownCheck, UnreachableEndpoint } from '../check-errors.ts';
import { CHECK_LIMITS, MAX_REQUESTS } from '../limits.ts';
import { KnownSecrets } from './known-secrets.ts';
import { listSecrets } from './list-secrets.ts';
import type { ProbeRequest } from './probe-request.ts';

/** One request and its response. Contains secrets. `summarizeExchanges` returns the parts that may be shown. */
export interface Exchange {
  /** Counts from 1 in the order of sending. */
  number: number;
  request: ProbeRequest;
  startedAt: Instant;
  durationMs: number;
  /** The part of this time in which this process waited for others, and neither worked nor lacked the CPU. */
  waitedMs: number;
  response: DetailedResponse | null;
  /** Null if there is a response. */
  failure: { reason: NoResponseReason; detail: string } | null;
  /** The connection or the response might have come later. */
  isTimedOut: boolean;
}

export interface ProberOptions extends Pick<SourceOptions, 'nameServers' | 'readFile'> {
  url: URL;
  clock: Clock;
  /** Aborted at the time limit of the run. */
  signal: AbortSignal;
  limits?: PollLimits;
  /** An earlier prober of the same endpoint. The number of requests is then unlimited. */
  after?: Prober;
}

/** An endpoint that has not responded to so many requests is unreachable. */
export const MAX_UNANSWERED = 3;

/** The errors of OpenSSL for a response that is not TLS. */
const NO_TLS = /SSL_WRONG_VERSION_NUMBER|SSL_PACKET_LENGTH_TOO_LONG/;

/** Sends the requests to one endpoint, counts them, and keeps them for the report. */
export class Prober {
  readonly url: URL;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly exchanges: Exchange[] = [];
  readonly secrets: KnownSecrets;
  readonly #endpoint: Endpoint;
  readonly #limits: PollLimits;
  readonly #maxRequests: number;
  /** True if an earlier prober got a response. */
  readonly #isReachable: boolean;
  #sentCount: number;

  constructor({ url, clock, signal, limits = CHECK_LIMITS, after, ...names }: ProberOptions) {
    this.url = url;
    this.clock = clock;
    this.signal = signal;
    this.#limits = limits;
    this.secrets = after?.secrets ?? new KnownSecrets();
    this.#maxRequests = after === undefined ? MAX_REQUESTS : Number.POSITIVE_INFINITY;
    this.#isReachable = after !== undefined;
    this.#sentCount = after?.exchanges.length ?? 0;
    this.#endpoint = {
      url,
      resolveAddresses: (stop) => resolveHost(removeBrackets(url), names, stop),
    };
  }

  /**
   * Sends one request. A request without a response is a result too.
   * @param exchange by default each request has a connection of its own, as in most SDKs
   * @throws UnknownCheck at a limit of the run, UnreachableEndpoint if no request has been answered
   */
  async send(
    request: ProbeRequest,
    exchange: HttpExchange<DetailedResponse> = exchangeOverSocket,
  ): Promise<Exchange> {
    if (this.signal.aborted) throw new UnknownCheck({ code: 'TIME_LIMIT' });
    if (this.#sentCount >= this.#maxRequests) throw new UnknownCheck({ code: 'REQUEST_LIMIT' });
    this.#sentCount += 1;
    const sent: Exchange = {
      number: this.#sentCount,
      request,
      startedAt: this.clock.now(),
      durationMs: 0,
      waitedMs: 0,
      response: null,
      failure: null,
      isTimedOut: false,
    };
    this.exchanges.push(sent);
    const headers = revealHeaders(request.headers ?? {});
    const { clock, signal } = this;
    const measureWaiting = startWaitingTime();
    const context = { limits: this.#limits, clock, signal };
    try {
      sent.response = await exchange(this.#endpoint, { ...request, headers }, context);
      for (const secret of listSecrets(request, sent.response)) this.secrets.add(secret);
    } catch (error) {
      if (!(error instanceof PollError)) throw error;
      if (signal.aborted) throw new UnknownCheck({ code: 'TIME_LIMIT' });
      sent.failure = { reason: toNoResponseReason(error), detail: error.detail };
      sent.isTimedOut = error.isTimeout;
    } finally {
      sent.durationMs = clock.now() - sent.startedAt;
      sent.waitedMs = measureWaiting();
    }
    this.#throwIfUnreachable(sent);
    return sent;
  }

  #throwIfUnreachable({ failure }: Exchange): void {
    if (failure === null || this.#isReachable || this.exchanges.some(({ response }) => response !== null))
      return;
    if (NO_TLS.test(failure.detail)) throw new UnreachableEndpoint({ reason: 'no-tls', detail: '' });
    if (failure.reason === 'connection-failed' || this.#sentCount >= MAX_UNANSWERED) {
      throw new UnreachableEndpoint(failure);
    }
  }
}

const revealHeaders = (headers: Readonly<Record<string, string | Secret>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, value instanceof Secret ? value.reveal() : value]),
  );

function toNoResponseReason(error: PollError): NoResponseReason {
  if (error.reason === 'response-too-large') return 'too-large';
  if (error.reason === 'malformed') return 'malformed';
  if (error.isResponseMissing) return error.isTimeout ? 'timeout' : 'connection-closed';
  return 'connection-failed';
}
