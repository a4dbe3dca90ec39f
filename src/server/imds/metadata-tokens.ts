import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Instant, Seconds } from '../../domain/model.ts';
import { Cache } from '../cache.ts';

/** The first bytes of all published tokens. */
const PREFIX = Buffer.from([1, 0, 4, 0]);
const SIGNED_BYTES = 16;
const TOKEN_BYTES = 40;

/** A valid token. The remaining time is rounded up to seconds, as by the real service. */
export interface TokenState {
  remaining: Seconds;
  issuedAt: Instant;
}

/** The signed content of a token. */
interface TokenContent {
  expiry: Instant;
  ttl: Seconds;
}

/**
 * Issues and checks IMDSv2 session tokens. A token contains its own expiry, so no list of tokens can fill the
 * memory. Layout: 4 bytes prefix, 6 expiry, 2 TTL, 4 random, 24 HMAC-SHA256. In base64url this gives the 56
 * characters of real tokens.
 */
export class MetadataTokens {
  readonly #key = randomBytes(32);
  /** Cache of valid tokens: clients reuse a token, and checking a signature costs more than a response. */
  readonly #verified = new Cache<string, TokenContent>();

  issue(ttl: Seconds, now: Instant): string {
    const token = Buffer.alloc(TOKEN_BYTES);
    PREFIX.copy(token);
    token.writeUIntBE(now + ttl * 1000, 4, 6);
    token.writeUInt16BE(ttl, 10);
    randomBytes(4).copy(token, 12);
    this.#sign(token).copy(token, SIGNED_BYTES);
    const text = encodeToken(token);
    this.#addToCache(text, token);
    return text;
  }

  /** Returns null for a token that this instance has not issued or that has expired. */
  check(text: string, now: Instant): TokenState | null {
    const content = this.#verified.get(text) ?? this.#verify(text);
    if (content === null || now >= content.expiry) return null;
    const { ttl, expiry } = content;
    return { remaining: Math.ceil((expiry - now) / 1000), issuedAt: expiry - ttl * 1000 };
  }

  #verify(text: string): TokenContent | null {
    if (!/^[\w-]{54}==$/.test(text)) return null;
    const token = Buffer.from(text, 'base64url');
    // Several texts decode to the same bytes, because the last character has unused bits. Only the issued
    // text counts.
    if (encodeToken(token) !== text) return null;
    if (!timingSafeEqual(this.#sign(token), token.subarray(SIGNED_BYTES))) return null;
    return this.#addToCache(text, token);
  }

  #addToCache(text: string, token: Buffer): TokenContent {
    const content = { expiry: token.readUIntBE(4, 6), ttl: token.readUInt16BE(10) };
    this.#verified.set(text, content);
    return content;
  }

  #sign(token: Buffer): Buffer {
    return createHmac('sha256', this.#key)
      .update(token.subarray(0, SIGNED_BYTES))
      .digest()
      .subarray(0, TOKEN_BYTES - SIGNED_BYTES);
  }
}

/** Real tokens are base64url with padding, which Node omits. */
const encodeToken = (token: Buffer) => `${token.toString('base64url')}==`;
