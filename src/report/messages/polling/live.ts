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
  /** Soon after its time, the server reports the result. */
  next: (at: Instant, now: Instant): string => (at > now ? describeIn(at, now) : POLL_RUNS),
  /** In front of a time. */
  expires: (at: Instant, now: Instant): string => (at > now ? 'expires at' : 'expired at'),
  /** A rotation is overdue after `latest`. */
  rotation: (at: Instant, now: Instant, latest: Instant): string => {
    if (now - latest >= 1000) return `overdue for ${duration(toSeconds(now - latest))}`;
    return at > now ? describeIn(at, now) : 'due now';
  },
} as const;

export type Counter = keyof typeof COUNTERS;

export const isCounter = (name: string | undefined): name is Counter =>
  name !== undefined && Object.hasOwn(COUNTERS, name);

const describeIn = (at: Instant, now: Instant) => `in ${duration(toSeconds(at - now))}`;

/** Instead of the time of the next poll. */
export const POLL_RUNS = 'polling now';
export const NO_NEXT_POLL = 'no further poll';

/** Rounds down, so that a remaining time is never overstated. Not negative. */
const toSeconds = (milliseconds: number) => Math.max(0, Math.floor(milliseconds / 1000));

/** Without its script, the page keeps the values of the time at which it was served. */
export const describeFrozenPage = (now: Instant, times: TimeFormat) =>
  `as of ${times.clockTime(now, now)}: without JavaScript, this page does not change; reload it for new values`;

/** Follows the countdown to a rotation. */
export const describeRotationRange = (
  { earliest, latest }: RotationForecast,
  now: Instant,
  times: TimeFormat,
): string =>
  earliest === latest
    ? `expected at ${times.clockTime(latest, now)}`
    : earliest <= now && now < latest
      ? `between now and ${times.clockTime(latest, now)}`
      : `between ${times.clockTime(earliest, now)} and ${times.clockTime(latest, now)}`;

export function describePollFailure({ reason, lastDetail }: FailedPollCount): string {
  return `failed: ${reason}${lastDetail === '' ? '' : ` (${escapeUnprintable(lastDetail)})`}`;
}

export const describeStartUntil = (until: Instant, now: Instant, times: TimeFormat) =>
  `yes, until ${times.clockTime(until, now)}`;

/** Follows {@link describeStartUntil} if the verdict on all start times is not safe. */
export const ONLY_NOW = 'A start now is safe, but a start at another time may not be.';
/** Below a table with such answers. */
export const ONLY_NOW_IN_TABLE =
  'Where the answer is yes, a start now is safe, but a start at another time may not be.';

/** Replaces {@link describeStartUntil} when the time has passed. */
export const describeMissedStart = (until: Instant, now: Instant, times: TimeFormat) =>
  `no: a start was safe until ${times.clockTime(until, now)}`;

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

/** In front of a headline about all start times, beside the answer for a start now. */
export const ANY_START_TIME = 'If the job may start at any time';

/** Replaces an answer while the server of the page is away. */
export const describeFormerAnswer = (answer: string) => `was: ${answer}`;

/** The zone of all times in a block. */
export const describeZone = (now: Instant, times: TimeFormat) => `times in ${times.zoneAt(now)}`;

/** Replaces an answer that needs a newer sample. */
export const describeStaleStart = (lastSampleAt: Instant, now: Instant, times: TimeFormat) =>
  `unknown: no sample since ${times.clockTime(lastSampleAt, now)}`;
