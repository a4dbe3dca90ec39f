import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Instant, Seconds } from '../../domain/model.ts';

/** The first bytes of every token that was published. */
const PREFIX = Buffer.from([1, 0, 4, 0]);
const SIGNED = 16;
const LENGTH = 40;

/** A checked token: how long it was asked for, and how much of that is left, rounded up as the real one does. */
export interface TokenState {
  ttl: Seconds;
  remaining: Seconds;
  issuedAt: Instant;
}

/** What a token says of itself. */
interface Signed {
  expiry: Instant;
  ttl: Seconds;
}

const MOST_REMEMBERED = 64;

/**
 * IMDSv2 session tokens that carry their own end: 4 bytes of prefix, 6 of expiry, 2 of TTL, 4 of chance and 24 of
 * HMAC-SHA256, which makes the 56 characters of the real ones. No list of them is needed, so there is none to
 * fill up, however many are asked for.
 */
export class MetadataTokens {
  readonly #key = randomBytes(32);
  /** What was found good lately: a client shows its token again and again, and a signature costs more than an answer. */
  readonly #verified = new Map<string, Signed>();

  issue(ttl: Seconds, now: Instant): string {
    const token = Buffer.alloc(LENGTH);
    PREFIX.copy(token);
    token.writeUIntBE(now + ttl * 1000, 4, 6);
    token.writeUInt16BE(ttl, 10);
    randomBytes(4).copy(token, 12);
    this.#sign(token).copy(token, SIGNED);
    return padded(token);
  }

  /** Null for what was never issued here and for what has expired. */
  check(text: string, now: Instant): TokenState | null {
    const signed = this.#verified.get(text) ?? this.#verify(text);
    if (signed === null || now >= signed.expiry) return null;
    const { ttl, expiry } = signed;
    return { ttl, remaining: Math.ceil((expiry - now) / 1000), issuedAt: expiry - ttl * 1000 };
  }

  #verify(text: string): Signed | null {
    if (!/^[\w-]{54}==$/.test(text)) return null;
    const token = Buffer.from(text, 'base64url');
    // The last character has bits to spare: of the texts that decode alike, only the one that was issued counts.
    if (padded(token) !== text) return null;
    if (!timingSafeEqual(this.#sign(token), token.subarray(SIGNED))) return null;
    const signed = { expiry: token.readUIntBE(4, 6), ttl: token.readUInt16BE(10) };
    if (this.#verified.size >= MOST_REMEMBERED) this.#verified.clear();
    this.#verified.set(text, signed);
    return signed;
  }

  #sign(token: Buffer): Buffer {
    return createHmac('sha256', this.#key)
      .update(token.subarray(0, SIGNED))
      .digest()
      .subarray(0, LENGTH - SIGNED);
  }
}

const padded = (token: Buffer) => `${token.toString('base64url')}==`;
