import { FAILURE_REASONS, SESSION_LIMITS, SOURCE_NAMES } from '../../domain/model.ts';

/** The last instant of an ECMAScript date. No stored number is larger. */
const MAX_NUMBER = 8_640_000_000_000_000;

const isText = (value: unknown) => typeof value === 'string';
const createNameCheck = (names: readonly string[]) => (value: unknown) =>
  names.some((name) => name === value);

/** The checks of columns that are not numbers, by the name of the field. */
const CHECKS: Readonly<Record<string, (value: unknown) => boolean>> = {
  host: isText,
  source: createNameCheck(SOURCE_NAMES),
  apiVersion: isText,
  role: isText,
  machine: isText,
  sessionLimit: createNameCheck(['', ...SESSION_LIMITS]),
  accessKeyId: isText,
  reason: createNameCheck(FAILURE_REASONS),
  detail: isText,
  lastDetail: isText,
  job: isText,
  process: isText,
  client: isText,
  program: isText,
  user: isText,
  address: isText,
  key: isText,
  kind: isText,
  digest: isText,
  lastError: isText,
  rejection: isText,
  state: isText,
  day: isText,
};

export const isStoredNumber = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && Math.abs(value) <= MAX_NUMBER;

const isNumberOrNull = (value: unknown) => value === null || isStoredNumber(value);

/**
 * Returns the number, or NaN for null.
 * @param name the name of the field
 * @throws Error with the code SQLITE_MISMATCH
 */
export function checkNumber(name: string, value: unknown): number {
  if (!isNumberOrNull(value)) throw createMismatchError(name);
  return value === null ? Number.NaN : Number(value);
}

/**
 * Returns the number, which is never null.
 * @param name the name of the field
 * @throws Error with the code SQLITE_MISMATCH
 */
export function requireNumber(name: string, value: unknown): number {
  if (value === null) throw createMismatchError(name);
  return checkNumber(name, value);
}

export function checkText(name: string, value: unknown): string {
  if (typeof value !== 'string') throw createMismatchError(name);
  return value;
}

/** The error for a damaged value: a database from this program has no such value. */
export const createMismatchError = (name: string): Error =>
  Object.assign(new Error(`${name} has a value of another type`), { code: 'SQLITE_MISMATCH' });

/**
 * Returns the row. SQLite accepts values of any type in any column, so a damaged database or a hostile one can
 * return other types than the schema declares.
 * @throws Error with the code SQLITE_MISMATCH
 */
export const checkRow = <T extends object>(row: T): T => checkKeyRow(row, []);

/**
 * As {@link checkRow}, for a table whose columns belong to its key.
 * @param optional names of the numbers that are `''` if they are absent
 */
export function checkKeyRow<T extends object>(row: T, optional: readonly (keyof T & string)[]): T {
  for (const [name, value] of Object.entries(row)) {
    if (value === '' && optional.some((each) => each === name)) continue;
    const isValid = Object.hasOwn(CHECKS, name) ? CHECKS[name] : isNumberOrNull;
    if (isValid?.(value)) continue;
    throw createMismatchError(name);
  }
  return row;
}
