import type { Instant } from '../../domain/model.ts';
import { createStatusError, errorFromResponse } from '../http/error-response.ts';
import type { Endpoint, HttpResponse } from '../http/exchange.ts';
import type { OngoingPoll } from '../poll.ts';
import { PollError, type RetryPolicy } from '../poll-error.ts';

/** Seconds; the longest that IMDS grants. */
const TTL_ASKED = 21_600;
const TTL_HEADER = 'x-aws-ec2-metadata-token-ttl-seconds';
/** A token is not used in the last two minutes of its life. */
const TTL_SPARE = 120;
/** A downgrade to IMDSv1 is forgotten after this, so that a repaired host gets its tokens back. */
const DOWNGRADE_MS = 15 * 60 * 1000;

const FORBIDDEN =
  'the token was refused: IMDS is off, a policy or host firewall blocks it, or a proxy adds X-Forwarded-For';

/** How to ask for data: with a token, or without one as IMDSv1. */
export interface ImdsAuth {
  headers: Record<string, string>;
  apiVersion: '1' | '2';
  validUntil: Instant;
  /** A look keeps the access that it began with, however short-lived that is. */
  obtainedBy: OngoingPoll;
  /** IMDSv1 because the token request got no answer. */
  isTokenResponseMissing: boolean;
}

/** The way into one endpoint, remembered from poll to poll within this process. */
export class ImdsAuthCache {
  readonly #endpoint: Endpoint;
  readonly #tokenPath: string;
  readonly #v1Allowed: boolean;
  #remembered: ImdsAuth | null = null;

  constructor(endpoint: Endpoint, tokenPath: string, v1Allowed: boolean) {
    this.#endpoint = endpoint;
    this.#tokenPath = tokenPath;
    this.#v1Allowed = v1Allowed;
  }

  async get(look: OngoingPoll): Promise<ImdsAuth> {
    const known = this.#remembered;
    if (known !== null && (known.obtainedBy === look || look.options.clock.now() < known.validUntil))
      return known;
    this.#remembered = null;
    this.#remembered = await this.#obtain(look);
    return this.#remembered;
  }

  /** After a 401: neither the token nor the downgrade holds any longer. */
  clear(): void {
    this.#remembered = null;
  }

  async #obtain(look: OngoingPoll): Promise<ImdsAuth> {
    try {
      return await look.withRetries(() => this.#requestToken(look), retryOf);
    } catch (error) {
      if (!(error instanceof PollError) || !opensV1(error)) throw error;
      if (error.isResponseMissing) {
        look.possibleHopLimit = true;
        look.notes.add({ code: 'POSSIBLE_HOP_LIMIT' });
      }
      if (look.signal.aborted) throw error;
      if (!this.#v1Allowed) throw new PollError('v1-disabled', `no token: ${error.detail}`);
      const until = look.options.clock.now() + DOWNGRADE_MS;
      return {
        headers: {},
        apiVersion: '1',
        validUntil: until,
        obtainedBy: look,
        isTokenResponseMissing: error.isResponseMissing,
      };
    }
  }

  async #requestToken(look: OngoingPoll): Promise<ImdsAuth> {
    const headers = { [TTL_HEADER]: String(TTL_ASKED) };
    const answer = await look.sendRequest(this.#endpoint, { method: 'PUT', path: this.#tokenPath, headers });
    const token = readToken(answer);
    look.secrets.add(token);
    const until = look.options.clock.now() + (readTtl(answer, look) - TTL_SPARE) * 1000;
    const access = { 'x-aws-ec2-metadata-token': token };
    return {
      headers: access,
      apiVersion: '2',
      validUntil: until,
      obtainedBy: look,
      isTokenResponseMissing: false,
    };
  }
}

function readToken(answer: HttpResponse): string {
  if (answer.status === 403) throw createStatusError('auth-rejected', 403, 'never', FORBIDDEN);
  if (answer.status === 503) throw createStatusError('throttled', 503, 'always', '');
  if (answer.status !== 200) throw errorFromResponse(answer);
  const token = answer.body?.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '') ?? null;
  if (token === '') throw new PollError('token-empty', 'the token is empty', { retry: 'always' });
  if (token === null || !/^[\x21-\x7e]+$/.test(token)) {
    throw new PollError('not-imds', 'what came as a token is none');
  }
  return token;
}

/** Go and Rust fail where the header is missing; the others assume what they asked for, and so do we. */
function readTtl(answer: HttpResponse, look: OngoingPoll): number {
  const text = answer.getHeader(TTL_HEADER)?.trim() ?? '';
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (seconds >= 1 && seconds <= TTL_ASKED) return seconds;
  look.notes.add({ code: 'TOKEN_TTL_NONCONFORMING' });
  return TTL_ASKED;
}

/** Mirrors what applications are handed; the SDKs themselves differ on all but 403, 404 and 405. */
function opensV1({ status, isResponseMissing }: PollError): boolean {
  return isResponseMissing || status === 403 || status === 404 || status === 405;
}

function retryOf(failure: PollError): RetryPolicy {
  // One more try: behind a hop limit of 1 every further one would cost its full time.
  if (failure.isResponseMissing || failure.status === 401) return 'once';
  return failure.reason === 'unexpected-status' && !opensV1(failure) ? 'always' : failure.retry;
}
