import type { AssessedJob } from '../../domain/verdict/assessment.ts';
import { escapeUnprintable } from '../../untrusted-text.ts';
import {
  describeJobRuns,
  describeLeastRemainingRun,
  describeLongestRun,
  describeRunningRun,
  type JobRunStyle,
} from '../messages/job-runs.ts';
import { UTC_TIMES } from '../text/time-format.ts';
import { buildExtremesRow, type Row } from './row.ts';

/** The recorded runs of a job; empty without runs. */
export function listJobRunRows(
  { name, runs, isDurationFromRuns }: AssessedJob,
  { formatName = escapeUnprintable, times = UTC_TIMES }: Partial<JobRunStyle> = {},
): Row[] {
  if (name === null || runs === null || runs.runCount === 0) return [];
  const style = { formatName, times };
  const { finished, running, measuredDuration } = runs;
  const rows: Row[] = [['job', describeJobRuns(name, runs, formatName)]];
  if (running !== null) {
    const isJudged = isDurationFromRuns && measuredDuration?.isLowerBound === true;
    rows.push(['newest run', describeRunningRun(running, isJudged, style)]);
  }
  if (finished !== null) {
    const { duration, longest, leastRemainingRun: least } = finished;
    const isJudged = isDurationFromRuns && measuredDuration?.isLowerBound === false;
    const leastRow = ['least time left', describeLeastRemainingRun(least, style)] as const;
    rows.push(
      buildExtremesRow('duration', duration),
      ['longest run', describeLongestRun(longest, isJudged, style)],
      least.end.remainingAtEnd < 0 ? [...leastRow, '', 'bad'] : leastRow,
    );
  }
  return rows;
}
