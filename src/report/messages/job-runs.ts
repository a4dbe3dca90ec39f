import { formatDuration as duration } from '../../domain/time/duration.ts';
import type { FinishedRun, JobRunSummary, RunningRun } from '../../domain/verdict/job-runs.ts';
import { formatCount, formatNumber, formatTimestamp } from '../text/format-values.ts';
import { escapeUnprintable } from '../text/untrusted-text.ts';

/** How many runs of a job there were, and what became of them. */
export function describeJobRuns(
  job: string,
  { runCount, failedCount, unfinishedCount }: JobRunSummary,
): string {
  const exceptions = [
    ...(failedCount > 0 ? [`${formatNumber(failedCount)} failed`] : []),
    ...(unfinishedCount > 0 ? [`${formatNumber(unfinishedCount)} without a recorded end`] : []),
  ];
  return [`${formatCount(runCount, 'run')} of ${escapeUnprintable(job)}`, ...exceptions].join(', ');
}

/** Which run it was that others are measured by. */
export function describeLongestRun(run: FinishedRun, isJudged: boolean): string {
  return `${writeRun(run)}, ${endingOf(run)}${isJudged ? '; its length is what was judged' : ''}`;
}

/** A run that goes on, and so may become the longest. To be read behind the words "newest run". */
export function describeRunningRun({ run, elapsedSeconds }: RunningRun, isJudged: boolean): string {
  const start = `it started at ${formatTimestamp(run.startedAt)} on ${escapeUnprintable(run.identity.host)}`;
  const judged = isJudged ? '; longer than any before it, and what was judged' : '';
  return `has not ended after ${duration(elapsedSeconds)}: ${start}${judged}`;
}

/** How close a job came to outliving its credentials, or by how much it did. */
export function describeLeastRemainingRun(run: FinishedRun): string {
  const { remainingAtEnd: remaining } = run.end;
  return remaining < 0
    ? `outlived its credentials by ${duration(-remaining)}: ${writeRun(run)}, ${endingOf(run)}`
    : `${duration(remaining)} left at the end of ${writeRun(run)}`;
}

const writeRun = ({ startedAt, identity, end }: FinishedRun) =>
  `the run of ${formatTimestamp(startedAt)} on ${escapeUnprintable(identity.host)}, ${duration(end.duration)} long`;

const endingOf = ({ end }: FinishedRun) => `exit code ${end.exitCode}`;
