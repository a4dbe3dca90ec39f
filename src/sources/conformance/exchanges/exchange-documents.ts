import type { BodyProblem } from '../../../domain/conformance/check-result.ts';
import { type JsonObject, parseJsonObject } from '../../document/json-object.ts';
import type { Exchange } from './prober.ts';

/** Null if the body is not a JSON object. */
export const readObject = ({ response }: Exchange): JsonObject | null =>
  parseJsonObject(response?.body ?? '');

/** Null if the response is not a JSON object with status 200. */
export const readDocument = (exchange: Exchange): JsonObject | null =>
  exchange.response?.status === 200 ? readObject(exchange) : null;

/**
 * What is wrong with the body of a token response. Null if clients can send the body in a header.
 * @param body null if the body is not UTF-8
 */
export function findTokenProblem(body: string | null): BodyProblem | null {
  if (body === null) return 'not-utf8';
  if (body === '') return 'empty';
  if (/[\r\n]/.test(body)) return 'line-end';
  return /^[\x21-\x7e]+$/.test(body) ? null : 'not-ascii';
}
