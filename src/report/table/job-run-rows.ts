import type { AssessedJob } from '../../domain/verdict/assessment.ts';
import type { ReportContext } from '../context.ts';
import {
  closestRunMessage,
  jobRunsMessage,
  longestRunMessage,
  runningMessage,
} from '../messages/job-runs.ts';
import { writeExtremes } from '../text/writing.ts';
import type { Palette } from './colour.ts';
import type { Row } from './layout.ts';

/** What is recorded of the runs of a job; nothing where none is. */
export function jobRunRows(
  { name, runs, isLengthOfRun }: AssessedJob,
  { ascii }: Pick<ReportContext, 'ascii'>,
  colours: Palette,
): Row[] {
  if (runs === null || runs.runCount === 0) return [];
  const { finished, running, length } = runs;
  const rows: Row[] = [['job', jobRunsMessage(name!, runs)]];
  if (running !== null) {
    rows.push(['newest run', runningMessage(running, isLengthOfRun && length?.goesOn === true)]);
  }
  if (finished === null) return rows;
  const { duration: durations, longest, closest } = finished;
  const closestCall = closestRunMessage(closest);
  return [
    ...rows,
    ['duration', writeExtremes(durations, ascii)],
    ['longest run', longestRunMessage(longest, isLengthOfRun && length?.goesOn === false)],
    ['closest call', closest.end.remainingAtEnd < 0 ? colours.bad(closestCall) : closestCall],
  ];
}
