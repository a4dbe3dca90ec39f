/**
 * The words of the first command in a line of shell, without quotes. Stops at an operator: `> /dev/null`, `;`, `&&`.
 * Variables and substitutions stay as they are, so this is only for commands that name files literally.
 */
export function splitShellWords(text: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let index = 0;
  while (index < text.length) {
    const character = text[index] ?? '';
    index += 1;
    if (character === "'" || character === '"') {
      const end = findQuoteEnd(text, index, character);
      word = (word ?? '') + unescapeQuoted(text.slice(index, end), character);
      index = end + 1;
    } else if (character === '\\') {
      word = (word ?? '') + (text[index] ?? '');
      index += 1;
    } else if (/\s/.test(character)) {
      if (word !== null) words.push(word);
      word = null;
    } else if (/[;&|<>()]/.test(character)) {
      // The number in front of a redirection, as in `2>`, is not a word.
      if (word !== null && !(/[<>]/.test(character) && /^\d$/.test(word))) words.push(word);
      return words;
    } else {
      word = (word ?? '') + character;
    }
  }
  return word === null ? words : [...words, word];
}

function findQuoteEnd(text: string, start: number, quote: string): number {
  for (let index = start; index < text.length; index += 1) {
    if (text[index] === '\\' && quote === '"') index += 1;
    else if (text[index] === quote) return index;
  }
  return text.length;
}

const unescapeQuoted = (text: string, quote: string): string =>
  quote === '"' ? text.replace(/\\([$`"\\])/g, '$1') : text;
