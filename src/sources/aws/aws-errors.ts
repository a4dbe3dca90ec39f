/** Why a call to AWS failed. */
import { getSystemErrorCode } from '../../errors.ts';
import { createResponseTooLargeError } from '../http/exchange.ts';
import { classifyCommonStatus, type FailureClass } from '../http/status.ts';
import { throwIfLocal } from '../local-errors.ts';
import { PollError } from '../poll-error.ts';
import type { AwsService } from './service.ts';

/**
 * The error codes of STS and of the portal of IAM Identity Center, without the suffix `Exception`, which only
 * some of them have.
 * https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
 */
const REASONS: Readonly<Record<string, FailureClass>> = {
  AccessDenied: ['aws-access-denied', 'never'],
  Forbidden: ['aws-access-denied', 'never'],
  RegionDisabled: ['region-disabled', 'never'],
  // For a signed call, this is the token of the keys. For a web identity, it is the identity token.
  ExpiredToken: ['base-credentials-rejected', 'never'],
  InvalidClientTokenId: ['base-credentials-rejected', 'never'],
  UnrecognizedClient: ['base-credentials-rejected', 'never'],
  SignatureDoesNotMatch: ['base-credentials-rejected', 'never'],
  RequestExpired: ['clock-rejected', 'once'],
  RequestTimeTooSkewed: ['clock-rejected', 'once'],
  IDPCommunicationError: ['identity-token-rejected', 'always'],
  IDPRejectedClaim: ['identity-token-rejected', 'never'],
  InvalidIdentityToken: ['identity-token-rejected', 'never'],
  Unauthorized: ['sso-login-required', 'never'],
  ResourceNotFound: ['not-found', 'never'],
  InvalidRequest: ['bad-request', 'never'],
  Validation: ['bad-request', 'never'],
  ValidationError: ['bad-request', 'never'],
  Throttling: ['throttled', 'always'],
  TooManyRequests: ['throttled', 'always'],
  RequestLimitExceeded: ['throttled', 'always'],
};

/** STS reports a wrong clock of the host as a wrong signature. */
const SIGNATURE_TIME = /^Signature (?:expired|not yet current)/i;

/** The duration is above the maximum of the role, or above one hour for a chained role. */
const DURATION = /\bDurationSeconds\b/i;

/** Errors of a connection that the SDK calls a time-out. */
const BROKEN_CONNECTION = ['ECONNRESET', 'EPIPE'];

/** For example `STS in eu-west-1`. */
export function formatServer({ id, region, endpoint }: AwsService): string {
  const name = id === 'STS' ? 'STS' : 'IAM Identity Center';
  return endpoint === null ? `${name} in ${region}` : `${name} at ${endpoint.host}`;
}

/** @param isOverTime the time limit of this attempt is over */
export function toPollError(
  error: unknown,
  service: AwsService,
  { signal, requestMs }: { signal: AbortSignal; requestMs: number },
  isOverTime: boolean,
): PollError {
  if (error instanceof PollError) return error;
  const { errorName, message } = readTexts(error);
  const status = readStatus(error);
  // The SDK copies every member of an error response to the error, so a server could name any error of the system.
  if (status === null && message !== null) throwIfLocal(error);
  const server = formatServer(service);
  const code = getSystemErrorCode(error);
  const isBroken = code !== null && BROKEN_CONNECTION.includes(code);
  // The end of the time breaks the connection. The SDK calls a broken connection a time-out in other cases too.
  const isTimeout = !isBroken && !isReported(error) && /^(?:Timeout|Abort)Error$/.test(errorName);
  if (isOverTime || signal.aborted || isTimeout) {
    const limit = isOverTime ? `within ${requestMs} ms` : 'in time';
    return new PollError('timeout', `no response of ${server} ${limit}`, {
      retry: 'always',
      isTimeout: true,
    });
  }
  if (status === null) return createNetworkError(server, code ?? errorName);
  const known = findKnownReason(errorName, message ?? '', service.id);
  const [reason, retry] = known ?? classifyAwsStatus(status);
  // The message about an unreadable response quotes its body, which can contain credentials.
  if (known === null) return new PollError(reason, `${server}: HTTP ${status}`, { retry, status });
  const serviceError = errorName.replace(/Exception$/, '');
  return new PollError(reason, `${server}: ${errorName}`, {
    quotation: message,
    retry,
    status,
    serviceError,
  });
}

/** Codes of TLS for a certificate that this process does not trust. */
const UNTRUSTED = /^(?:SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|CERT_|ERR_TLS_CERT)/;

/** Codes of a handshake with a server that uses no TLS, or no version that this process accepts. */
const NO_TLS = /^(?:EPROTO$|ERR_SSL_)/;

/** @param code of the system, of TLS, or of Node's HTTP parser */
function createNetworkError(server: string, code: string): PollError {
  const detail = `${server}: ${code}`;
  if (code === 'HPE_HEADER_OVERFLOW') return createResponseTooLargeError();
  if (code.startsWith('HPE_')) return new PollError('malformed', detail, { retry: 'always' });
  if (NO_TLS.test(code))
    return new PollError('aws-unreachable', detail, {
      retry: 'always',
      misconfiguration: { code: 'NO_TLS' },
    });
  if (!UNTRUSTED.test(code)) return new PollError('aws-unreachable', detail, { retry: 'always' });
  return new PollError('aws-unreachable', detail, { misconfiguration: { code: 'UNTRUSTED_CERTIFICATE' } });
}

/** Whether the service reports the error. Only the SDK's class for such errors has this member. */
const isReported = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && '$fault' in error;

/** Name and message of an error. A server can make the SDK create an error whose message is not a text. */
function readTexts(error: unknown): { errorName: string; message: string | null } {
  const { name, message }: { name?: unknown; message?: unknown } = error instanceof Error ? error : {};
  return {
    errorName: typeof name === 'string' ? name : 'unknown error',
    message: typeof message === 'string' ? message : null,
  };
}

function findKnownReason(name: string, message: string, id: AwsService['id']): FailureClass | null {
  const code = name.replace(/Exception$/, '');
  // Any other name is a text of the server, which can be a secret.
  if (!Object.hasOwn(REASONS, code)) return null;
  if (code === 'SignatureDoesNotMatch' && SIGNATURE_TIME.test(message)) return ['clock-rejected', 'once'];
  if (code.startsWith('Validation') && DURATION.test(message)) return ['duration-not-allowed', 'never'];
  // Only the call with an identity token declares this error, and the SDK gives such an error the suffix.
  if (id === 'STS' && name === 'ExpiredTokenException') return ['identity-token-expired', 'never'];
  return REASONS[code] ?? null;
}

/**
 * For a response without a known error code. AWS reports every error of a request with a status 4xx, so these statuses
 * say less than those of an endpoint: 404 does not mean that credentials are missing.
 */
function classifyAwsStatus(status: number): FailureClass {
  if (status >= 200 && status < 300) return ['malformed', 'always'];
  if (status === 401 || status === 403) return ['aws-access-denied', 'never'];
  return classifyCommonStatus(status) ?? [status < 500 ? 'bad-request' : 'unexpected-status', 'never'];
}

/** The HTTP status that the SDK attaches to an error. Null without a response. */
function readStatus(error: unknown): number | null {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return null;
  const { $metadata: metadata } = error;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return null;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : null;
}
