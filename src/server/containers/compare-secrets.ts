import { timingSafeEqual } from 'node:crypto';

/** Compares in constant time, so that the duration reveals no correct prefix. The length is not secret. */
export function isSameSecret(guess: string, secret: string): boolean {
  const guessed = Buffer.from(guess);
  const expected = Buffer.from(secret);
  return guessed.length === expected.length && timingSafeEqual(guessed, expected);
}
