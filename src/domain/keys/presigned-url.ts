import type { Instant, Seconds } from '../model.ts';
import { parseInstant } from '../time/instant.ts';

/** A presigned URL without its signature and its session token. */
export interface PresignedUrl {
  signatureVersion: 2 | 4;
  accessKeyId: string;
  /** `https://host/path`, not yet safe to print. Null if the text begins after the path. */
  address: string | null;
  /** Null for Signature Version 2. */
  region: string | null;
  service: string | null;
  /** When the URL was signed. Null for Signature Version 2, and if the parameter is missing. */
  signedAt: Instant | null;
  /** The requested duration. Null for Signature Version 2, and if the parameter is missing. */
  duration: Seconds | null;
  /** The end of the requested duration. Null if it is unknown. */
  requestedUntil: Instant | null;
  hasSessionToken: boolean;
  /** The text contains the whole signature, so it was not cut off. */
  hasSignature: boolean;
}

/** Other signed URLs. Their keys are not AWS credentials. */
export type ForeignUrl = 'cloudfront' | 'google';

/** Query parameters by their names in lower case. Only the first one of a name counts. */
type Query = ReadonlyMap<string, string>;

/**
 * Parses a URL, or the rest of a URL. Null if it is not signed in its query.
 * @param text without white space
 */
export function parsePresignedUrl(text: string): PresignedUrl | ForeignUrl | null {
  const [before = '', ...rest] = text.split('?');
  const query = parseQuery(rest.length === 0 ? before : rest.join('?'));
  const address = /https?:\/\/[^\s?#]+$/i.exec(rest.length === 0 ? '' : before)?.[0] ?? null;
  if (query.has('x-amz-credential')) return readVersion4(query, address);
  if (query.has('awsaccesskeyid')) return readVersion2(query, address);
  if (query.has('key-pair-id')) return 'cloudfront';
  return query.has('x-goog-credential') || query.has('googleaccessid') ? 'google' : null;
}

function parseQuery(text: string): Query {
  const query = new Map<string, string>();
  for (const part of (text.split('#')[0] ?? '').split('&')) {
    const [name = '', ...value] = part.split('=');
    const key = name.toLowerCase();
    if (!query.has(key)) query.set(key, decode(value.join('=')));
  }
  return query;
}

/** Returns the text unchanged if it is not valid percent encoding. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function readVersion4(query: Query, address: string | null): PresignedUrl | null {
  const [accessKeyId = '', , ...scope] = (query.get('x-amz-credential') ?? '').split('/');
  if (!KEY_ID.test(accessKeyId)) return null;
  const signedAt = parseSigningTime(query.get('x-amz-date') ?? '');
  const duration = parseNumber(query.get('x-amz-expires'));
  // Signature Version 4A has no region in the scope.
  const [region = null, service = null] = scope.length < 3 ? [null, scope[0]] : scope;
  return {
    signatureVersion: 4,
    accessKeyId,
    address,
    region,
    service,
    signedAt,
    duration,
    requestedUntil: signedAt === null || duration === null ? null : signedAt + duration * 1000,
    hasSessionToken: Boolean(query.get('x-amz-security-token')),
    hasSignature: /^[\da-f]{64}/i.test(query.get('x-amz-signature') ?? ''),
  };
}

function readVersion2(query: Query, address: string | null): PresignedUrl | null {
  const accessKeyId = query.get('awsaccesskeyid') ?? '';
  const expires = parseNumber(query.get('expires'));
  if (!KEY_ID.test(accessKeyId)) return null;
  return {
    signatureVersion: 2,
    accessKeyId,
    address,
    region: null,
    service: 's3',
    signedAt: null,
    duration: null,
    requestedUntil: expires === null ? null : expires * 1000,
    hasSessionToken: Boolean(query.get('x-amz-security-token')),
    hasSignature: Boolean(query.get('signature')),
  };
}

const KEY_ID = /^[\w-]{1,128}$/;

/** `20261129T120000Z`. */
function parseSigningTime(text: string): Instant | null {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second] = match;
  return parseInstant(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)?.instant ?? null;
}

/** A number of at most eleven digits, which may be followed by the punctuation of a sentence. */
function parseNumber(text: string | undefined): number | null {
  const digits = /^\d{1,11}(?![\w%])/.exec(text ?? '')?.[0];
  return digits === undefined ? null : Number(digits);
}
