import type { Extremes } from '../../domain/measurement/measurement.ts';
import type { Instant, Seconds, SeriesIdentity } from '../../domain/model.ts';
import { formatDuration, formatShortDuration } from '../../domain/time/duration.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import type { AssessedJob } from '../../domain/verdict/assessment.ts';
import { escapeUnprintable } from './untrusted-text.ts';

/** `2015-11-18 08:03:35Z`; fractions of a second are for machines. */
export function formatTimestamp(instant: Instant): string {
  return formatInstant(Math.floor(instant / 1000) * 1000).replace('T', ' ');
}

/** The hour alone where it is of the same day as `now`. */
export function formatShortTimestamp(instant: Instant, now: Instant): string {
  const [written, today] = [formatTimestamp(instant), formatTimestamp(now)];
  return written.slice(0, 10) === today.slice(0, 10) ? written.slice(11) : written;
}

/** For machines; null where it is not known. */
export const formatNullableInstant = (instant: Instant | null) =>
  instant === null ? null : formatInstant(instant);

/** `from … to …`, without a date that both share. */
export function formatSpan(from: Instant, to: Instant): string {
  const [begin, end] = [formatTimestamp(from), formatTimestamp(to)];
  return `${begin} to ${begin.slice(0, 10) === end.slice(0, 10) ? end.slice(11) : end}`;
}

/** `99.94%`, cut and never rounded up: only what was always safe is 100%. */
export function formatShare(share: number): string {
  const hundredths = Math.floor(share * 10_000 + 1e-9);
  return `${Number((hundredths / 100).toFixed(2))}%`;
}

/** Between things that stand in one row. */
export const getSeparator = (ascii: boolean) => (ascii ? ', ' : ' · ');

export const formatExtremes = ({ min, median, max }: Extremes, ascii: boolean) =>
  [`${formatDuration(min)} min`, `${formatDuration(median)} median`, `${formatDuration(max)} max`].join(
    getSeparator(ascii),
  );

/** `i-0abc · imds v2 · loader`, without the parts that are not known. */
export function formatSeriesName(
  { host, source, apiVersion, role }: SeriesIdentity,
  { isAsciiOnly: ascii } = { isAsciiOnly: false },
): string {
  const api = apiVersion === '' ? source : `${source} v${apiVersion}`;
  return [host, api, role]
    .filter((part) => part !== '')
    .map(escapeUnprintable)
    .join(getSeparator(ascii));
}

/** `nightly (4h02m)`, or `5h` where only a length was given. */
export function formatJob({ name, job }: Pick<AssessedJob, 'name' | 'job'>): string {
  const length = job === null ? 'of unknown length' : formatShortDuration(job.duration);
  return name === null ? length : `${escapeUnprintable(name)} (${length})`;
}

/** `4h 59m 36s left`, `EXPIRED 3m 00s ago`. */
export const formatRemaining = (remaining: Seconds) =>
  remaining < 0 ? `EXPIRED ${formatDuration(-remaining)} ago` : `${formatDuration(remaining)} left`;

/** `1,234`. */
export const formatNumber = (value: number): string => value.toLocaleString('en-US');

export function formatCount(count: number, one: string, many = `${one}s`): string {
  return `${formatNumber(count)} ${count === 1 ? one : many}`;
}
