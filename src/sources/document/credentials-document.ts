import type { IssuedCredentials } from '../../domain/model.ts';
import { type ParsedInstant, parseInstant } from '../../domain/time/instant.ts';
import { Secret } from '../../secret.ts';
import { PollError, type RetryPolicy } from '../poll-error.ts';
import { type JsonObject, parseJsonObject, readText, readValue } from './json-object.ts';
import { sanitizeText } from './sanitize-text.ts';

/** What a document of credentials says, whoever wrote it. */
export interface CredentialsDocument {
  credentials: IssuedCredentials;
  /** Null for keys that came without a token; IMDS and the agents always give one. */
  secrets: { secretAccessKey: Secret; token: Secret | null };
  /** `''` where the document has none. */
  accountId: string;
  roleArn: string;
}

export const ACCESS_KEY_ID_PATTERN = /^[\w-]{1,128}$/;
export const ACCOUNT_ID_PATTERN = /^\d{12}$/;

/**
 * Reads a document as IMDS and the container endpoints write it, or throws a {@link PollError}. Go and Rust match keys
 * in any case and know the aliases. An expired document is as good as any: that it is served is what we want to know.
 * @param retryUnreadable whether another attempt may help where the body is no document at all
 */
export function parseCredentialsDocument(
  body: string | null,
  retryUnreadable: RetryPolicy,
): CredentialsDocument {
  const unreadable = (what: string) => new PollError('malformed', what, { retry: retryUnreadable });
  if (body === null) throw unreadable('the document is not UTF-8');
  if (body.trim() === '') throw unreadable('the document is empty');
  const object = parseJsonObject(body);
  if (object === null) throw unreadable('the document is not a JSON object');

  const fields = {
    AccessKeyId: readText(object, 'AccessKeyId'),
    SecretAccessKey: readText(object, 'SecretAccessKey'),
    Token: readText(object, 'Token', 'SessionToken'),
  };
  const expiration = readInstant(object, 'Expiration', 'ExpiresAt');
  const accessKeyId = ACCESS_KEY_ID_PATTERN.test(fields.AccessKeyId) ? fields.AccessKeyId : '';
  const known = { accessKeyId, expiration: expiration?.instant ?? null };

  const refused = readRefusal(object, [fields.SecretAccessKey, fields.Token]);
  if (refused !== null) throw new PollError('error-document', refused, known);
  const missing = Object.entries(fields).flatMap(([name, value]) => (value === '' ? [name] : []));
  if (missing.length > 0) throw new PollError('malformed', `missing: ${missing.join(', ')}`, known);
  if (accessKeyId === '') throw new PollError('malformed', 'AccessKeyId is not a key id', known);
  if (expiration === null) throw new PollError('unknown-expiry', unknownExpiry(object), known);

  const lastUpdated = readInstant(object, 'LastUpdated');
  const zoneless = expiration.zoneless || lastUpdated?.zoneless === true;
  const accountId = readText(object, 'AccountId');
  return {
    credentials: {
      accessKeyId,
      lastUpdated: lastUpdated?.instant ?? null,
      expiration: expiration.instant,
      zoneless,
    },
    secrets: { secretAccessKey: new Secret(fields.SecretAccessKey), token: new Secret(fields.Token) },
    accountId: ACCOUNT_ID_PATTERN.test(accountId) ? accountId : '',
    roleArn: readText(object, 'RoleArn'),
  };
}

/** IMDS reports its errors with status 200 and a `Code`; the agents of ECS and EKS write no `Code` at all. */
function readRefusal(object: JsonObject, secrets: string[]): string | null {
  const code = readValue(object, 'Code') ?? 'Success';
  if (typeof code === 'string' && code.toLowerCase() === 'success') return null;
  const said = [typeof code === 'string' ? code : 'Code is not a text', readText(object, 'Message')];
  return sanitizeText(said.filter((part) => part !== '').join(': '), secrets);
}

function readInstant(object: JsonObject, ...names: string[]): ParsedInstant | null {
  return parseInstant(readText(object, ...names));
}

function unknownExpiry(object: JsonObject): string {
  return readValue(object, 'Expiration', 'ExpiresAt') === undefined
    ? 'Expiration is missing'
    : 'Expiration is not a time';
}
