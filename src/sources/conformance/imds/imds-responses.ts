import { Secret } from '../../../secret.ts';
import type { JsonObject } from '../../document/json-object.ts';
import type { Exchange } from '../exchanges/prober.ts';

export const TOKEN_PATH = '/latest/api/token';
export const TTL_HEADER = 'x-aws-ec2-metadata-token-ttl-seconds';
export const TOKEN_HEADER = 'x-aws-ec2-metadata-token';
/** The longest TTL that IMDS grants, which most SDKs request. */
export const LONGEST_TTL = 21_600;
export const ROLES = '/latest/meta-data/iam/security-credentials/';
export const INSTANCE_ID = '/latest/meta-data/instance-id';

export const getStatus = ({ response }: Exchange): number | null => response?.status ?? null;

/** Null if clients cannot send the response in a header. */
export function readToken({ response }: Exchange): Secret | null {
  const token = response?.status === 200 ? (response.body ?? '').trim() : '';
  return /^[\x21-\x7e]+$/.test(token) ? new Secret(token) : null;
}

export const KEY_FIELDS = ['AccessKeyId', 'SecretAccessKey', 'Token'] as const;

/** IMDS reports an error with status 200, another `Code`, and no keys. */
export const isErrorDocument = (document: JsonObject): boolean =>
  typeof document.Code === 'string' &&
  document.Code.toLowerCase() !== 'success' &&
  typeof document.AccessKeyId !== 'string';
