import { formatDuration as duration } from '../../domain/time/duration.ts';
import type { FinishedRun, JobRunSummary, RunningRun } from '../../domain/verdict/job-runs.ts';
import { formatCount, formatNumber } from '../text/format-values.ts';
import type { TimeFormat } from '../text/time-format.ts';

/** Writes the name of a host or a job in the syntax of a format. */
export type FormatName = (name: string) => string;

/** How a format writes runs. */
export interface JobRunStyle {
  formatName: FormatName;
  times: TimeFormat;
}

/** `4 runs of nightly, 1 failed, 1 without a recorded end`. */
export function describeJobRuns(
  jobName: string,
  { runCount, failedCount, unfinishedCount }: JobRunSummary,
  formatName: FormatName,
): string {
  return [
    `${formatCount(runCount, 'run')} of ${formatName(jobName)}`,
    ...(failedCount > 0 ? [`${formatNumber(failedCount)} failed`] : []),
    ...(unfinishedCount > 0 ? [`${formatNumber(unfinishedCount)} without a recorded end`] : []),
  ].join(', ');
}

/** @param isJudged the verdict uses the length of this run */
export function describeLongestRun(run: FinishedRun, isJudged: boolean, style: JobRunStyle): string {
  return `${describeRun(run, style)}, ${describeExitCode(run)}${isJudged ? '; the verdict uses this length' : ''}`;
}

/** @param isJudged the verdict uses the elapsed time of this run, because no finished run was longer */
export function describeRunningRun(
  { run, elapsedSeconds }: RunningRun,
  isJudged: boolean,
  { formatName, times }: JobRunStyle,
): string {
  const start = `started at ${times.timestamp(run.startedAt)} on ${formatName(run.identity.host)}`;
  const judged = isJudged ? '; longer than all finished runs, so the verdict uses this time' : '';
  return `${start}, not ended after ${duration(elapsedSeconds)}${judged}`;
}

/** Validity left when the run ended, or the time by which the run outlived its credentials. */
export function describeLeastRemainingRun(run: FinishedRun, style: JobRunStyle): string {
  const { remainingAtEnd: remaining } = run.end;
  const text = describeRun(run, style);
  return remaining < 0
    ? `outlived its credentials by ${duration(-remaining)}: ${text}, ${describeExitCode(run)}`
    : `${duration(remaining)} left at the end of the ${text}`;
}

const describeRun = ({ startedAt, identity, end }: FinishedRun, { formatName, times }: JobRunStyle) =>
  `run of ${times.timestamp(startedAt)} on ${formatName(identity.host)}, ${duration(end.duration)} long`;

const describeExitCode = ({ end }: FinishedRun) => `exit code ${end.exitCode}`;
