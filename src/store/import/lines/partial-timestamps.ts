/** What a text has in the place of a timestamp: a day, or a time of day. */
export type PartialTimestamp = 'date' | 'time';

const OPENER = String.raw`^[\s[("'<{=#*~+>-]*(?:[A-Za-z]{2,9}\s*[:=]\s*)?["'[(]?`;
const DATE = String.raw`${OPENER}(?:\d{4}([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([./])\d{1,2}\2\d{4})`;
const TIME = String.raw`${OPENER}\d{1,2}:\d\d:\d\d`;
const CLOSER = String.raw`[\s\])}>"'=#*~:;,-]*$`;

const STARTS_WITH_DATE = new RegExp(String.raw`${DATE}(?![\d./-])`);
const STARTS_WITH_TIME = new RegExp(String.raw`${TIME}(?![\d:])`);

/** A line that is a date and nothing else, for example a heading. */
export const DATE_ALONE = new RegExp(`${DATE}${CLOSER}`);
export const TIME_ALONE = new RegExp(`${TIME}${CLOSER}`);

/**
 * Finds a date without a time of day, or a time of day without a date, at the start of a line. Neither dates a
 * document.
 * @param text a text without a timestamp
 */
export function findPartialTimestamp(text: string): PartialTimestamp | null {
  if (STARTS_WITH_DATE.test(text)) return 'date';
  return STARTS_WITH_TIME.test(text) ? 'time' : null;
}
