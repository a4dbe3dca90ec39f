import type { FailureReason } from '../../domain/model.ts';
import { isObject, type JsonObject, parseJsonObject, readText, readValue } from '../document/json-object.ts';
import { PollError, type RetryPolicy } from '../poll-error.ts';
import type { HttpResponse } from './exchange.ts';
import { classifyCommonStatus, type FailureClass } from './status.ts';

/** The error code and text in the body of a response. */
export interface ErrorBody {
  code: string | null;
  text: string | null;
}

/**
 * Reads only the parts that are meant for people: `code` and `message` of JSON, the title of an HTML page,
 * plain text. Other JSON, even if truncated, could be a credentials document with an unusual status.
 */
export function parseErrorBody(body: string | null): ErrorBody {
  const text = (body ?? '').trim();
  const object = parseJsonObject(text);
  if (object !== null) return readErrorObject(object);
  if (text.startsWith('<')) return { code: null, text: /<title>([^<]+)<\/title>/i.exec(text)?.[1] ?? null };
  return { code: null, text: dropCredentials(text) };
}

const dropCredentials = (text: string): string | null =>
  /^$|^(["{]|\[\s*["{[])|secret_?access_?key|token"/i.test(text) ? null : text;

/** `Code` and `Message` of the object, else those of its member `Error` or of the first of its `Errors`. */
export function readErrorObject(object: JsonObject): ErrorBody {
  const [nested] = [readValue(object, 'Error', 'Errors')].flat();
  const inner = isObject(nested) ? nested : {};
  const code = readText(object, 'Code', '__type') ?? readText(inner, 'Code');
  const message =
    readText(object, 'Message') ??
    readText(inner, 'Message') ??
    (typeof nested === 'string' ? dropCredentials(nested) : null);
  return { code, text: code === null || message === null ? (code ?? message) : `${code}: ${message}` };
}

/** aws-vault and the agent of EKS reject a request whose `Host` header is not their own address. */
const NAMES_HOST = /\bhost\b|invalid address/i;

/** The error for a status that has no special meaning for the endpoint. */
export function createResponseError({ status, body }: HttpResponse): PollError {
  const [reason, retry] = classifyEndpointStatus(status);
  const { text } = parseErrorBody(body);
  const isAboutHost = reason === 'auth-rejected' && NAMES_HOST.test(text ?? '');
  return createStatusError(isAboutHost ? 'address-rejected' : reason, status, retry, text);
}

export function createStatusError(
  reason: FailureReason,
  status: number,
  retry: RetryPolicy,
  text: string | null,
): PollError {
  return new PollError(reason, `HTTP ${status}`, { quotation: text, retry, status });
}

function classifyEndpointStatus(status: number): FailureClass {
  if (status === 400) return ['bad-request', 'never'];
  if (status === 401 || status === 403) return ['auth-rejected', 'never'];
  if (status === 404) return ['not-found', 'never'];
  return classifyCommonStatus(status) ?? ['unexpected-status', 'never'];
}
