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

export interface LastPoll {
  at: Instant;
  ageSeconds: Seconds;
  /** The poller seems to have stopped. Samples of `check`, `exec` or `env` are newer, and hide that. */
  isHidden: boolean;
  failure: FailingSource | null;
}

/** Clocks that were corrected move a sample by less. */
const SAME_SAMPLE: Seconds = 60;

export function findLastPoll(
  failure: FailingSource | null,
  measured: { lastSample: Instant; ageSeconds: Seconds } | null,
  { polledAt, measurement, findings }: SeriesAnalysis,
  now: Instant,
): LastPoll | null {
  if (failure !== null) {
    // Failed polls are stored with the time of the host's clock.
    const at = measurement === null ? failure.lastAt : correctHostTime(failure.lastAt, measurement);
    const readAt = measurement === null ? now : correctNow(now, measurement);
    return { at, ageSeconds: secondsBetween(at, readAt), isHidden: false, failure };
  }
  if (measured === null) return null;
  const { lastSample: at, ageSeconds } = measured;
  const pollAge = polledAt === undefined ? ageSeconds : secondsBetween(polledAt, now);
  if (polledAt === undefined || pollAge <= ageSeconds + SAME_SAMPLE)
    return { at, ageSeconds, isHidden: false, failure: null };
  const isHidden = findings.some(({ code }) => code === 'POLLS_STOPPED');
  return { at: polledAt, ageSeconds: pollAge, isHidden, failure: null };
}
