/** A word at the cursor, as the user typed it. */
interface TypedWord {
  /** Without quotes and backslashes. Expansions stay as typed. */
  text: string;
  /** The quote that is still open at the end. */
  openQuote: "'" | '"' | null;
  /** Number of characters before the last quote that was opened. */
  quoteStart: number;
  hasClosedQuote: boolean;
}

/** The characters for which a backslash is an escape inside quotes. */
const ESCAPED_IN_QUOTES = { bash: { "'": '', '"': '\\"$`' }, fish: { "'": "\\'", '"': '\\"$' } } as const;

export type QuotingShell = keyof typeof ESCAPED_IN_QUOTES;

export function parseTypedWord(typed: string, shell: QuotingShell): TypedWord {
  const word: TypedWord = { text: '', openQuote: null, quoteStart: 0, hasClosedQuote: false };
  for (let index = 0; index < typed.length; index += 1) {
    const character = typed.charAt(index);
    const next = typed.charAt(index + 1);
    if (character === word.openQuote) {
      word.openQuote = null;
      word.hasClosedQuote = true;
    } else if (word.openQuote === null && (character === "'" || character === '"')) {
      word.openQuote = character;
      word.quoteStart = index;
    } else if (
      character === '\\' &&
      (word.openQuote === null || (next !== '' && ESCAPED_IN_QUOTES[shell][word.openQuote].includes(next)))
    ) {
      word.text += next;
      index += 1;
    } else {
      word.text += character;
    }
  }
  return word;
}

/**
 * What bash must insert to complete a word, so that bash reads exactly this word.
 * @param typed the word at the cursor; bash replaces its part after an open quote, else its part after `before`
 * @returns null if the word cannot be inserted safely
 */
export function escapeForBash(word: string, typed: string, before: string): string | null {
  const { openQuote, quoteStart, hasClosedQuote } = parseTypedWord(typed, 'bash');
  if (openQuote === null) {
    const rest = word.slice(parseTypedWord(before, 'bash').text.length);
    // After a closed quote, readline may start a new word.
    return hasClosedQuote ? null : rest.replace(/[^\w./:=,@%+\-\u0080-\uffff]/g, '\\$&');
  }
  const kept = typed.slice(0, quoteStart);
  // In $'…', other characters are special.
  if (kept.endsWith('$')) return null;
  const rest = word.slice(parseTypedWord(kept, 'bash').text.length);
  const escaped =
    openQuote === "'"
      ? rest.replaceAll("'", String.raw`'\''`)
      : // Only single quotes prevent history expansion.
        rest.replace(/[\\"$`]/g, '\\$&').replace(/!+/g, `"'$&'"`);
  // readline merges a quote at the start with the open quote, and takes one at the end for the closing quote.
  const [first, last] = [escaped.startsWith(openQuote), escaped.endsWith(openQuote)];
  return `${first ? openQuote : ''}${escaped}${last ? openQuote : ''}`;
}
