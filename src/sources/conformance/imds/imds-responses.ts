import { Secret } from '../../../secret.ts';
import { isObject, type JsonObject, parseJson } from '../../document/json-object.ts';
import type { Exchange } from '../prober.ts';

export const TOKEN_PATH = '/latest/api/token';
export const TTL_HEADER = 'x-aws-ec2-metadata-token-ttl-seconds';
export const TOKEN_HEADER = 'x-aws-ec2-metadata-token';
/** The longest TTL that IMDS grants, which most SDKs request. */
export const LONGEST_TTL = 21_600;
export const ROLES = '/latest/meta-data/iam/security-credentials/';
export const INSTANCE_ID = '/latest/meta-data/instance-id';

export const getStatus = ({ response }: Exchange): number | null => response?.status ?? null;

/** Null if the response is no token that a header can contain. */
export function readToken({ response }: Exchange): Secret | null {
  const token = response?.status === 200 ? (response.body ?? '').trim() : '';
  return /^[\x21-\x7e]+$/.test(token) ? new Secret(token) : null;
}

/** Null if the response is not a JSON object with status 200. */
export const readDocument = (exchange: Exchange): JsonObject | null =>
  getStatus(exchange) === 200 ? readObject(exchange) : null;

/** Null if the body is not a JSON object. */
export function readObject({ response }: Exchange): JsonObject | null {
  const value = parseJson(response?.body ?? '');
  return isObject(value) ? value : null;
}

export const KEY_FIELDS = ['AccessKeyId', 'SecretAccessKey', 'Token'] as const;

/** IMDS reports an error with status 200, another `Code`, and no keys. */
export const isErrorDocument = (document: JsonObject): boolean =>
  typeof document.Code === 'string' &&
  document.Code.toLowerCase() !== 'success' &&
  typeof document.AccessKeyId !== 'string';
