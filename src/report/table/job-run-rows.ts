import type { AssessedJob } from '../../domain/verdict/assessment.ts';
import type { ReportContext } from '../context.ts';
import {
  describeJobRuns,
  describeLeastRemainingRun,
  describeLongestRun,
  describeRunningRun,
} from '../messages/job-runs.ts';
import { formatExtremes } from '../text/format-values.ts';
import type { Palette } from './colour.ts';
import type { LabelledRow } from './layout.ts';

/** What is recorded of the runs of a job; nothing where none is. */
export function buildJobRunRows(
  { name, runs, isDurationFromRuns }: AssessedJob,
  { isAsciiOnly }: Pick<ReportContext, 'isAsciiOnly'>,
  colours: Palette,
): LabelledRow[] {
  if (runs === null || runs.runCount === 0) return [];
  const { finished, running, measuredDuration } = runs;
  const rows: LabelledRow[] = [['job', describeJobRuns(name!, runs)]];
  if (running !== null) {
    rows.push([
      'newest run',
      describeRunningRun(running, isDurationFromRuns && measuredDuration?.isLowerBound === true),
    ]);
  }
  if (finished === null) return rows;
  const { duration: durations, longest, leastRemainingRun } = finished;
  const closestCall = describeLeastRemainingRun(leastRemainingRun);
  return [
    ...rows,
    ['duration', formatExtremes(durations, isAsciiOnly)],
    [
      'longest run',
      describeLongestRun(longest, isDurationFromRuns && measuredDuration?.isLowerBound === false),
    ],
    ['least time left', leastRemainingRun.end.remainingAtEnd < 0 ? colours.bad(closestCall) : closestCall],
  ];
}
