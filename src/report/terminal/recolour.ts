import { JOINT } from './unbroken.ts';

/** A colour, or a character that is not a space. */
const PART = new RegExp(`\u001b\\[(\\d+)m|[^\\s${JOINT}]`, 'g');
const IS_BLANK = new RegExp(`[\\s${JOINT}]`);

/** The code that ends each style of the palette: 22 for bold and dim, 39 for colours. */
const findEnd = (code: number) => (code < 10 ? 22 : 39);
const isEnd = (code: number) => code === 22 || code === 39;
const toSequence = (code: number) => `\u001b[${code}m`;

/**
 * Adds the colours of a text to the same text after wrapping. Wrapping the text without colours makes sure that no line
 * ends within an escape sequence, and that colours never change the layout. Each line ends its colours.
 * @param wrapped differs from `text` only in colours and spaces
 */
export function recolour(wrapped: string, text: string): string {
  const parts = [...text.matchAll(PART)].map(([part, code]) => ({ part, code: code && Number(code) }));
  let next = 0;
  let active: number[] = [];
  const takeColours = (isTaken: (code: number) => boolean): string => {
    let sequences = '';
    for (; next < parts.length; next += 1) {
      const code = parts[next]?.code;
      if (typeof code !== 'number' || !isTaken(code)) break;
      active = isEnd(code) ? active.filter((each) => findEnd(each) !== code) : [...active, code];
      sequences += toSequence(code);
    }
    return sequences;
  };
  let result = '';
  for (const character of wrapped.split('')) {
    if (character === '\n') {
      const ends = active.toReversed().map((code) => toSequence(findEnd(code)));
      result += `${ends.join('')}\n${active.map(toSequence).join('')}`;
    } else if (IS_BLANK.test(character)) {
      result += character;
    } else {
      result += takeColours(() => true) + character;
      next += 1;
      result += takeColours(isEnd);
    }
  }
  return result + takeColours(() => true);
}
