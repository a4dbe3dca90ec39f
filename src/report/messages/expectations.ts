import { formatShortDuration as short } from '../../domain/time/duration.ts';
import type { Job, JobJudgement, Verdict } from '../../domain/verdict/job-verdict.ts';
import type { SeriesAnalysis } from '../../domain/verdict/series-analysis.ts';
import { formatCount, formatSeriesName } from '../text/format-values.ts';
import { escapeUnprintable } from '../text/untrusted-text.ts';
import { describeEvidence, describeJob, describeVerdict, listAdvice } from './verdicts.ts';

/** A test expected something of a job, and it is not so. */
export interface FailedExpectation {
  job: Job;
  /** The test expected that credentials would not last. */
  isNegated: boolean;
  verdict: Verdict;
  series: readonly { analysis: SeriesAnalysis; judgement: JobJudgement }[];
  /** Where samples were looked for; null where that is not known. */
  database: string | null;
}

/** So many series are enough to see what is wrong. */
const SERIES_TOLD = 5;

/** What was expected, and for each series that decided what is so, what to do, and what that rests on. */
export function describeFailedExpectation(failed: FailedExpectation): string {
  const { job, isNegated, verdict, series } = failed;
  const decisive = series.filter((each) => each.judgement.verdict === verdict);
  const untold = decisive.length - SERIES_TOLD;
  return [
    `expected credentials ${isNegated ? 'not ' : ''}to outlive ${describeJob(job.duration)} with a margin of ` +
      `${short(job.margin)} at ${isNegated ? 'every' : 'any'} start`,
    ...(verdict === 'unknown' ? [`unknown is no answer: it fails ${bothWays(isNegated)}`] : []),
    ...(series.length === 0 ? [`no samples${whereMessage(failed.database)}`] : []),
    ...decisive.slice(0, SERIES_TOLD).map(seriesMessage),
    ...(untold > 0 ? [`and so do ${formatCount(untold, 'more series', 'more series')}`] : []),
  ].join('\n\n');
}

const bothWays = (isNot: boolean) => (isNot ? 'toOutlive as it fails not.toOutlive' : 'not.toOutlive, too');

const whereMessage = (database: string | null) =>
  database === null ? '' : ` in ${escapeUnprintable(database)}, or none that match`;

function seriesMessage({ analysis, judgement }: FailedExpectation['series'][number]): string {
  const { identity, measurement } = analysis;
  return [
    formatSeriesName(identity),
    `  ${describeVerdict(judgement)}`,
    ...listAdvice(judgement, measurement).map((advice) => `  → ${advice}`),
    ...(measurement === null ? [] : [`  ${describeEvidence(measurement)}`]),
  ].join('\n');
}
