import type { ConformanceShape } from '../../../domain/conformance/conformance-check.ts';
import { parseJsonObject, readText } from '../../document/json-object.ts';
import type { Exchange } from '../exchanges/prober.ts';

/** The agent of EKS forwards errors of EKS Auth as `[id]: (Code): message`. Its own errors are sentences. */
const EKS_ERRORS = [
  /^\[[^\]\n]{1,100}\]: \((\w{1,100})\)/,
  /^(Service account token [\x20-\x7e]{1,150})$/m,
  /^(Access Denied)\. Called agent through invalid address/,
];

/**
 * The error that the endpoint serves instead of credentials, in the form of the agents of AWS. The agents serve errors
 * before they have credentials, without a role, and for an expired token. Null for any other response.
 */
export function readAgentError({ response }: Exchange, shape: ConformanceShape): string | null {
  const { status = 0, body = null } = response ?? {};
  if (status < 400 || body === null) return null;
  if (shape === 'ecs') return readEcsErrorCode(body);
  if (shape !== 'eks') return null;
  return EKS_ERRORS.map((form) => form.exec(body)?.[1]).find((error) => error !== undefined) ?? null;
}

/**
 * The code of an error of the ECS agent. Null for another text. Go and Java read `code` and `message` in any case,
 * JavaScript only with capitals.
 */
export function readEcsErrorCode(body: string | null): string | null {
  const object = parseJsonObject(body ?? '') ?? {};
  return readText(object, 'message') === null ? null : readText(object, 'code');
}
