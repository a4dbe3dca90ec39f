import type { FailureReason } from '../../domain/model.ts';
import { parseJsonObject, readText } from '../document/json-object.ts';
import { PollError, type RetryPolicy } from '../poll-error.ts';
import type { HttpResponse } from './exchange.ts';

/** What the body of an answer that is not a 200 says about the error. */
export interface ErrorBody {
  code: string;
  text: string;
}

/**
 * Only what is meant for people may be quoted: `code` and `message` of JSON, the title of a page, plain text. Any other
 * JSON, cut off or not, could be a credentials document under a strange status.
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

/** What a status means wherever nothing more special is known of it. */
export function errorFromResponse({ status, body }: HttpResponse): PollError {
  const [reason, retry] = reasonOf(status);
  return createStatusError(reason, status, retry, parseErrorBody(body).text);
}

export function createStatusError(
  reason: FailureReason,
  status: number,
  retry: RetryPolicy,
  said: string,
): PollError {
  const detail = said === '' ? `HTTP ${status}` : `HTTP ${status}: ${said}`;
  return new PollError(reason, detail, { retry, status });
}

function reasonOf(status: number): [FailureReason, RetryPolicy] {
  if (status >= 300 && status < 400) return ['redirect', 'never'];
  if (status === 400) return ['bad-request', 'never'];
  if (status === 401 || status === 403) return ['auth-rejected', 'never'];
  if (status === 404) return ['not-found', 'never'];
  if (status === 429) return ['throttled', 'always'];
  return status >= 500 && status < 600 ? ['server-error', 'always'] : ['unexpected-status', 'never'];
}
