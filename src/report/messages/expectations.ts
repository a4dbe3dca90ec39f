import type { Replacement } from '../../domain/verdict/figures/choose-series.ts';
import type { JobJudgement, JobRequirement, Verdict } from '../../domain/verdict/job-verdict.ts';
import type { SeriesAnalysis } from '../../domain/verdict/series-analysis.ts';
import { escapeUnprintable } from '../../untrusted-text.ts';
import { formatNumber, formatSeriesName } from '../text/format-values.ts';
import { describeEvidenceBriefly } from './evidence.ts';
import { describeRetired } from './headline/retired.ts';
import { listCurrentAdvice } from './polling/failing-polls.ts';
import { describeJobWithMargin, describeSeriesVerdict } from './verdicts.ts';

/** A test assertion about a job that failed. */
export interface FailedExpectation {
  job: JobRequirement;
  /** The assertion was `not.toOutlive`. */
  isNegated: boolean;
  verdict: Verdict;
  series: readonly { analysis: SeriesAnalysis; replacedBy: Replacement | null; judgement: JobJudgement }[];
  /** Path of the database; null if it is unknown. */
  database: string | null;
}

/** Further series are only counted, because a test message must stay readable. */
const MAX_SERIES_SHOWN = 5;

/** The expectation, then for each decisive series its verdict, advice and evidence. */
export function describeFailedExpectation(failed: FailedExpectation): string {
  const { job, isNegated, verdict, series } = failed;
  const decisive = series.filter((each) => each.judgement.verdict === verdict);
  const omittedCount = decisive.length - MAX_SERIES_SHOWN;
  return [
    `expected credentials ${isNegated ? 'not ' : ''}to outlive ${describeJobWithMargin(job)} ` +
      `for ${isNegated ? 'at least one' : 'every'} start`,
    ...(verdict === 'unknown'
      ? ['the verdict is unknown, which fails both toOutlive and not.toOutlive']
      : []),
    ...(series.length === 0 ? [describeMissingSamples(failed.database)] : []),
    ...decisive.slice(0, MAX_SERIES_SHOWN).map(describeSeries),
    ...(omittedCount > 0 ? [`the same verdict for ${formatNumber(omittedCount)} more series`] : []),
  ].join('\n\n');
}

const describeMissingSamples = (database: string | null) =>
  database === null ? 'no samples' : `no samples in ${escapeUnprintable(database)}, or none match`;

function describeSeries({ analysis, replacedBy, judgement }: FailedExpectation['series'][number]): string {
  const { identity, measurement } = analysis;
  const retired = describeRetired({ identity, replacedBy });
  return [
    `${formatSeriesName(identity)}${retired === null ? '' : ` (${retired})`}`,
    `  ${describeSeriesVerdict(judgement, analysis)}`,
    ...listCurrentAdvice(judgement, { analysis, replacedBy }).map((advice) => `  → ${advice}`),
    ...(measurement === null ? [] : [`  ${describeEvidenceBriefly(measurement, [judgement])}`]),
  ].join('\n');
}
