import { MAX_VALIDITY } from '../aws-limits.ts';
import type { Extremes } from '../measurement/measurement.ts';
import { findExtremes, minBy } from '../measurement/statistics.ts';
import type { Instant, JobRun, Seconds } from '../model.ts';
import { secondsBetween } from '../time/instant.ts';

export type FinishedRun = JobRun & { end: NonNullable<JobRun['end']> };

/** A run without a recorded end that may still be running. */
export interface RunningRun {
  run: JobRun;
  elapsedSeconds: Seconds;
}

/** The duration of the longest run. It is a lower bound if that run is still running. */
export interface MeasuredJobDuration {
  seconds: Seconds;
  isLowerBound: boolean;
}

/** Summary of the recorded runs of one job. */
export interface JobRunSummary {
  runCount: number;
  /** Runs without a recorded end: still running, or killed together with cred-watch. */
  unfinishedCount: number;
  /** Runs with an exit code other than 0. */
  failedCount: number;
  /** Null if no run has ended. */
  finished: {
    duration: Extremes;
    /** The earliest one if several took equally long. */
    longest: FinishedRun;
    /** The run with the least remaining validity at its end. Negative: the credentials expired before. */
    leastRemainingRun: FinishedRun;
  } | null;
  /** The longest of the running runs. Only the newest run of each host can be running. */
  running: RunningRun | null;
  /** Null if no run ended with exit code 0, because a failed run may have ended early. */
  measuredDuration: MeasuredJobDuration | null;
}

export function summariseJobRuns(runs: readonly JobRun[], now: Instant): JobRunSummary {
  const ordered = runs.toSorted(byStart);
  const ended = ordered.filter((run): run is FinishedRun => run.end !== null);
  const finished = summariseFinished(ended);
  const running = findRunning(ordered, now);
  const hasSucceeded = ended.some(({ end }) => end.exitCode === 0);
  return {
    runCount: runs.length,
    unfinishedCount: runs.length - ended.length,
    failedCount: ended.filter(({ end }) => end.exitCode !== 0).length,
    finished,
    running,
    measuredDuration:
      finished !== null && hasSucceeded ? measureDuration(finished.duration.max, running) : null,
  };
}

/** Breaks ties by content, so that the result does not depend on the order of the input. */
function byStart(a: JobRun, b: JobRun): number {
  if (a.startedAt !== b.startedAt) return a.startedAt - b.startedAt;
  const [one, other] = [JSON.stringify(a), JSON.stringify(b)];
  return one < other ? -1 : one > other ? 1 : 0;
}

function summariseFinished(runs: readonly FinishedRun[]): JobRunSummary['finished'] {
  const duration = findExtremes(Float64Array.from(runs, ({ end }) => end.duration));
  const longest = minBy(runs, ({ end }) => -end.duration);
  const leastRemainingRun = minBy(runs, ({ end }) => end.remainingAtEnd);
  if (duration === null || longest === null || leastRemainingRun === null) return null;
  return { duration, longest, leastRemainingRun };
}

/** A run has ended if a later run of the same host exists, even if its end was not recorded. */
function findRunning(runs: readonly JobRun[], now: Instant): RunningRun | null {
  const newest = new Map<string, Instant>();
  for (const { identity, startedAt } of runs) {
    newest.set(identity.host, Math.max(startedAt, newest.get(identity.host) ?? startedAt));
  }
  const running = runs
    .filter(({ identity, startedAt, end }) => end === null && startedAt === newest.get(identity.host))
    .map((run): RunningRun => ({ run, elapsedSeconds: secondsBetween(run.startedAt, now) }))
    // A negative time comes from a clock that is behind. Runs over 36 hours have ended without a record.
    .filter(({ elapsedSeconds }) => elapsedSeconds >= 0 && elapsedSeconds <= MAX_VALIDITY);
  return minBy(running, ({ elapsedSeconds }) => -elapsedSeconds);
}

const measureDuration = (longest: Seconds, running: RunningRun | null): MeasuredJobDuration =>
  running !== null && running.elapsedSeconds > longest
    ? { seconds: running.elapsedSeconds, isLowerBound: true }
    : { seconds: longest, isLowerBound: false };
