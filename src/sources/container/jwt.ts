import type { Instant } from '../../domain/model.ts';
import { parseJsonObject } from '../document/json-object.ts';

/** The latest instant that a `Date` can hold. */
const LATEST: Instant = 8.64e15;

/** When a JSON Web Token ends, unverified; null for what is none, or does not say. */
export function parseJwtExpiration(token: string): Instant | null {
  const [, payload, signature] = token.split('.');
  if (payload === undefined || signature === undefined) return null;
  const expiry = parseJsonObject(Buffer.from(payload, 'base64url').toString('utf8'))?.exp;
  return typeof expiry === 'number' && expiry >= 0 && expiry * 1000 <= LATEST
    ? Math.floor(expiry * 1000)
    : null;
}
