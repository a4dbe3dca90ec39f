import { createHash } from 'node:crypto';

/**
 * Chance that can be repeated: the same seed and label give the same bytes, whatever was asked before. Only for what
 * is false anyway and for what happens when; whatever protects something comes from `crypto.randomBytes`.
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

  /** One of `alphabet` a byte; its length should divide 256, or the first letters come more often. */
  text(label: string, length: number, alphabet: string): string {
    return Array.from(this.bytes(label, length), (byte) => alphabet[byte % alphabet.length]).join('');
  }
}
