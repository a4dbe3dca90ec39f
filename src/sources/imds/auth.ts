import type { Instant } from '../../domain/model.ts';
import { createStatusError, errorFromResponse } from '../http/error-response.ts';
import type { Endpoint, HttpResponse } from '../http/exchange.ts';
import type { OngoingPoll } from '../poll.ts';
import { PollError, type RetryPolicy } from '../poll-error.ts';

/** The requested TTL in seconds, which is the longest that IMDS grants. */
const REQUESTED_TTL = 21_600;
const TTL_HEADER = 'x-aws-ec2-metadata-token-ttl-seconds';
/** A token is not used in the last two minutes of its TTL. */
const TTL_RESERVE = 120;
/** The fallback to IMDSv1 ends after this time, so that a repaired host uses IMDSv2 again. */
const FALLBACK_MS = 15 * 60 * 1000;

const FORBIDDEN =
  'token request refused; IMDS is off, a policy or host firewall blocks it, or a proxy adds X-Forwarded-For';

/** How requests for metadata are authorized: with a token (IMDSv2) or without one (IMDSv1). */
export interface ImdsAuth {
  headers: Record<string, string>;
  apiVersion: '1' | '2';
  validUntil: Instant;
  /** A poll keeps the authorization that it obtained itself, even if `validUntil` is near. */
  obtainedBy: OngoingPoll;
  /** IMDSv1, because the token request got no response. */
  isTokenResponseMissing: boolean;
}

/** The authorization for one endpoint, kept between the polls of a source. */
export class ImdsAuthCache {
  readonly #endpoint: Endpoint;
  readonly #tokenPath: string;
  readonly #isV1Allowed: boolean;
  #cached: ImdsAuth | null = null;

  constructor(endpoint: Endpoint, tokenPath: string, isV1Allowed: boolean) {
    this.#endpoint = endpoint;
    this.#tokenPath = tokenPath;
    this.#isV1Allowed = isV1Allowed;
  }

  async get(poll: OngoingPoll): Promise<ImdsAuth> {
    const cached = this.#cached;
    if (cached !== null && (cached.obtainedBy === poll || poll.options.clock.now() < cached.validUntil)) {
      return cached;
    }
    this.#cached = null;
    this.#cached = await this.#obtain(poll);
    return this.#cached;
  }

  /** Called after status 401: the token or the fallback to IMDSv1 is no longer valid. */
  clear(): void {
    this.#cached = null;
  }

  async #obtain(poll: OngoingPoll): Promise<ImdsAuth> {
    try {
      return await poll.withRetries(() => this.#requestToken(poll), retryPolicyOf);
    } catch (error) {
      if (!(error instanceof PollError) || !allowsFallbackToV1(error)) throw error;
      if (error.isResponseMissing) {
        poll.possibleHopLimit = true;
        poll.notes.add({ code: 'POSSIBLE_HOP_LIMIT' });
      }
      if (poll.signal.aborted) throw error;
      if (!this.#isV1Allowed) throw new PollError('v1-disabled', `no token: ${error.detail}`);
      return {
        headers: {},
        apiVersion: '1',
        validUntil: poll.options.clock.now() + FALLBACK_MS,
        obtainedBy: poll,
        isTokenResponseMissing: error.isResponseMissing,
      };
    }
  }

  async #requestToken(poll: OngoingPoll): Promise<ImdsAuth> {
    const headers = { [TTL_HEADER]: String(REQUESTED_TTL) };
    const response = await poll.sendRequest(this.#endpoint, {
      method: 'PUT',
      path: this.#tokenPath,
      headers,
    });
    const token = readToken(response);
    poll.secrets.add(token);
    const ttl = readTtl(response, poll);
    return {
      headers: { 'x-aws-ec2-metadata-token': token },
      apiVersion: '2',
      validUntil: poll.options.clock.now() + (ttl - TTL_RESERVE) * 1000,
      obtainedBy: poll,
      isTokenResponseMissing: false,
    };
  }
}

function readToken(response: HttpResponse): string {
  if (response.status === 403) throw createStatusError('auth-rejected', 403, 'never', FORBIDDEN);
  if (response.status === 503) throw createStatusError('throttled', 503, 'always', '');
  if (response.status !== 200) throw errorFromResponse(response);
  const token = response.body?.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '') ?? null;
  if (token === '') throw new PollError('token-empty', 'the token is empty', { retry: 'always' });
  if (token === null || !/^[\x21-\x7e]+$/.test(token)) {
    throw new PollError('not-imds', 'the response to the token request is not a token');
  }
  return token;
}

/** Without a valid header, most SDKs assume the TTL that they requested. The Go and Rust SDKs fail. */
function readTtl(response: HttpResponse, poll: OngoingPoll): number {
  const text = response.getHeader(TTL_HEADER)?.trim() ?? '';
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (seconds >= 1 && seconds <= REQUESTED_TTL) return seconds;
  poll.notes.add({ code: 'TOKEN_TTL_NONCONFORMING' });
  return REQUESTED_TTL;
}

/** Follows what most SDKs do. All of them agree on status 403, 404 and 405 only. */
function allowsFallbackToV1({ status, isResponseMissing }: PollError): boolean {
  return isResponseMissing || status === 403 || status === 404 || status === 405;
}

function retryPolicyOf(error: PollError): RetryPolicy {
  // Only once: with a hop limit of 1, every further attempt takes its full time limit.
  if (error.isResponseMissing || error.status === 401) return 'once';
  return error.reason === 'unexpected-status' && !allowsFallbackToV1(error) ? 'always' : error.retry;
}
