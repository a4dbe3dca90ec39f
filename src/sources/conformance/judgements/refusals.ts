import type { Refusal, RefusalCode } from '../../../domain/conformance/refusal.ts';
import { parseJsonObject, readText } from '../../document/json-object.ts';
import { isServerError, isThrottled } from '../../http/status.ts';
import type { Exchange } from '../exchanges/prober.ts';

/** The endpoint has no credentials now: it throttles, or its own source fails. */
export function findOutage({ response }: Exchange): 'THROTTLED' | 'SERVER_ERROR' | null {
  const { status = 0 } = response ?? {};
  if (isThrottled(status)) return 'THROTTLED';
  return isServerError(status) ? 'SERVER_ERROR' : null;
}

/** @param quote makes a text of the endpoint safe to print */
export function toRefusal(code: RefusalCode, exchange: Exchange, quote: (text: string) => string): Refusal {
  const message = readErrorMessage(exchange);
  return { code, status: exchange.response?.status ?? 0, detail: message === null ? null : quote(message) };
}

/** A longer text is a page, and not a message. */
const MAX_MESSAGE_LENGTH = 150;

/** The message of a JSON document, or a text of one line. Null for any other body, such as a web page. */
function readErrorMessage({ response }: Exchange): string | null {
  const body = (response?.body ?? '').trim();
  const object = parseJsonObject(body);
  const text =
    object === null
      ? body
      : (readText(object, 'message') ?? readText(object, 'error') ?? readText(object, 'code'));
  const isMessage = text !== null && /^[^<{[\r\n][^\r\n]*$/.test(text) && text.length <= MAX_MESSAGE_LENGTH;
  return isMessage ? text : null;
}
