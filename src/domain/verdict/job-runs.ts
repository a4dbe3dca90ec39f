import type { Extremes } from '../measurement/measurement.ts';
import { median, minBy } from '../measurement/statistics.ts';
import type { Instant, JobRun, Seconds } from '../model.ts';
import { secondsBetween } from '../time/instant.ts';

/**
 * No temporary credentials live longer (`GetSessionToken`, `GetFederationToken`). A run without an end that began before
 * has lost its copy, or was killed together with us: it must not count for ever.
 */
const LONGEST_VALIDITY: Seconds = 36 * 3600;

export type FinishedRun = JobRun & { end: NonNullable<JobRun['end']> };

/** A run that has not ended, as far as is known, and for how long it has gone on. */
export interface RunningRun {
  run: JobRun;
  elapsedSeconds: Seconds;
}

/** How long a job takes, as far as its runs tell; a lower bound where the one that gave it goes on. */
export interface MeasuredJobDuration {
  seconds: Seconds;
  isLowerBound: boolean;
}

/** What the recorded runs of one job come to. */
export interface JobRunSummary {
  runCount: number;
  /** No end was recorded: still running, or killed together with whoever watched. */
  unfinishedCount: number;
  /** Ended with an exit code other than 0. */
  failedCount: number;
  /** Null where no run has ended. */
  finished: {
    duration: Extremes;
    /** The earliest of several that took as long. */
    longest: FinishedRun;
    /** The one with the least validity left when it ended; below 0 it outlived its credentials. */
    leastRemainingRun: FinishedRun;
  } | null;
  /** Of the newest runs, one a host, the one that has gone on for longest; null where none goes on. */
  running: RunningRun | null;
  /** Null where no run has ended with exit code 0: what failed may have failed early. */
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
    measuredDuration: finished !== null && hasSucceeded ? lengthOf(finished.duration.max, running) : null,
  };
}

/** Whatever order runs come in, of those that are alike the same one is told. */
function byStart(a: JobRun, b: JobRun): number {
  if (a.startedAt !== b.startedAt) return a.startedAt - b.startedAt;
  const [one, other] = [JSON.stringify(a), JSON.stringify(b)];
  return one < other ? -1 : one > other ? 1 : 0;
}

function summariseFinished(runs: readonly FinishedRun[]): JobRunSummary['finished'] {
  const shortest = minBy(runs, ({ end }) => end.duration);
  const longest = minBy(runs, ({ end }) => -end.duration);
  const closest = minBy(runs, ({ end }) => end.remainingAtEnd);
  const middle = median(runs.map(({ end }) => end.duration));
  if (shortest === null || longest === null || closest === null || middle === null) return null;
  const duration = { min: shortest.end.duration, median: middle, max: longest.end.duration };
  return { duration, longest, leastRemainingRun: closest };
}

/** What another run of the same host has followed goes on no more: its end was lost. */
function findRunning(runs: readonly JobRun[], now: Instant): RunningRun | null {
  const newest = new Map<string, Instant>();
  for (const { identity, startedAt } of runs) {
    newest.set(identity.host, Math.max(startedAt, newest.get(identity.host) ?? startedAt));
  }
  const running = runs
    .filter(({ identity, startedAt, end }) => end === null && startedAt === newest.get(identity.host))
    .map((run): RunningRun => ({ run, elapsedSeconds: secondsBetween(run.startedAt, now) }))
    // Whoever asks may have another clock than the host: what has yet to start is of no length.
    .filter(({ elapsedSeconds }) => elapsedSeconds >= 0 && elapsedSeconds <= LONGEST_VALIDITY);
  return minBy(running, ({ elapsedSeconds }) => -elapsedSeconds);
}

const lengthOf = (longest: Seconds, running: RunningRun | null): MeasuredJobDuration =>
  running !== null && running.elapsedSeconds > longest
    ? { seconds: running.elapsedSeconds, isLowerBound: true }
    : { seconds: longest, isLowerBound: false };
