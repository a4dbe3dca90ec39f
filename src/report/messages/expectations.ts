import { formatShortDuration as short } from '../../domain/time/duration.ts';
import type { Job, JobVerdict, Verdict } from '../../domain/verdict/job-verdict.ts';
import type { SeriesAnalysis } from '../../domain/verdict/series-analysis.ts';
import { printable } from '../text/printable.ts';
import { writeCount, writeSeries } from '../text/writing.ts';
import { adviceMessages, aJobOf, evidenceMessage, verdictMessage } from './verdicts.ts';

/** A test expected something of a job, and it is not so. */
export interface FailedExpectation {
  job: Job;
  /** The test expected that credentials would not last. */
  isNot: boolean;
  verdict: Verdict;
  series: readonly { analysis: SeriesAnalysis; verdict: JobVerdict }[];
  /** Where samples were looked for; null where that is not known. */
  database: string | null;
}

/** So many series are enough to see what is wrong. */
const SERIES_TOLD = 5;

/** What was expected, and for each series that decided what is so, what to do, and what that rests on. */
export function expectationMessage(failed: FailedExpectation): string {
  const { job, isNot, verdict, series } = failed;
  const decisive = series.filter((each) => each.verdict.verdict === verdict);
  const untold = decisive.length - SERIES_TOLD;
  return [
    `expected credentials ${isNot ? 'not ' : ''}to outlive ${aJobOf(job.duration)} with a margin of ` +
      `${short(job.margin)} at ${isNot ? 'every' : 'any'} start`,
    ...(verdict === 'unknown' ? [`unknown is no answer: it fails ${bothWays(isNot)}`] : []),
    ...(series.length === 0 ? [`no samples${whereMessage(failed.database)}`] : []),
    ...decisive.slice(0, SERIES_TOLD).map(seriesMessage),
    ...(untold > 0 ? [`and so do ${writeCount(untold, 'more series', 'more series')}`] : []),
  ].join('\n\n');
}

const bothWays = (isNot: boolean) => (isNot ? 'toOutlive as it fails not.toOutlive' : 'not.toOutlive, too');

const whereMessage = (database: string | null) =>
  database === null ? '' : ` in ${printable(database)}, or none that match`;

function seriesMessage({ analysis, verdict }: FailedExpectation['series'][number]): string {
  const { identity, measurement } = analysis;
  return [
    writeSeries(identity),
    `  ${verdictMessage(verdict)}`,
    ...adviceMessages(verdict, measurement).map((advice) => `  → ${advice}`),
    ...(measurement === null ? [] : [`  ${evidenceMessage(measurement)}`]),
  ].join('\n');
}
