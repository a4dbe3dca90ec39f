/** The last instant of an ECMAScript date. No stored number is larger. */
const MAX_NUMBER = 8_640_000_000_000_000;

/** Longer names and messages are not from cred-watch. */
const MAX_TEXT = 65_536;

/** Whether a value of a database or a file, which other programs can have written, is a whole number of cred-watch. */
export const isStoredNumber = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && Math.abs(value) <= MAX_NUMBER;

/** Whether a value is a number that is not negative, with a fraction. */
export const isStoredFraction = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= MAX_NUMBER;

export const isStoredText = (value: unknown, maxLength = MAX_TEXT): value is string =>
  typeof value === 'string' && value.length <= maxLength;
