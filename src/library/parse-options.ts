// Every function of this file throws a CredWatchError INVALID_ARGUMENT if an option is invalid.
import { type Instant, type Seconds, SOURCE_NAMES, type SourceName } from '../domain/model.ts';
import { findNameProblem } from '../domain/name.ts';
import { isTooLongDuration, parseDuration } from '../domain/time/duration.ts';
import { parseInstant } from '../domain/time/instant.ts';
import { parseMoment } from '../domain/time/moment.ts';
import { parseShare } from '../domain/verdict/confidence.ts';
import { DEFAULT_MARGIN } from '../domain/verdict/job.ts';
import type { JobRequirement } from '../domain/verdict/job-verdict.ts';
import { CredWatchError } from '../errors.ts';
import type { SeriesFilter } from '../store/contract.ts';
import { isPeriodEmpty } from '../watch/stored-report.ts';
import { getSystemDefaults } from './system-defaults.ts';

/** A text (`'90s'`, `'15m'`, `'1h30m'`, `'5h'`, `'7d'`, `'0'`, `'PT5H'`) or a whole number of seconds. */
export type Duration = string | number;

/** A probability between 0 and 1, both excluded: a number (`0.95`) or a text (`'95%'`). */
export type Share = number | string;

/**
 * A `Date` or a text: a time (`'2026-01-31T12:00:00Z'`), a day in UTC (`'2026-01-31'`), or an age (`'7d'`:
 * seven days ago).
 */
export type Moment = Date | string;

export interface TimeOptions {
  /** The time of the report (default: the current time). */
  now?: Moment | undefined;
  /** Verdicts are `unknown` if the newest sample is older (default: 24 h if polled, else null: no limit). */
  maxAge?: Duration | null | undefined;
}

/** Selects series and a period. */
export interface SelectionOptions {
  host?: string | undefined;
  source?: SourceName | undefined;
  role?: string | undefined;
  /** The start of the period. A day means its first moment. */
  since?: Moment | undefined;
  /** The end of the period. A day means its last moment. */
  until?: Moment | undefined;
}

export const SELECTION_OPTIONS = { host: true, source: true, role: true, since: true, until: true } as const;

/**
 * Rejects unknown options, because a misspelt option must not be ignored. Also rejects missing options.
 * @param known every option of the type; the compiler reports a missing one
 */
export function assertKnownOptions<T extends object>(options: T, known: Record<keyof T, true>): void {
  if (typeof options !== 'object' || options === null) {
    throw createArgumentError(
      'the options are missing',
      `use an object with ${Object.keys(known).join(', ')}`,
    );
  }
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(known, name));
  if (unknown === undefined) return;
  throw createArgumentError(`unknown option ${quote(unknown)}`, `use ${Object.keys(known).join(', ')}`);
}

function parseSeconds(value: Duration, label: string): Seconds {
  // A number becomes a text, so that both have the same limits.
  const text = typeof value === 'number' && Number.isInteger(value) && value >= 0 ? `${value}s` : value;
  const seconds = typeof text === 'string' ? parseDuration(text.trim()) : null;
  if (seconds !== null) return seconds;
  const isTooLong = typeof text === 'string' && isTooLongDuration(text.trim());
  throw createArgumentError(
    `${label} ${quote(value)} is ${isTooLong ? 'too long' : 'not a duration'}`,
    isTooLong
      ? 'use at most a hundred years (36525d)'
      : "use '90s', '15m', '1h30m', '5h', '7d' or 'PT5H', or a whole number of seconds",
  );
}

/** Rejects 0. */
export function parsePositiveSeconds(value: Duration, label: string): Seconds {
  const seconds = parseSeconds(value, label);
  if (seconds > 0) return seconds;
  throw createArgumentError(`${label} ${quote(value)} is not longer than 0`, 'use 1s or more');
}

/** Null: no limit. Undefined: the default. */
export const parseMaxAge = (value: Duration | null | undefined): Seconds | null | undefined =>
  value === undefined || value === null ? value : parseSeconds(value, 'maxAge');

