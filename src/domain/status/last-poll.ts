import type { FailureReason, Instant, Seconds, SourceName } from '../model.ts';
import { secondsBetween } from '../time/instant.ts';
import { correctHostTime, correctNow } from '../verdict/analyse.ts';
import type { SeriesAnalysis } from '../verdict/series-analysis.ts';

/** A host and source whose newest poll failed. */
export interface FailingSource {
  host: string;
  source: SourceName;
  reason: FailureReason;
  /** May be empty. */
  detail: string;
  /** By the host's clock. */
  lastAt: Instant;
  /** Also outside the selected period. False: no poll has succeeded, so the series can be a mistake. */
  hasSamples: boolean;
}

/**
 * Which samples `at` is about. `poll`: the command `poll` recorded the newest one of its own. `other-command`: only
 * commands such as `check` recorded samples. `import`: all samples are imported. `unknown`: the database does not store
 * which command recorded a sample, as in PostgreSQL.
 */
export type PollOrigin = 'poll' | 'other-command' | 'import' | 'unknown';

export interface LastPoll {
  origin: PollOrigin;
  at: Instant;
  ageSeconds: Seconds;
  /** The poller seems to have stopped. Samples of `check`, `exec` or `env` are newer, and hide that. */
  isHidden: boolean;
  failure: FailingSource | null;
}

/** Clocks that were corrected move a sample by less. */
const SAME_SAMPLE: Seconds = 60;

/** Whether the newest sample is not the one of the last poll, so another command recorded it. */
export const isAfterPoll = (lastSample: Instant, polledAt: Instant): boolean =>
  secondsBetween(polledAt, lastSample) > SAME_SAMPLE;

export function findLastPoll(
  failure: FailingSource | null,
  measured: { lastSample: Instant; ageSeconds: Seconds } | null,
  { polledAt, isPolled, measurement, findings }: SeriesAnalysis,
  now: Instant,
): LastPoll | null {
  if (failure !== null) {
    // Failed polls are stored with the time of the host's clock.
    const at = measurement === null ? failure.lastAt : correctHostTime(failure.lastAt, measurement);
    const readAt = measurement === null ? now : correctNow(now, measurement);
    return { origin: 'poll', at, ageSeconds: secondsBetween(at, readAt), isHidden: false, failure };
  }
  if (measured === null) return null;
  const { lastSample: at, ageSeconds } = measured;
  const newest = { at, ageSeconds, isHidden: false, failure: null };
  if (!isPolled) return { origin: 'import', ...newest };
  if (polledAt === undefined) return { origin: 'unknown', ...newest };
  if (polledAt === null) return { origin: 'other-command', ...newest };
  const pollAge = secondsBetween(polledAt, now);
  if (!isAfterPoll(now - ageSeconds * 1000, polledAt)) return { origin: 'poll', ...newest };
  const isHidden = findings.some(({ code }) => code === 'POLLS_STOPPED');
  return { origin: 'poll', at: polledAt, ageSeconds: pollAge, isHidden, failure: null };
}
