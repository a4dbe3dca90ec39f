import type { Safety } from '../../domain/verdict/job-verdict.ts';

/** The few colours of a report; `plain` where they are not wanted. */
export interface Palette {
  good(text: string): string;
  bad(text: string): string;
  warning(text: string): string;
  bold(text: string): string;
  dim(text: string): string;
}

const wrap = (open: number, close: number) => (text: string) => `\u001b[${open}m${text}\u001b[${close}m`;
const same = (text: string) => text;

/** The terminal's own colours, so that they suit light and dark alike. */
const COLOURED: Palette = {
  good: wrap(32, 39),
  bad: wrap(31, 39),
  warning: wrap(33, 39),
  bold: wrap(1, 22),
  dim: wrap(2, 22),
};

const PLAIN: Palette = { good: same, bad: same, warning: same, bold: same, dim: same };

/** The line that says whether to start. */
export const paintBySafety = (answer: Safety, text: string, { bold, good, bad, warning }: Palette) =>
  bold({ safe: good, 'not-safe': bad, unknown: warning }[answer](text));

export const createPalette = (colour: boolean): Palette => (colour ? COLOURED : PLAIN);