export const parseJob = (duration: Duration, margin: Duration = DEFAULT_MARGIN): JobRequirement => ({
  duration: parseSeconds(duration, 'the job duration'),
  margin: parseSeconds(margin, 'the margin'),
});

/** Parses a share greater than 0 and less than 1. Returns null without a share. */
export function parseShareOption(value: Share | undefined, label: string): number | null {
  if (value === undefined) return null;
  const share = typeof value === 'string' ? parseShare(value.trim()) : value;
  if (typeof share === 'number' && share > 0 && share < 1) return share;
  throw createArgumentError(`${label} ${quote(value)} is not between 0 and 1`, "use '95%' or 0.95");
}

export function parseInstantOption(
  value: Moment,
  now: Instant,
  end: 'first' | 'last',
  label: string,
): Instant {
  const instant =
    typeof value === 'string' ? parseMoment(value, now, end) : value instanceof Date ? value.getTime() : null;
  if (instant !== null && Number.isSafeInteger(instant)) return instant;
  throw createArgumentError(
    `${label} ${quote(value)} is not a time`,
    "use a Date, a time ('2026-01-31T12:00:00Z'), a day ('2026-01-31') or an age ('7d')",
  );
}

/** The option `now` (default: the current time). */
export function parseNow(option: Moment | undefined): Instant {
  const clockNow = getSystemDefaults().clock.now();
  return option === undefined ? clockNow : parseInstantOption(option, clockNow, 'first', 'now');
}

/** A time that only the caller knows. An age makes no sense for it, and a time without a zone could be too late. */
export function parseExpiresAt(value: Date | string | undefined): Instant | undefined {
  if (value === undefined) return undefined;
  const parsed = typeof value === 'string' ? parseInstant(value.trim()) : null;
  if (parsed?.zoneless) {
    throw createArgumentError(
      `expiresAt ${quote(value)} has no time zone`,
      'add Z, or an offset such as +01:00',
    );
  }
  const instant = value instanceof Date ? value.getTime() : (parsed?.instant ?? null);
  if (instant !== null && Number.isSafeInteger(instant)) return instant;
  throw createArgumentError(
    `expiresAt ${quote(value)} is not a time`,
    "use a Date or a time ('2026-01-31T12:00:00Z')",
  );
}

export function parseSelection(selection: SelectionOptions, now: Instant): SeriesFilter {
  assertKnownOptions(selection, SELECTION_OPTIONS);
  const { host, source, role, since, until } = selection;
  const filter = {
    host: host === undefined ? undefined : validateName(host, 'the host'),
    source: source === undefined ? undefined : validateSourceName(source),
    role: role === undefined ? undefined : validateName(role, 'the role'),
    since: since === undefined ? undefined : parseInstantOption(since, now, 'first', 'since'),
    until: until === undefined ? undefined : parseInstantOption(until, now, 'last', 'until'),
  };
  if (isPeriodEmpty(filter)) {
    throw createArgumentError('since is after until', 'swap since and until');
  }
  return filter;
}

export function validateName(value: string, label: string): string {
  const problem = typeof value === 'string' ? findNameProblem(value) : 'use a string';
  if (problem === null) return value;
  throw createArgumentError(`${label} is not a valid name`, problem);
}

function validateSourceName(value: SourceName): SourceName {
  if (SOURCE_NAMES.includes(value)) return value;
  throw createArgumentError(`unknown source ${quote(value)}`, `use one of ${SOURCE_NAMES.join(', ')}`);
}

export const createArgumentError = (message: string, hint: string): CredWatchError =>
  new CredWatchError(message, hint, { code: 'INVALID_ARGUMENT' });

/** Shows short texts and numbers. Of other values, which may contain a secret, it shows only the type. */
const quote = (value: unknown): string =>
  typeof value === 'string' && value.length <= 40
    ? JSON.stringify(value)
    : typeof value === 'number'
      ? String(value)
      : `(of type ${value === null ? 'null' : typeof value})`;
