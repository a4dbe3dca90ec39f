import type { Instant, Seconds, SeriesIdentity } from '../../domain/model.ts';
import { formatDuration } from '../../domain/time/duration.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import type { AssessedJob } from '../../domain/verdict/assessment.ts';
import { escapeUnprintable } from '../../untrusted-text.ts';
import { UTC_TIMES } from './time-format.ts';

/** Times of output that has no `--timezone`. */
export const {
  timestamp: formatTimestamp,
  shortTimestamp: formatShortTimestamp,
  span: formatSpan,
} = UTC_TIMES;

/** ISO 8601 for machine output. */
export const formatNullableInstant = (instant: Instant | null) =>
  instant === null ? null : formatInstant(instant);

/** `99.94%`. Rounds down, so that only a share of 1 is shown as 100%. */
export function formatShare(share: number): string {
  // The addend corrects shares such as 0.57, whose product is just below a whole number.
  const hundredths = Math.floor(share * 10_000 + 1e-9);
  return `${Number((hundredths / 100).toFixed(2))}%`;
}

/** `0.98%`: the remainder of {@link formatShare} to 100%. Rounds up, so that only a share of 1 has the remainder 0. */
export function formatRemainingShare(share: number): string {
  const hundredths = 10_000 - Math.floor(share * 10_000 + 1e-9);
  return `${Number((hundredths / 100).toFixed(2))}%`;
}

/** `0.021%`: a small share with two significant digits, rounded up. */
export function formatPercentage(share: number): string {
  const percent = share * 100;
  if (percent < 0.001) return 'below 0.001%';
  const digits = Math.max(0, 1 - Math.floor(Math.log10(percent)));
  return `${Number((Math.ceil(percent * 10 ** digits - 1e-9) / 10 ** digits).toFixed(digits))}%`;
}

/** Between the parts of one line. */
export const SEPARATOR = ' · ';

/** `i-0abc · imds v2 · loader`, without unknown parts. */
export function formatSeriesName(
  { host, source, apiVersion, role }: SeriesIdentity,
  separator = SEPARATOR,
): string {
  const api = apiVersion === '' ? source : `${source} v${apiVersion}`;
  return [host, api, role]
    .filter((part) => part !== '')
    .map(escapeUnprintable)
    .join(separator);
}

/** `nightly (4h 02m)`, or `5h` for a job without a name. */
export function formatJob({ name, job }: Pick<AssessedJob, 'name' | 'job'>): string {
  const length = job === null ? 'of unknown length' : formatDuration(job.duration);
  return name === null ? length : `${escapeUnprintable(name)} (${length})`;
}

/** `4h 59m 36s left`, `EXPIRED 3m ago`. */
export const formatRemaining = (remaining: Seconds) =>
  remaining < 0 ? `EXPIRED ${formatDuration(-remaining)} ago` : `${formatDuration(remaining)} left`;

/** `1,234`, for whole numbers. `toLocaleString` would load ICU, which takes 10 ms. */
export const formatNumber = (value: number): string => String(value).replace(/\B(?=(?:\d{3})+$)/g, ',');

/** `a, b and c`. */
export const joinWords = (words: readonly string[], conjunction = 'and'): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${conjunction} ${words.at(-1)}`;

/** `1 gap`, `2 gaps`. */
export const formatCount = (count: number, noun: string): string =>
  `${formatNumber(count)} ${noun}${count === 1 ? '' : 's'}`;

/**
 * `ASIA…7QXK`: enough to recognise credentials. Short ids are hidden completely, and so are ids of an unknown form,
 * which can be secret keys. A digest of such an id is shown in full.
 */
export function maskKeyId(accessKeyId: string): string {
  // Digests, and the masked key ids of Parquet files.
  if (/^(?:sha256:[\da-f]{16}|[A-Z\d]{4}\u2026[A-Z\d]{4})$/.test(accessKeyId)) return accessKeyId;
  return /^[A-Z\d]{12,}$/.test(accessKeyId) ? `${accessKeyId.slice(0, 4)}…${accessKeyId.slice(-4)}` : '…';
}

/** Escapes `text` and cuts it to `width` characters. The first cut limits the work on very long input. */
export function truncateText(text: string, width: number): string {
  const characters = [...escapeUnprintable(text.slice(0, 2 * width + 2))];
  return characters.length > width ? `${characters.slice(0, width - 1).join('')}…` : characters.join('');
}

export const formatUserAgent = (userAgent: string, width: number) =>
  userAgent === '' ? 'no User-Agent' : truncateText(userAgent, width);
