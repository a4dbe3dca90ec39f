import type { AssessedJob } from '../../domain/verdict/assessment.ts';
import type { ReportContext } from '../context.ts';
import {
  describeJobRuns,
  describeLeastRemainingRun,
  describeLongestRun,
  describeRunningRun,
} from '../messages/job-runs.ts';
import { formatExtremes } from '../text/format-values.ts';
import { type Palette, PLAIN_PALETTE } from './colour.ts';
import type { LabelledRow } from './layout.ts';

/** The recorded runs of a job; empty without runs. */
export function buildJobRunRows(
  { name, runs, isDurationFromRuns }: AssessedJob,
  { isAsciiOnly }: Pick<ReportContext, 'isAsciiOnly'>,
  colours: Palette,
): LabelledRow[] {
  if (name === null || runs === null || runs.runCount === 0) return [];
  const { finished, running, measuredDuration } = runs;
  const rows: LabelledRow[] = [['job', describeJobRuns(name, runs)]];
  if (running !== null) {
    const isJudged = isDurationFromRuns && measuredDuration?.isLowerBound === true;
    rows.push(['newest run', describeRunningRun(running, isJudged)]);
  }
  if (finished === null) return rows;
  const { duration, longest, leastRemainingRun } = finished;
  const isLongestJudged = isDurationFromRuns && measuredDuration?.isLowerBound === false;
  const leastTimeLeft = describeLeastRemainingRun(leastRemainingRun);
  return [
    ...rows,
    ['duration', formatExtremes(duration, isAsciiOnly)],
    ['longest run', describeLongestRun(longest, isLongestJudged)],
    [
      'least time left',
      leastRemainingRun.end.remainingAtEnd < 0 ? colours.bad(leastTimeLeft) : leastTimeLeft,
    ],
  ];
}

/** The rows of {@link buildJobRunRows} for formats other than the table. */
export const buildPlainJobRunRows = (job: AssessedJob): LabelledRow[] =>
  buildJobRunRows(job, { isAsciiOnly: false }, PLAIN_PALETTE);
