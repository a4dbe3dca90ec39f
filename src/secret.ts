/**
 * A value that must not be printed. It shows as `[redacted]` in template strings, JSON and `util.inspect`,
 * so that a forgotten log line leaks nothing; `reveal()` is the only way to the text and easy to search for.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return '[redacted]';
  }

  toJSON(): string {
    return '[redacted]';
  }

  // The well-known symbol instead of an import of node:util: this file is open to all and imports nothing.
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[redacted]';
  }
}
