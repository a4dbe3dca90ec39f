/**
 * A value that must not be printed. It shows as `[redacted]` in template strings, JSON and `util.inspect`, so
 * that a forgotten log line leaks nothing. Only `reveal()` returns the text, and calls of it are easy to
 * find.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  equals(other: Secret | null): boolean {
    return other !== null && other.#text === this.#text;
  }

  toString(): string {
    return '[redacted]';
  }

  toJSON(): string {
    return '[redacted]';
  }

  // Symbol.for() instead of util.inspect.custom: files that are open to all layers import nothing.
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[redacted]';
  }
}
