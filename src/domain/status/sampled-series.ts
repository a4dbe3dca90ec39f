import type { SeriesIdentity } from '../model.ts';
import { type AssessedJob, type AssessedSeries, findJudgement } from '../verdict/assessment.ts';
import { isWellFounded } from '../verdict/evidence.ts';
import { compareSeverity } from '../verdict/figures/severity.ts';
import type { JobJudgement } from '../verdict/job-verdict.ts';

/** The worst series with samples, beside a series without a sample that decides the verdict. */
export interface SampledSeries {
  identity: SeriesIdentity;
  judgement: JobJudgement;
  isWellFounded: boolean;
  /** The number of series with samples. */
  count: number;
}

/** @param judging the series that judge the job */
export function findWorstSampled(judging: readonly AssessedSeries[], job: AssessedJob): SampledSeries | null {
  const sampled = judging
    .filter(({ overview }) => overview !== null)
    .flatMap((series) => {
      const judgement = findJudgement(series, job);
      return judgement === null ? [] : [{ series, judgement }];
    });
  const [worst] = sampled.toSorted((a, b) => compareSeverity(a.judgement, b.judgement));
  if (worst === undefined) return null;
  const { series, judgement } = worst;
  const { measurement } = series.analysis;
  return {
    identity: series.identity,
    judgement,
    isWellFounded: measurement !== null && isWellFounded(measurement),
    count: sampled.length,
  };
}
