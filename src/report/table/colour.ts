import type { Answer } from '../../domain/verdict/job-verdict.ts';

/** The few colours of a report; `plain` where they are not wanted. */
export interface Palette {
  good(text: string): string;
  bad(text: string): string;
  unsure(text: string): string;
  strong(text: string): string;
  faint(text: string): string;
}

const wrap = (open: number, close: number) => (text: string) => `\u001b[${open}m${text}\u001b[${close}m`;
const same = (text: string) => text;

/** The terminal's own colours, so that they suit light and dark alike. */
const COLOURED: Palette = {
  good: wrap(32, 39),
  bad: wrap(31, 39),
  unsure: wrap(33, 39),
  strong: wrap(1, 22),
  faint: wrap(2, 22),
};

const PLAIN: Palette = { good: same, bad: same, unsure: same, strong: same, faint: same };

/** The line that says whether to start. */
export const paintAnswer = (answer: Answer, text: string, { strong, good, bad, unsure }: Palette) =>
  strong({ safe: good, 'not-safe': bad, unknown: unsure }[answer](text));

export const palette = (colour: boolean): Palette => (colour ? COLOURED : PLAIN);
