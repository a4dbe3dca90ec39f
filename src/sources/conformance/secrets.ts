import { Secret } from '../../secret.ts';
import { isObject, parseJson } from '../document/json-object.ts';
import type { HttpResponse } from '../http/exchange.ts';
import type { ProbeRequest } from './probe-request.ts';

const SECRET_FIELD = /^(?:access_?key_?id|secret_?(?:access_?)?key|(?:session_?)?token)$/i;

/** What the report must not contain: secrets of the request, of a credentials document, and a token. */
export function listSecrets(
  { method, headers = {} }: ProbeRequest,
  { status, body }: HttpResponse,
): string[] {
  const sent = Object.values(headers).flatMap((value) => (value instanceof Secret ? [value.reveal()] : []));
  if (body === null) return sent;
  const token = method === 'PUT' && status === 200 ? [body.trim()] : [];
  return [...sent, ...token, ...findSecretFields(parseJson(body))];
}

/** Texts at any depth, because a faulty endpoint can nest the document. */
function findSecretFields(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(findSecretFields);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    typeof member === 'string' && SECRET_FIELD.test(name) ? [member] : findSecretFields(member),
  );
}
