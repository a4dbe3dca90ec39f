import { createHash } from 'node:crypto';

/** The first characters of the SHA-256 digest of a content. */
export const digest = (
  content: string | Uint8Array,
  length: number,
  encoding: 'hex' | 'base64url' = 'hex',
): string => createHash('sha256').update(content).digest(encoding).slice(0, length);
