import type { IssuedCredentials } from '../../domain/model.ts';
import { type ParsedInstant, parseInstant } from '../../domain/time/instant.ts';
import { areSwapped, isKeyId, toStoredKeyId } from '../../key-id.ts';
import { redactText } from '../../redact.ts';
import { Secret } from '../../secret.ts';
import { type ErrorBody, readErrorObject } from '../http/error-response.ts';
import { PollError, type RetryPolicy } from '../poll-error.ts';
import type { PolledCredentials } from '../source.ts';
import { type JsonObject, parseJsonObject, readText, readValue } from './json-object.ts';

/** The content of a credentials document. */
export interface CredentialsDocument {
  credentials: IssuedCredentials;
  secrets: PolledCredentials['secrets'];
  accountId: string | null;
  roleArn: string | null;
}

/** Null if the text is not an account id. */
export const parseAccountId = (text: string | null): string | null =>
  text !== null && /^\d{12}$/.test(text) ? text : null;

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

  const AccessKeyId = readText(object, 'AccessKeyId');
  const SecretAccessKey = readText(object, 'SecretAccessKey');
  const Token = readText(object, 'Token', 'SessionToken');
  const expiration = readInstant(object, 'Expiration', 'ExpiresAt');
  const isSwapped = areSwapped(AccessKeyId ?? '', SecretAccessKey ?? '');
  const accessKeyId =
    AccessKeyId === null || isSwapped || !isKeyId(AccessKeyId) ? null : toStoredKeyId(AccessKeyId);
  const known = { accessKeyId, expiration: expiration?.instant ?? null };

  const error = readError(object);
  if (error !== null) {
    const reason = error.code === 'InstanceProfileNotFound' ? 'instance-profile-not-found' : 'error-document';
    const quotation =
      error.text && redactText(error.text, [AccessKeyId ?? '', SecretAccessKey ?? '', Token ?? '']);
    const detail = typeof readValue(object, 'Code') === 'object' ? 'Code is not a string' : '';
    throw new PollError(reason, detail, { ...known, quotation });
  }
  if (AccessKeyId === null || SecretAccessKey === null || Token === null) {
    const missing = Object.entries({ AccessKeyId, SecretAccessKey, Token })
      .flatMap(([name, value]) => (value === null ? [name] : []))
      .join(', ');
    throw new PollError('malformed', `missing: ${missing}`, known);
  }
  if (isSwapped)
    throw new PollError(
      'malformed',
      'the values of AccessKeyId and SecretAccessKey seem to be swapped',
      known,
    );
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
    secrets: {
      accessKeyId: new Secret(AccessKeyId),
      secretAccessKey: new Secret(SecretAccessKey),
      token: new Secret(Token),
    },
    accountId: parseAccountId(readText(object, 'AccountId')),
    roleArn: readText(object, 'RoleArn'),
  };
}

/** IMDS reports errors with status 200 and a `Code`. The agents of ECS and EKS write no `Code` at all. */
function readError(object: JsonObject): ErrorBody | null {
  const code = readValue(object, 'Code');
  const error = readErrorObject(object);
  if (code === undefined) {
    return error.text !== null && readValue(object, 'AccessKeyId') === undefined ? error : null;
  }
  return typeof code === 'string' && code.toLowerCase() === 'success' ? null : error;
}

const readInstant = (object: JsonObject, ...names: string[]): ParsedInstant | null =>
  parseInstant(readText(object, ...names) ?? '');

function describeMissingExpiration(object: JsonObject): string {
  return readValue(object, 'Expiration', 'ExpiresAt') === undefined
    ? 'Expiration is missing'
    : 'Expiration is not a time';
}
