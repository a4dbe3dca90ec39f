import type { Agent, ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { CredWatchError, describeSystemError, getSystemErrorCode } from '../../errors.ts';
import { redactText } from '../../redact.ts';
import type { Authorization } from './authorization.ts';

/** How a server responded to samples. */
export type ImportOutcome =
  | { kind: 'accepted' }
  /** A later request can succeed. */
  | { kind: 'unavailable'; reason: string; retryAfterMs: number | null }
  /** The same samples will never be accepted. */
  | { kind: 'rejected'; reason: string; isTooLarge: boolean };

export interface ImportRequest {
  url: URL;
  /** Compressed with gzip. */
  body: Buffer;
  authorization: Authorization | null;
  userAgent: string;
  signal: AbortSignal;
  agent: Agent;
  /** `request` of `node:http` or `node:https`. */
  send(url: URL, options: RequestOptions): ClientRequest;
}

/** A longer message is not read. */
const MAX_MESSAGE_BYTES = 2048;

/** Hints for statuses that mean that the URL or the credentials are wrong, not the samples. */
const WRONG_CONFIGURATION = new Map([
  [401, 'check CRED_WATCH_PROMETHEUS_TOKEN, or the user name and the password'],
  [403, 'check CRED_WATCH_PROMETHEUS_TOKEN, or the user name and the password'],
  [404, 'check the path of the URL: VictoriaMetrics and vmagent use /api/v1/import/prometheus'],
  [405, 'check the path of the URL: VictoriaMetrics and vmagent use /api/v1/import/prometheus'],
]);
const CHECK_PATH = WRONG_CONFIGURATION.get(404);

const TEMPORARY_STATUSES = new Set([408, 425, 429]);

/** Only these can be about the samples. A proxy has others, such as 407 and 421. */
const REJECTED_STATUSES = new Set([400, 409, 413, 422]);

/**
 * Sends samples once. Does not use proxies and does not follow redirects, because both could send the token to
 * another server.
 * @throws CredWatchError if no request can succeed without a change by the user
 */
export async function sendImport(request: ImportRequest): Promise<ImportOutcome> {
  let response: IncomingMessage;
  let message: string;
  try {
    response = await receiveResponse(request);
    message = await readMessage(response, request.authorization);
  } catch (error) {
    if (isTlsError(error)) throw createTlsError(request.url, error);
    return { kind: 'unavailable', reason: describeFailure(error, request.signal), retryAfterMs: null };
  }
  const { statusCode = 0, headers } = response;
  if (statusCode >= 200 && statusCode < 300) return { kind: 'accepted' };
  const reason = `status ${statusCode}${message === '' ? '' : `: ${message}`}`;
  if (statusCode >= 300 && statusCode < 400)
    throw new CredWatchError(`${request.url.origin} answered with a redirect`, 'use the URL of its target');
  const hint = WRONG_CONFIGURATION.get(statusCode);
  if (hint !== undefined) throw new CredWatchError(`${request.url.origin} answered with ${reason}`, hint);
  // VictoriaMetrics answers like this to a wrong path. The samples are not the reason.
  if (statusCode === 400 && /unsupported path/i.test(message))
    throw new CredWatchError(`${request.url.origin} answered with ${reason}`, CHECK_PATH);
  if (statusCode < 400 || statusCode >= 500 || TEMPORARY_STATUSES.has(statusCode))
    return { kind: 'unavailable', reason, retryAfterMs: parseRetryAfter(headers['retry-after']) };
  if (!REJECTED_STATUSES.has(statusCode))
    throw new CredWatchError(
      `${request.url.origin} answered with ${reason}`,
      'check the URL, and the proxy in front of the server',
    );
  return { kind: 'rejected', reason, isTooLarge: statusCode === 413 };
}

function receiveResponse({
  url,
  body,
  authorization,
  userAgent,
  signal,
  agent,
  send,
}: ImportRequest): Promise<IncomingMessage> {
  const headers = {
    'Content-Type': 'text/plain; version=0.0.4; charset=utf-8',
    'Content-Encoding': 'gzip',
    'Content-Length': body.length,
    'User-Agent': userAgent,
    ...(authorization === null ? {} : { Authorization: authorization.header.reveal() }),
  };
  return new Promise((resolve, reject) => {
    // `rejectUnauthorized` overrides NODE_TLS_REJECT_UNAUTHORIZED.
    const options = { method: 'POST', headers, agent, signal, rejectUnauthorized: true };
    send(url, options).once('response', resolve).once('error', reject).end(body);
  });
}

async function readMessage(response: IncomingMessage, authorization: Authorization | null): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    chunks.push(chunk);
    size += chunk.length;
    // Ends the connection.
    if (size > MAX_MESSAGE_BYTES) break;
  }
  const secrets = authorization === null ? [] : [authorization.secret, authorization.header];
  return redactText(
    Buffer.concat(chunks).toString('utf8').trim(),
    secrets.map((secret) => secret.reveal()),
  );
}

/** Only seconds: a date would need the clock of the server. */
function parseRetryAfter(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,6}$/.test(text) ? Number(text) * 1000 : null;
}

/** Codes of OpenSSL and Node.js that say that the certificate or the protocol is wrong. */
const TLS_CODE =
  /^(?:ERR_TLS_|ERR_SSL_|EPROTO$|CERT_|CRL_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|INVALID_CA$|HOSTNAME_MISMATCH$|PATH_LENGTH_|INVALID_PURPOSE$)/;

const isTlsError = (error: unknown): boolean => TLS_CODE.test(getSystemErrorCode(error) ?? '');

const createTlsError = (url: URL, cause: unknown) =>
  new CredWatchError(
    `the TLS connection to ${url.origin} failed: ${getSystemErrorCode(cause)}`,
    'set NODE_EXTRA_CA_CERTS to the certificate of your authority; verification cannot be turned off',
    { cause },
  );

function describeFailure(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return 'no response in time';
  return describeSystemError(error);
}
