import type { Extremes, JobRun } from './model.ts';
import { median, minBy } from './statistics.ts';

export type FinishedRun = JobRun & { end: NonNullable<JobRun['end']> };

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
    closest: FinishedRun;
  } | null;
}

export function summarise(runs: readonly JobRun[]): JobRunSummary {
  const finished = runs.filter((run): run is FinishedRun => run.end !== null);
  return {
    runCount: runs.length,
    unfinishedCount: runs.length - finished.length,
    failedCount: finished.filter(({ end }) => end.exitCode !== 0).length,
    finished: summariseFinished(finished.toSorted((a, b) => a.startedAt - b.startedAt)),
  };
}

function summariseFinished(runs: readonly FinishedRun[]): JobRunSummary['finished'] {
  const shortest = minBy(runs, ({ end }) => end.duration);
  const longest = minBy(runs, ({ end }) => -end.duration);
  const closest = minBy(runs, ({ end }) => end.remainingAtEnd);
  const middle = median(runs.map(({ end }) => end.duration));
  if (shortest === null || longest === null || closest === null || middle === null) return null;
  const duration = { min: shortest.end.duration, median: middle, max: longest.end.duration };
  return { duration, longest, closest };
}
