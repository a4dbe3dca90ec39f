import { Secret } from '../../../secret.ts';
import { isObject, parseJson } from '../../document/json-object.ts';
import type { HttpResponse } from '../../http/exchange.ts';
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

/** Texts at any depth, because a faulty endpoint can nest the document. Without recursion, which has a limit. */
function findSecretFields(document: unknown): string[] {
  const found: string[] = [];
  const left = [document];
  while (left.length > 0) {
    const value = left.pop();
    if (Array.isArray(value)) for (const member of value) left.push(member);
    else if (isObject(value)) {
      for (const [name, member] of Object.entries(value)) {
        if (typeof member === 'string' && SECRET_FIELD.test(name)) found.push(member);
        else left.push(member);
      }
    }
  }
  return found;
}
