import type { Safety } from '../../domain/verdict/job-verdict.ts';

export type Palette = Record<'good' | 'bad' | 'warning' | 'bold' | 'dim', (text: string) => string>;

const wrap = (open: number, close: number) => (text: string) => `\u001b[${open}m${text}\u001b[${close}m`;
const keep = (text: string) => text;

/** ANSI colours without fixed RGB values, so that light and dark terminals show them readably. */
const COLOURED_PALETTE: Palette = {
  good: wrap(32, 39),
  bad: wrap(31, 39),
  warning: wrap(33, 39),
  bold: wrap(1, 22),
  dim: wrap(2, 22),
};

export const PLAIN_PALETTE: Palette = { good: keep, bad: keep, warning: keep, bold: keep, dim: keep };

export const createPalette = (hasColour: boolean): Palette => (hasColour ? COLOURED_PALETTE : PLAIN_PALETTE);

export const paintBySafety = (safety: Safety, text: string, { bold, good, bad, warning }: Palette) =>
  bold({ safe: good, 'not-safe': bad, unknown: warning }[safety](text));
