import type { Extremes } from '../../domain/measurement/measurement.ts';
import type { Instant, Seconds, SeriesIdentity } from '../../domain/model.ts';
import { formatDuration, formatShortDuration } from '../../domain/time/duration.ts';
import { floorToSecond, formatInstant } from '../../domain/time/instant.ts';
import type { AssessedJob } from '../../domain/verdict/assessment.ts';
import { escapeUnprintable } from './untrusted-text.ts';

/** `2015-11-18 08:03:35Z`, without fractions of a second. */
export function formatTimestamp(instant: Instant): string {
  return formatInstant(floorToSecond(instant)).replace('T', ' ');
}

/** Omits the date if it is the date of `now`: `08:03:35Z`. */
export function formatShortTimestamp(instant: Instant, now: Instant): string {
  const [timestamp, today] = [formatTimestamp(instant), formatTimestamp(now)];
  return timestamp.slice(0, 10) === today.slice(0, 10) ? timestamp.slice(11) : timestamp;
}

/** ISO 8601 for machine output. */
export const formatNullableInstant = (instant: Instant | null) =>
  instant === null ? null : formatInstant(instant);

/** `2015-11-18 08:03:35Z to 09:00:00Z`. Omits the second date if both are equal. */
export function formatSpan(from: Instant, to: Instant): string {
  const [begin, end] = [formatTimestamp(from), formatTimestamp(to)];
  return `${begin} to ${begin.slice(0, 10) === end.slice(0, 10) ? end.slice(11) : end}`;
}

/** `99.94%`. Rounds down, so that only a share of 1 is shown as 100%. */
export function formatShare(share: number): string {
  // The addend corrects shares such as 0.57, whose product is just below a whole number.
  const hundredths = Math.floor(share * 10_000 + 1e-9);
  return `${Number((hundredths / 100).toFixed(2))}%`;
}

/** Between the parts of one line. */
export const getSeparator = (isAsciiOnly: boolean) => (isAsciiOnly ? ', ' : ' · ');

export const formatExtremes = ({ min, median, max }: Extremes, isAsciiOnly: boolean) =>
  [`${formatDuration(min)} min`, `${formatDuration(median)} median`, `${formatDuration(max)} max`].join(
    getSeparator(isAsciiOnly),
  );

/** `i-0abc · imds v2 · loader`, without unknown parts. */
export function formatSeriesName(
  { host, source, apiVersion, role }: SeriesIdentity,
  { isAsciiOnly } = { isAsciiOnly: false },
): string {
  const api = apiVersion === '' ? source : `${source} v${apiVersion}`;
  return [host, api, role]
    .filter((part) => part !== '')
    .map(escapeUnprintable)
    .join(getSeparator(isAsciiOnly));
}

/** `nightly (4h02m)`, or `5h` for a job without a name. */
export function formatJob({ name, job }: Pick<AssessedJob, 'name' | 'job'>): string {
  const length = job === null ? 'of unknown length' : formatShortDuration(job.duration);
  return name === null ? length : `${escapeUnprintable(name)} (${length})`;
}

/** `4h 59m 36s left`, `EXPIRED 3m 00s ago`. */
export const formatRemaining = (remaining: Seconds) =>
  remaining < 0 ? `EXPIRED ${formatDuration(-remaining)} ago` : `${formatDuration(remaining)} left`;

/** `1,234`. */
export const formatNumber = (value: number): string => value.toLocaleString('en-US');

/** `1 gap`, `2 gaps`. */
export function formatCount(count: number, singular: string, plural = `${singular}s`): string {
  return `${formatNumber(count)} ${count === 1 ? singular : plural}`;
}
