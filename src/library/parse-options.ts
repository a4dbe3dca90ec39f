// Every function of this file throws a CredWatchError INVALID_ARGUMENT if an option is invalid.
import { type Instant, type Seconds, SOURCE_NAMES, type SourceName } from '../domain/model.ts';
import { findNameProblem } from '../domain/name.ts';
import { isTooLongDuration, parseDuration } from '../domain/time/duration.ts';
import { parseMoment } from '../domain/time/moment.ts';
import { computeMinRotations, DEFAULT_MARGIN, parseConfidence } from '../domain/verdict/job.ts';
import type { Job } from '../domain/verdict/job-verdict.ts';
import type { Freshness } from '../domain/verdict/series-analysis.ts';
import { CredWatchError } from '../errors.ts';
import type { SeriesFilter } from '../store/contract.ts';
import { isPeriodEmpty } from '../watch/stored-report.ts';

/** A text (`'90s'`, `'15m'`, `'1h30m'`, `'5h'`, `'7d'`, `'0'`, `'PT5H'`) or a whole number of seconds. */
export type Duration = string | number;

/** A probability between 0 and 1, both excluded: a number (`0.95`) or a text (`'95%'`). */
export type Confidence = number | string;

/**
 * A `Date` or a text: a time (`'2026-01-31T12:00:00Z'`), a day in UTC (`'2026-01-31'`), or an age (`'7d'`:
 * seven days ago).
 */
export type Moment = Date | string;

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

/**
 * Rejects unknown options, because a misspelt option must not be ignored. Also rejects missing options.
 * @param known every option of the type; the compiler reports a missing one
 */
export function assertKnownOptions<T extends object>(given: T, known: Record<keyof T, true>): void {
  if (typeof given !== 'object' || given === null) {
    throw createArgumentError(
      'the options are missing',
      `use an object with ${Object.keys(known).join(', ')}`,
    );
  }
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(known, name));
  if (unknown === undefined) return;
  throw createArgumentError(`unknown option ${quote(unknown)}`, `use ${Object.keys(known).join(', ')}`);
}

function parseSeconds(given: Duration, what: string): Seconds {
  // A number becomes a text, so that both have the same limits.
  const text = typeof given === 'number' && Number.isInteger(given) && given >= 0 ? `${given}s` : given;
  const seconds = typeof text === 'string' ? parseDuration(text.trim()) : null;
  if (seconds !== null) return seconds;
  const isTooLong = typeof text === 'string' && isTooLongDuration(text.trim());
  throw createArgumentError(
    `${what} ${quote(given)} is ${isTooLong ? 'too long' : 'not a duration'}`,
    isTooLong
      ? 'use at most a hundred years (36525d)'
      : "use '90s', '15m', '1h30m', '5h', '7d' or 'PT5H', or a whole number of seconds",
  );
}

/** Rejects 0. */
export function parsePositiveSeconds(given: Duration, what: string): Seconds {
  const seconds = parseSeconds(given, what);
  if (seconds > 0) return seconds;
  throw createArgumentError(`${what} ${quote(given)} is not longer than 0`, 'use 1s or more');
}

export const parseMaxAge = (given: Duration | null | undefined): Freshness['maxAge'] =>
  given === undefined ? 'default' : given === null ? null : parseSeconds(given, 'maxAge');

export const parseJob = (duration: Duration, margin: Duration = DEFAULT_MARGIN): Job => ({
  duration: parseSeconds(duration, 'the job duration'),
  margin: parseSeconds(margin, 'the margin'),
});

export function parseMinRotations(given: Confidence | undefined): number {
  if (given === undefined) return 1;
  const share = typeof given === 'string' ? parseConfidence(given.trim()) : given;
  if (typeof share === 'number' && share > 0 && share < 1) return computeMinRotations(share);
  throw createArgumentError(`the confidence ${quote(given)} is not between 0 and 1`, "use '95%' or 0.95");
}

export function parseInstantOption(
  given: Moment,
  now: Instant,
  end: 'first' | 'last',
  what: string,
): Instant {
  const instant =
    typeof given === 'string' ? parseMoment(given, now, end) : given instanceof Date ? given.getTime() : null;
  if (instant !== null && Number.isSafeInteger(instant)) return instant;
  throw createArgumentError(
    `${what} ${quote(given)} is not a time`,
    "use a Date, a time ('2026-01-31T12:00:00Z'), a day ('2026-01-31') or an age ('7d')",
  );
}

export function parseSelection(selection: SelectionOptions, now: Instant): SeriesFilter {
  assertKnownOptions(selection, { host: true, source: true, role: true, since: true, until: true });
  const { host, source, role, since, until } = selection;
  const filter = {
    host: host === undefined ? host : validateName(host, 'the host'),
    source: source === undefined ? source : validateSourceName(source),
    role: role === undefined ? role : validateName(role, 'the role'),
    since: since === undefined ? since : parseInstantOption(since, now, 'first', 'since'),
    until: until === undefined ? until : parseInstantOption(until, now, 'last', 'until'),
  };
  if (isPeriodEmpty(filter)) {
    throw createArgumentError('since is after until', 'swap since and until');
  }
  return filter;
}

export function validateName(given: string, what: string): string {
  const problem = typeof given === 'string' ? findNameProblem(given) : 'use a string';
  if (problem === null) return given;
  throw createArgumentError(`${what} is not a valid name`, problem);
}

function validateSourceName(given: SourceName): SourceName {
  if (SOURCE_NAMES.includes(given)) return given;
  throw createArgumentError(`unknown source ${quote(given)}`, `use one of ${SOURCE_NAMES.join(', ')}`);
}

export const createArgumentError = (message: string, hint: string): CredWatchError =>
  new CredWatchError(message, hint, { code: 'INVALID_ARGUMENT' });

/** Shows short texts and numbers. Of other values, which may contain a secret, it shows only the type. */
const quote = (given: unknown): string =>
  typeof given === 'string' && given.length <= 40
    ? JSON.stringify(given)
    : typeof given === 'number'
      ? String(given)
      : `(of type ${given === null ? 'null' : typeof given})`;
