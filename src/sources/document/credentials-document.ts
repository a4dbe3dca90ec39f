import type { IssuedCredentials } from '../../domain/model.ts';
import { type ParsedInstant, parseInstant } from '../../domain/time/instant.ts';
import { Secret } from '../../secret.ts';
import { PollError, type RetryPolicy } from '../poll-error.ts';
import { type JsonObject, parseJsonObject, readText, readValue } from './json-object.ts';
import { sanitizeText } from './sanitize-text.ts';

/** The content of a credentials document. */
export interface CredentialsDocument {
  credentials: IssuedCredentials;
  /** The token is null for keys without one. IMDS and container endpoints always serve a token. */
  secrets: { secretAccessKey: Secret; token: Secret | null };
  accountId: string | null;
  roleArn: string | null;
}

export const ACCESS_KEY_ID_PATTERN = /^[\w-]{1,128}$/;

/** Null if the text is not an account id. */
export const parseAccountId = (text: string): string | null => (/^\d{12}$/.test(text) ? text : null);

/**
 * Parses a document of IMDS or a container endpoint. Like the Go and Rust SDKs, ignores the case of keys and
 * accepts aliases. An expired document is valid: a source that serves expired credentials is a measurement,
 * not an error.
 * @param retryUnreadable whether to retry if the body is not a JSON object
 * @throws PollError
 */
export function parseCredentialsDocument(
  body: string | null,
  retryUnreadable: RetryPolicy,
): CredentialsDocument {
  const unreadable = (detail: string) => new PollError('malformed', detail, { retry: retryUnreadable });
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
  const accessKeyId = ACCESS_KEY_ID_PATTERN.test(fields.AccessKeyId) ? fields.AccessKeyId : null;
  const known = { accessKeyId, expiration: expiration?.instant ?? null };

  const errorText = readError(object, [fields.SecretAccessKey, fields.Token]);
  if (errorText !== null) throw new PollError('error-document', errorText, known);
  const missing = Object.entries(fields).flatMap(([name, value]) => (value === '' ? [name] : []));
  if (missing.length > 0) throw new PollError('malformed', `missing: ${missing.join(', ')}`, known);
  if (accessKeyId === null) throw new PollError('malformed', 'AccessKeyId is not a key id', known);
  if (expiration === null) throw new PollError('unknown-expiry', describeMissingExpiration(object), known);

  const lastUpdated = readInstant(object, 'LastUpdated');
  const zoneless = expiration.zoneless || lastUpdated?.zoneless === true;
  return {
    credentials: {
      accessKeyId,
      lastUpdated: lastUpdated?.instant ?? null,
      expiration: expiration.instant,
      zoneless,
    },
    secrets: { secretAccessKey: new Secret(fields.SecretAccessKey), token: new Secret(fields.Token) },
    accountId: parseAccountId(readText(object, 'AccountId')),
    roleArn: readText(object, 'RoleArn') || null,
  };
}

/** IMDS reports errors with status 200 and a `Code`. The agents of ECS and EKS write no `Code` at all. */
function readError(object: JsonObject, secrets: string[]): string | null {
  const code = readValue(object, 'Code') ?? 'Success';
  if (typeof code === 'string' && code.toLowerCase() === 'success') return null;
  const parts = [typeof code === 'string' ? code : 'Code is not a string', readText(object, 'Message')];
  return sanitizeText(parts.filter((part) => part !== '').join(': '), secrets);
}

function readInstant(object: JsonObject, ...names: string[]): ParsedInstant | null {
  return parseInstant(readText(object, ...names));
}

function describeMissingExpiration(object: JsonObject): string {
  return readValue(object, 'Expiration', 'ExpiresAt') === undefined
    ? 'Expiration is missing'
    : 'Expiration is not a time';
}
