import type { Safety } from '../../domain/verdict/job-verdict.ts';
import { toAscii } from '../text/ascii.ts';
import type { TextStyle } from './text-style.ts';

type Format = (text: string) => string;

type Colours = Record<'good' | 'bad' | 'warning' | 'bold' | 'dim', Format>;

export interface Palette extends Colours {
  /** Writes a text with the characters of the terminal. Layout comes after it, because the text can become longer. */
  encode: Format;
}

/** An empty text gets no colour, because cli-table3 cuts the escape sequences of a cell without characters. */
const wrap = (open: number, close: number) => (text: string) =>
  text === '' ? '' : `\u001b[${open}m${text}\u001b[${close}m`;
const keep = (text: string) => text;

/** ANSI colours without fixed RGB values, so that light and dark terminals show them readably. */
const COLOURED: Colours = {
  good: wrap(32, 39),
  bad: wrap(31, 39),
  warning: wrap(33, 39),
  bold: wrap(1, 22),
  dim: wrap(2, 22),
};

const PLAIN: Colours = { good: keep, bad: keep, warning: keep, bold: keep, dim: keep };

export const createPalette = ({ hasColour, isAsciiOnly }: Omit<TextStyle, 'width'>): Palette => ({
  ...(hasColour ? COLOURED : PLAIN),
  encode: isAsciiOnly ? toAscii : keep,
});

export const paintBySafety = (safety: Safety, text: string, { bold, good, bad, warning }: Palette) =>
  bold({ safe: good, 'not-safe': bad, unknown: warning }[safety](text));
