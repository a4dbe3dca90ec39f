/** Characters of our own texts that ASCII lacks. */
const REPLACEMENTS: Readonly<Record<string, string>> = {
  '\u00a0': ' ',
  '\u00b1': '+/-',
  '\u00b7': ',',
  '\u00d7': 'x',
  '\u2013': '-',
  '\u2014': '-',
  '\u2026': '...',
  '\u2192': '->',
};

const NOT_ASCII = /[\u0080-\uffff]/;

/**
 * For terminals and logs without Unicode: `a · b` becomes `a, b`. Characters of names become `\u{e4}`, as in the output
 * of `ls` and git in such a locale, because other bytes would be shown wrongly or could end a control sequence.
 */
export const toAscii = (text: string): string =>
  NOT_ASCII.test(text)
    ? text
        .replace(/ ((?:\u001b\[\d+m)*)\u00b7/g, '$1,')
        .replace(
          /[\u0080-\u{10ffff}]/gu,
          (character) => REPLACEMENTS[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
        )
    : text;
