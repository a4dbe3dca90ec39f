import type { Instant } from '../../domain/model.ts';
import { createResponseError, createStatusError } from '../http/error-response.ts';
import type { Endpoint, HttpResponse } from '../http/exchange.ts';
import type { OngoingPoll } from '../poll.ts';
import { PollError, type RetryPolicy } from '../poll-error.ts';

/** The requested TTL in seconds, which is the longest that IMDS grants. */
const REQUESTED_TTL_SECONDS = 21_600;
const TTL_HEADER = 'x-aws-ec2-metadata-token-ttl-seconds';
/** A token is not used in the last two minutes of its TTL. */
const TTL_RESERVE_SECONDS = 120;
/** The fallback to IMDSv1 ends after this time, so that a repaired host uses IMDSv2 again. */
const FALLBACK_MS = 15 * 60 * 1000;

/** How requests for metadata are authorized: with a token (IMDSv2) or without one (IMDSv1). */
export interface ImdsAuth {
  headers: Record<string, string>;
  apiVersion: '1' | '2';
  validUntil: Instant;
  /** A poll keeps the authorization that it obtained itself, even if `validUntil` is near. */
  obtainedBy: OngoingPoll;
  /** IMDSv1, because the token request timed out. A hop limit drops packets, and breaks no connection. */
  hasTokenTimedOut: boolean;
  /** IMDSv1 only: why there is no token. Null as soon as IMDS has responded to a request without a token. */
  unconfirmed: PollError | null;
}

/** The authorization for one endpoint, kept between the polls of a source. */
export class ImdsAuthCache {
  readonly #endpoint: Endpoint;
  readonly #tokenPath: string;
  readonly #isV1Allowed: boolean;
  /** Null before the first request for a token, and after such a request failed. */
  cached: ImdsAuth | null = null;

  constructor(endpoint: Endpoint, tokenPath: string, isV1Allowed: boolean) {
    this.#endpoint = endpoint;
    this.#tokenPath = tokenPath;
    this.#isV1Allowed = isV1Allowed;
  }

  async get(poll: OngoingPoll): Promise<ImdsAuth> {
    const { cached } = this;
    if (cached !== null && (cached.obtainedBy === poll || poll.options.clock.now() < cached.validUntil)) {
      return cached;
    }
    this.cached = null;
    this.cached = await this.#obtain(poll);
    return this.cached;
  }

  /** Called if IMDS rejected the token or the fallback to IMDSv1 of an earlier poll. */
  clear(): void {
    this.cached = null;
  }

  /** Later polls do not use the fallback. The poll that obtained it does not request another token. */
  endFallback(): void {
    if (this.cached?.apiVersion === '1') this.cached = { ...this.cached, validUntil: 0 };
  }

  /**
   * Called when IMDS responds to a request without a token. Repeats a token request that timed out: its
   * response may have been lost once, while a hop limit loses every response.
   */
  async confirmFallback(poll: OngoingPoll, auth: ImdsAuth): Promise<ImdsAuth> {
    const { unconfirmed } = auth;
    if (unconfirmed === null) return auth;
    this.cached = { ...auth, unconfirmed: null };
    if (unconfirmed.isTimeout && poll.limits.attempts > 1) {
      try {
        this.cached = await this.#requestToken(poll);
        return this.cached;
      } catch (error) {
        if (!(error instanceof PollError)) throw error;
      }
    }
    if (auth.hasTokenTimedOut) reportHopLimit(poll);
    poll.notes.add({ code: 'IMDS_V1_USED' });
    return this.cached;
  }

