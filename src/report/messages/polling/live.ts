import type { StartNow, UnknownStartReason } from '../../../domain/live/series-now.ts';
import type { RotationForecast } from '../../../domain/measurement/forecast.ts';
import type { FailedPollCount, Instant } from '../../../domain/model.ts';
import { formatDuration as duration } from '../../../domain/time/duration.ts';
import type { Outlook } from '../../../domain/verdict/now-verdict.ts';
import { escapeUnprintable } from '../../../untrusted-text.ts';
import type { TimeFormat } from '../../text/time-format.ts';

// The script of the page uses these functions every second, with the clock of the server.

/** Values that change every second. `at` is the instant to which or from which they count. */
export const COUNTERS = {
  /** Remaining validity. */
  left: (at: Instant, now: Instant): string =>
    at > now ? duration(toSeconds(at - now)) : `expired ${duration(toSeconds(now - at))} ago`,
  /** For a job of the longest duration. */
  longest: (at: Instant, now: Instant): string => (at > now ? duration(toSeconds(at - now)) : 'none'),
  ago: (at: Instant, now: Instant): string => `${duration(toSeconds(now - at))} ago`,
  next: (at: Instant, now: Instant): string => (at > now ? `in ${duration(toSeconds(at - now))}` : 'due now'),
  /** A rotation is overdue after `latest`. */
  rotation: (at: Instant, now: Instant, latest: Instant): string => {
    if (now > latest) return `overdue for ${duration(toSeconds(now - latest))}`;
    return COUNTERS.next(at, now);
  },
} as const;

export type Counter = keyof typeof COUNTERS;

export const isCounter = (name: string | undefined): name is Counter =>
  name !== undefined && Object.hasOwn(COUNTERS, name);

/** Rounds down, so that a remaining time is never overstated. Not negative. */
const toSeconds = (milliseconds: number) => Math.max(0, Math.floor(milliseconds / 1000));

export const describeExpiration = (at: Instant, now: Instant, times: TimeFormat) =>
  `expires at ${times.shortTimestamp(at, now)}`;

/** Follows the countdown to a rotation. */
export const describeRotationRange = (
  { earliest, latest }: RotationForecast,
  now: Instant,
  times: TimeFormat,
): string =>
  earliest === latest
    ? `expected at ${times.shortTimestamp(latest, now)}`
    : `between ${times.shortTimestamp(earliest, now)} and ${times.shortTimestamp(latest, now)}`;

export function describePollFailure({ reason, lastDetail }: FailedPollCount): string {
  return `failed: ${reason}${lastDetail === '' ? '' : ` (${escapeUnprintable(lastDetail)})`}`;
}

/** Follows the countdown to a poll of another process. */
export const NEXT_POLL_EXPECTED = 'estimated from earlier pauses';

export const describeStartUntil = (until: Instant, now: Instant, times: TimeFormat) =>
  `yes, until ${times.shortTimestamp(until, now)}`;

/** Replaces {@link describeStartUntil} when the time has passed. */
export const describeMissedStart = (until: Instant, now: Instant, times: TimeFormat) =>
  `no: a start was safe until ${times.shortTimestamp(until, now)}`;

export function describeNoStart({ shortfall, outlook }: Extract<StartNow, { answer: 'no' }>): string {
  return `no: ${duration(shortfall)} short${OUTLOOKS[outlook]}`;
}

const OUTLOOKS: Readonly<Record<Outlook, string>> = {
  now: '',
  'after-rotation': ', safe after the next rotation',
  'perhaps-after-rotation': ', perhaps safe after the next rotation',
  never: ', and never safe: let the job refresh its credentials',
  unknown: '',
};

const UNKNOWN_STARTS: Readonly<Record<UnknownStartReason, string>> = {
  POLL_FAILED: 'the last poll failed',
  NO_SAMPLES: 'no sample yet',
  STALE_SAMPLES: 'the last sample is too old',
  SAMPLES_IN_FUTURE: 'the last sample is ahead of the clock',
  ISSUED_IN_FUTURE: 'LastUpdated is ahead of the clock',
  SEVERAL_ENDPOINTS: 'several endpoints answer',
};

export const describeUnknownStart = (reason: UnknownStartReason) => `unknown: ${UNKNOWN_STARTS[reason]}`;

/** Replaces an answer that needs a newer sample. */
export const describeStaleStart = (lastSampleAt: Instant, now: Instant, times: TimeFormat) =>
  `unknown: no sample since ${times.shortTimestamp(lastSampleAt, now)}`;
