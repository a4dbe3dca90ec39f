import type { Instant } from '../../domain/model.ts';
import { parseJsonObject } from './json-object.ts';

/** The end of the year 9999. Some issuers write milliseconds, which would be a later time. */
const MAX_INSTANT: Instant = Date.UTC(9999, 11, 31, 23, 59, 59);

/** When a JSON Web Token was issued, and when it expires. Not verified. Null if the text does not say so. */
export function parseJwtTimes(token: string): { issuedAt: Instant | null; expiresAt: Instant | null } {
  const [, payload, signature] = token.split('.');
  const isToken = payload !== undefined && signature !== undefined;
  const claims = isToken ? parseJsonObject(Buffer.from(payload, 'base64url').toString('utf8')) : null;
  return { issuedAt: toInstant(claims?.iat), expiresAt: toInstant(claims?.exp) };
}

export const parseJwtExpiration = (token: string): Instant | null => parseJwtTimes(token).expiresAt;

/** Claims are seconds since 1970, possibly with a fraction. */
const toInstant = (claim: unknown): Instant | null =>
  typeof claim === 'number' && claim >= 0 && claim * 1000 <= MAX_INSTANT ? Math.floor(claim * 1000) : null;
