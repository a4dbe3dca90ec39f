import { COLOUR } from './unbroken.ts';

// These functions contain their expressions, because creating an expression with `\p` loads ICU.

/** Fullwidth and East Asian characters, and emoji. In doubt two columns, so that no line is too long. */
const isWide = (character: string): boolean =>
  /[\u1100-\u115f\u231a\u231b\u2329\u232a\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6b\uff01-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{1f100}-\u{1f2ff}\u{20000}-\u{3fffd}]|\p{Extended_Pictographic}|\p{Emoji_Presentation}/u.test(
    character,
  );

/** Combining marks, and the characters that join or modify others. */
const isWithoutColumn = (character: string): boolean => /\p{Mn}|\p{Me}|\p{Cf}/u.test(character);

/** Most texts: ASCII and the signs of our own messages. */
const hasOnlyNarrow = (text: string) => /^[ -~\u00b7\u2013\u2026\ue000]*$/.test(text);

/** The columns of one character in a terminal. */
const getColumns = (character: string): number => {
  if (isWithoutColumn(character)) return 0;
  return isWide(character) ? 2 : 1;
};

/** The columns that a text takes in a terminal. Colours take none. */
export function countColumns(text: string): number {
  const plain = text.replace(COLOUR, '');
  if (hasOnlyNarrow(plain)) return plain.length;
  let columns = 0;
  for (const character of plain) columns += getColumns(character);
  return columns;
}

/** Colours, spaces, or one character. */
const TOKEN = /(?:\u001b\[\d+m)+|\s+|./gu;

/** Ends a line within each word that is longer than this number of columns. */
export function breakLongWords(text: string, width: number): string {
  if (text.length <= width && hasOnlyNarrow(text)) return text;
  let result = '';
  let column = 0;
  const isNarrow = hasOnlyNarrow(text.replace(COLOUR, ''));
  for (const [token] of text.matchAll(TOKEN)) {
    if (token.startsWith('\u001b')) {
      result += token;
      continue;
    }
    if (/\s/.test(token)) column = 0;
    else {
      const columns = isNarrow ? 1 : getColumns(token);
      if (column > 0 && column + columns > width) {
        result += '\n';
        column = 0;
      }
      column += columns;
    }
    result += token;
  }
  return result;
}
