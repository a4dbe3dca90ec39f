import { timingSafeEqual } from 'node:crypto';

/** In a time that does not tell how much of a guess was right. Lengths are no secret here. */
export function isSameSecret(guess: string, secret: string): boolean {
  const [one, other] = [Buffer.from(guess), Buffer.from(secret)];
  return one.length === other.length && timingSafeEqual(one, other);
}
