import type { FailureReason } from '../../domain/model.ts';
import { parseJsonObject, readText } from '../document/json-object.ts';
import { PollError, type RetryPolicy } from '../poll-error.ts';
import type { HttpResponse } from './exchange.ts';

/** The error code and text in the body of a response. `''` if the body has none. */
export interface ErrorBody {
  code: string;
  text: string;
}

/**
 * Reads only the parts that are meant for people: `code` and `message` of JSON, the title of an HTML page,
 * plain text. Other JSON, even if truncated, could be a credentials document with an unusual status.
 */
export function parseErrorBody(body: string | null): ErrorBody {
  const text = (body ?? '').trim();
  const object = parseJsonObject(text);
  if (object !== null) {
    const code = readText(object, 'code');
    return { code, text: [code, readText(object, 'message')].filter((part) => part !== '').join(': ') };
  }
  if (text.startsWith('<')) return { code: '', text: /<title>([^<]*)<\/title>/i.exec(text)?.[1] ?? '' };
  return { code: '', text: /^(["{]|\[\s*["{[])|secret_?access_?key|token"/i.test(text) ? '' : text };
}

/** The error for a status that has no special meaning for the endpoint. */
export function errorFromResponse({ status, body }: HttpResponse): PollError {
  const [reason, retry] = classifyStatus(status);
  return createStatusError(reason, status, retry, parseErrorBody(body).text);
}

export function createStatusError(
  reason: FailureReason,
  status: number,
  retry: RetryPolicy,
  text: string,
): PollError {
  const detail = text === '' ? `HTTP ${status}` : `HTTP ${status}: ${text}`;
  return new PollError(reason, detail, { retry, status });
}

function classifyStatus(status: number): [FailureReason, RetryPolicy] {
  if (status >= 300 && status < 400) return ['redirect', 'never'];
  if (status === 400) return ['bad-request', 'never'];
  if (status === 401 || status === 403) return ['auth-rejected', 'never'];
  if (status === 404) return ['not-found', 'never'];
  if (status === 429) return ['throttled', 'always'];
  return status >= 500 && status < 600 ? ['server-error', 'always'] : ['unexpected-status', 'never'];
}
