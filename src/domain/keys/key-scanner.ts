import { type FoundKeys, findKeyReferences } from './key-reference.ts';

/** The longest URL that is found as a whole. Session tokens have up to 4,096 characters, twice as many if encoded. */
const MAX_WORD_LENGTH = 32_768;

/**
 * Finds keys in a text that arrives in pieces. Keeps at most one word between two pieces. Of a longer word, only the
 * last part is kept, so that a line of any length needs little memory.
 */
export class KeyScanner {
  #rest = '';

  /** Returns what the complete words contain. */
  push(text: string): FoundKeys {
    const all = this.#rest + text;
    // `trimEnd` finds the end of the last complete word without a pattern, which could be slow on long words.
    const end = Math.max(...[' ', '\n', '\t', '"', '\0'].map((space) => all.lastIndexOf(space))) + 1;
    const isLong = all.length - end > MAX_WORD_LENGTH;
    this.#rest = isLong ? all.slice(-MAX_WORD_LENGTH) : all.slice(end);
    return findKeyReferences(all.slice(0, isLong ? all.length : end));
  }

  /** Returns what the last word contains. */
  end(): FoundKeys {
    const rest = this.#rest;
    this.#rest = '';
    return findKeyReferences(rest);
  }
}
