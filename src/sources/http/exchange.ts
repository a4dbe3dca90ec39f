/** The HTTP exchange of a source: over a socket, in memory, or scripted in tests. */
import type { Clock } from '../../clock.ts';
import type { Instant, Seconds } from '../../domain/model.ts';
import { PollError } from '../poll-error.ts';

/** The limit of aws-c-auth. Real documents are under 2 KiB. */
export const MAX_BODY_BYTES = 64 * 1024;
export const MAX_HEADER_BYTES = 16 * 1024;

/** Time limits in milliseconds, and the number of attempts. */
export interface PollLimits {
  connectMs: number;
  /** Limit for name resolution, connect, headers and body of one attempt together. */
  requestMs: number;
  /** Limit for the whole poll, pauses between attempts included. */
  pollMs: number;
  /** Maximum attempts of one request, including the first. */
  attempts: number;
}

export interface Endpoint {
  /** Only scheme, host and port are used. */
  url: URL;
  /** Called in every attempt, because name resolution counts towards its time limit. */
  resolveAddresses(signal: AbortSignal): Promise<readonly string[]>;
}

export interface HttpRequest {
  method: 'GET' | 'PUT' | 'HEAD' | 'OPTIONS';
  /** Includes the query. */
  path: string;
  headers: Record<string, string>;
}

export interface HttpResponse {
  status: number;
  /** @param name in lower case */
  getHeader(name: string): string | null;
  /** Null if the body is not UTF-8. */
  body: string | null;
  receivedAt: Instant;
  /** The host's clock minus the endpoint's. Null without a valid `Date` header. */
  clockOffset: Seconds | null;
}

export type HeaderField = readonly [name: string, value: string];

/** A response with all of its header fields, whose names are in lower case. */
export interface DetailedResponse extends HttpResponse {
  listHeaders(): HeaderField[];
}

export interface ExchangeContext {
  limits: PollLimits;
  clock: Clock;
  /** Aborted when the poll has to end. */
  signal: AbortSignal;
}

/**
 * Sends one request and waits for the complete response, at most `limits.requestMs`. Follows no redirect.
 * @throws PollError for results of the network
 * @throws CredWatchError if this process cannot send requests
 */
export type HttpExchange<Response extends HttpResponse = HttpResponse> = (
  endpoint: Endpoint,
  request: HttpRequest,
  context: ExchangeContext,
) => Promise<Response>;

export interface ReceivedMessage {
  status: number;
  getHeader(name: string): string | null;
  body: Uint8Array;
  sentAt: Instant;
  /** When the headers arrived. */
  respondedAt: Instant;
  receivedAt: Instant;
}

export function toHttpResponse(message: ReceivedMessage): HttpResponse {
  const { status, getHeader, body, sentAt, respondedAt, receivedAt } = message;
  const clockOffset = computeClockOffset((sentAt + respondedAt) / 2, getHeader('date'));
  return { status, getHeader, body: decodeUtf8(body), receivedAt, clockOffset };
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Null if the bytes are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

/** `Date` has whole seconds, rounded down, so on average half a second is missing. */
export function computeClockOffset(hostTime: Instant, date: string | null): Seconds | null {
  const serverTime = Date.parse(date ?? '');
  // `Date.parse` accepts almost any text. Only a valid HTTP date is formatted back to the same text.
  if (Number.isNaN(serverTime) || new Date(serverTime).toUTCString() !== date) return null;
  return Math.round((hostTime - serverTime - 500) / 1000) || 0;
}

/** @param isPollOver whether the whole poll ran out of time, and not just this request */
export function createResponseTimeoutError({ requestMs }: PollLimits, isPollOver: boolean): PollError {
  const limit = isPollOver ? 'before the poll had to end' : `within ${requestMs} ms`;
  return new PollError('timeout', `no complete response ${limit}`, {
    retry: 'always',
    isResponseMissing: true,
    isTimeout: true,
  });
}

/** @param code of the system error, or null if the endpoint closed the connection */
export function createBrokenConnectionError(code: string | null): PollError {
  const detail = `the connection broke before the response (${code ?? 'closed'})`;
  return new PollError('unreachable', detail, { retry: 'always', isResponseMissing: true });
}

/**
 * Two different lengths are reported like a truncated response.
 * @param code of the system error, or null if the endpoint closed the connection
 */
export function createTruncatedError(code: string | null): PollError {
  const detail = `the response is truncated or has a wrong length${code === null ? '' : ` (${code})`}`;
  return new PollError('malformed', detail, { retry: 'always', isResponseMissing: true });
}

export const createResponseTooLargeError = (): PollError =>
  new PollError('response-too-large', 'body over 64 KiB or headers over 16 KiB');