  async #obtain(poll: OngoingPoll): Promise<ImdsAuth> {
    try {
      return await poll.withRetries(() => this.#requestToken(poll), this.#chooseRetries);
    } catch (error) {
      if (!(error instanceof PollError)) throw error;
      // The caller must not repeat the token request.
      if (!allowsFallbackToV1(error))
        throw new PollError(error.reason, error.detail, { ...error, retry: 'never' });
      const { aborted } = poll.signal;
      const hasTokenTimedOut = error.isResponseMissing && error.isTimeout;
      if (hasTokenTimedOut && (aborted || !this.#isV1Allowed)) reportHopLimit(poll);
      if (aborted) throw error;
      if (!this.#isV1Allowed) {
        throw new PollError('v1-disabled', `no token: ${error.detail}`, { quotation: error.quotation });
      }
      return {
        headers: {},
        apiVersion: '1',
        validUntil: poll.options.clock.now() + FALLBACK_MS,
        obtainedBy: poll,
        hasTokenTimedOut,
        unconfirmed: error,
      };
    }
  }

  #chooseRetries = (error: PollError): RetryPolicy => {
    // A request to IMDSv1 shows whether IMDS responds at all, sooner than another token request.
    if (error.isTimeout) return error.isResponseMissing && !this.#isV1Allowed ? 'once' : 'never';
    if (error.isResponseMissing || error.status === 401) return 'once';
    return error.reason === 'unexpected-status' && !allowsFallbackToV1(error) ? 'always' : error.retry;
  };

  async #requestToken(poll: OngoingPoll): Promise<ImdsAuth> {
    const headers = { [TTL_HEADER]: String(REQUESTED_TTL_SECONDS) };
    const request = { method: 'PUT', path: this.#tokenPath, headers } as const;
    const response = await poll.sendRequest(this.#endpoint, request, chooseTimeLimit(poll));
    const token = readToken(response);
    poll.secrets.add(token);
    const ttl = readTtl(response, poll);
    return {
      headers: { 'x-aws-ec2-metadata-token': token },
      apiVersion: '2',
      validUntil: poll.options.clock.now() + (ttl - TTL_RESERVE_SECONDS) * 1000,
      obtainedBy: poll,
      hasTokenTimedOut: false,
      unconfirmed: null,
    };
  }
}

/**
 * Returns the time limit of a request in milliseconds. If IMDS does not respond, a poll fails after two seconds, as in
 * SDKs. IMDS usually responds within milliseconds.
 */
export function chooseTimeLimit({ options, limits, hasResponded, hasTimedOut }: OngoingPoll): number {
  if (hasTimedOut) return Math.min(limits.requestMs, hasResponded ? 1000 : 500);
  return hasResponded ? limits.requestMs : (options.limits?.requestMs ?? 1500);
}

function reportHopLimit(poll: OngoingPoll): void {
  poll.possibleHopLimit = true;
  poll.notes.add({ code: 'POSSIBLE_HOP_LIMIT' });
}

function readToken(response: HttpResponse): string {
  if (response.status !== 200) throw createImdsError(response, false);
  const token = response.body?.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '') ?? null;
  if (token === '') throw new PollError('token-empty', 'the token is empty', { retry: 'always' });
  if (token === null || !/^[\x21-\x7e]+$/.test(token)) {
    throw new PollError('not-imds', 'the response to the token request is not a token');
  }
  return token;
}

/** IMDS throttles with 503, as its list of error codes says. 403 means that IMDS is off or blocked. */
export function createImdsError(response: HttpResponse, hasToken: boolean): PollError {
  const { status } = response;
  if (status === 503) return createStatusError('throttled', 503, 'always', null);
  const error = createResponseError(response);
  const isBlocked = error.reason === 'auth-rejected' && (status === 403 || !hasToken);
  return isBlocked ? new PollError('imds-blocked', error.detail, { ...error }) : error;
}

/** Without a valid header, most SDKs assume the TTL that they requested. The Go and Rust SDKs fail. */
function readTtl(response: HttpResponse, poll: OngoingPoll): number {
  const text = response.getHeader(TTL_HEADER)?.trim() ?? '';
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (seconds >= 1 && seconds <= REQUESTED_TTL_SECONDS) return seconds;
  poll.notes.add({ code: 'TOKEN_TTL_NONCONFORMING' });
  return REQUESTED_TTL_SECONDS;
}

/** Follows what most SDKs do. All of them agree on status 403, 404 and 405 only. */
function allowsFallbackToV1({ status, isResponseMissing }: PollError): boolean {
  return isResponseMissing || status === 403 || status === 404 || status === 405;
}
