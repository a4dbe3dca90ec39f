import type { Instant } from '../../domain/model.ts';
import { parseJsonObject } from '../document/json-object.ts';

/** The latest instant of a `Date`. */
const MAX_INSTANT: Instant = 8.64e15;

/** The expiration of a JSON Web Token, not verified. Null if the text is not such a token or has no `exp`. */
export function parseJwtExpiration(token: string): Instant | null {
  const [, payload, signature] = token.split('.');
  if (payload === undefined || signature === undefined) return null;
  const exp = parseJsonObject(Buffer.from(payload, 'base64url').toString('utf8'))?.exp;
  return typeof exp === 'number' && exp >= 0 && exp * 1000 <= MAX_INSTANT ? Math.floor(exp * 1000) : null;
}
