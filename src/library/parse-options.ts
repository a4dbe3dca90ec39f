import { type Instant, type Seconds, SOURCE_NAMES, type SourceName } from '../domain/model.ts';
import { findNameProblem } from '../domain/name.ts';
import { isTooLongDuration, parseDuration } from '../domain/time/duration.ts';
import { readMoment } from '../domain/time/moment.ts';
import { DEFAULT_MARGIN, minRotationsFor, parseConfidence } from '../domain/verdict/job.ts';
import type { Job } from '../domain/verdict/job-verdict.ts';
import type { Freshness } from '../domain/verdict/series-analysis.ts';
import { CredWatchError } from '../errors.ts';

/** A text (`'90s'`, `'15m'`, `'1h30m'`, `'5h'`, `'7d'`, `'0'`, `'PT5H'`) or a whole number of seconds. */
export type Duration = string | Seconds;

/** A share (`0.95`) or a text (`'95%'`), between 0 and 1 and neither of them. */
export type Confidence = number | string;

/**
 * A `Date`, milliseconds since 1970, or a text: exactly (`'2026-01-31T12:00:00Z'`), a day (`'2026-01-31'`, in UTC) or
 * how long ago (`'7d'`).
 */
export type Moment = Date | Instant | string;

/** @throws CredWatchError for anything that is not a whole duration of at most a hundred years */
function toSeconds(given: Duration, what: string): Seconds {
  // A number and the text of it in seconds have the same bounds.
  const text = typeof given === 'number' && Number.isInteger(given) && given >= 0 ? `${given}s` : given;
  const seconds = typeof text === 'string' ? parseDuration(text.trim()) : null;
  if (seconds !== null) return seconds;
  const isTooLong = typeof text === 'string' && isTooLongDuration(text.trim());
  throw new CredWatchError(
    `${what} ${quoted(given)} is ${isTooLong ? 'too long' : 'not a duration'}`,
    isTooLong
      ? 'use a hundred years (36525d) or less'
      : "use '90s', '15m', '1h30m', '5h', '7d' or 'PT5H', or a whole number of seconds",
  );
}

/** @throws CredWatchError for no time at all, too */
export function parsePositiveSeconds(given: Duration, what: string): Seconds {
  const seconds = toSeconds(given, what);
  if (seconds > 0) return seconds;
  throw new CredWatchError(`${what} ${quoted(given)} is no time at all`, 'use 1s or more');
}

export const parseMaxAge = (given: Duration | null | undefined): Freshness['maxAge'] =>
  given === undefined ? 'default' : given === null ? null : toSeconds(given, 'maxAge');

/** @throws CredWatchError where either is not a duration */
export const parseJob = (duration: Duration, margin: Duration = DEFAULT_MARGIN): Job => ({
  duration: toSeconds(duration, 'the duration'),
  margin: toSeconds(margin, 'the margin'),
});

/** @throws CredWatchError where it is none */
export function parseMinRotations(given: Confidence | undefined): number {
  if (given === undefined) return 1;
  const share = typeof given === 'string' ? parseConfidence(given.trim()) : given;
  if (typeof share === 'number' && share > 0 && share < 1) return minRotationsFor(share);
  throw new CredWatchError(`the confidence ${quoted(given)} is not a confidence`, "use '95%' or 0.95");
}

/** @throws CredWatchError where it is none */
export function parseInstantOption(
  given: Moment,
  now: Instant,
  end: 'first' | 'last',
  what: string,
): Instant {
  const instant =
    typeof given === 'string' ? readMoment(given, now, end) : given instanceof Date ? given.getTime() : given;
  if (typeof instant === 'number' && Number.isSafeInteger(instant)) return instant;
  throw new CredWatchError(
    `${what} ${quoted(given)} is not a time`,
    "use a Date, milliseconds, a moment ('2026-01-31T12:00:00Z'), a day ('2026-01-31') or how long ago ('7d')",
  );
}

/** @throws CredWatchError where it is none */
export function validateName(given: string, what: string): string {
  const fault = typeof given === 'string' ? findNameProblem(given) : 'use a text';
  if (fault === null) return given;
  throw new CredWatchError(`${what} is not a name`, fault);
}

/** @throws CredWatchError where there is none of that name */
export function validateSourceName(given: SourceName): SourceName {
  if (SOURCE_NAMES.includes(given)) return given;
  throw new CredWatchError(
    `the source ${quoted(given)} is not known`,
    `use one of ${SOURCE_NAMES.join(', ')}`,
  );
}

/** Only what can be a slip of the pen: of anything else no more than its type. */
const quoted = (given: unknown): string =>
  typeof given === 'string' && given.length <= 40
    ? JSON.stringify(given)
    : typeof given === 'number'
      ? String(given)
      : `(of type ${given === null ? 'null' : typeof given})`;
