import { createHash } from 'node:crypto';

/**
 * Reproducible randomness: the same seed and label give the same bytes, in any order of calls. Only for false
 * credentials and simulated events. Secrets that protect something use `crypto.randomBytes`.
 */
export class SeededRandom {
  readonly seed: string;

  constructor(seed: string) {
    this.seed = seed;
  }

  bytes(label: string, length: number): Buffer {
    return createHash('shake256', { outputLength: length }).update(`${this.seed}\0${label}`).digest();
  }

  /** 0 ≤ x < 1. */
  fraction(label: string): number {
    return this.bytes(label, 6).readUIntBE(0, 6) / 2 ** 48;
  }

  /** Letters of `alphabet`. They are equally frequent only if the length of the alphabet divides 256. */
  text(label: string, length: number, alphabet: string): string {
    return Array.from(this.bytes(label, length), (byte) => alphabet[byte % alphabet.length]).join('');
  }
}
