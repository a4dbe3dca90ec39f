import type { AssessedJob, Assessment } from '../verdict/assessment.ts';
import { isWellFounded } from '../verdict/evidence.ts';
import { compareSeverity } from '../verdict/figures/severity.ts';
import { findJudgedSeries, type JudgedSeries } from '../verdict/judgements.ts';

/** The worst series with samples, beside a series without a sample that decides the verdict. */
export interface SampledSeries extends JudgedSeries {
  isWellFounded: boolean;
  /** The number of series with samples. */
  count: number;
}

export function findWorstSampled(job: AssessedJob, assessment: Assessment): SampledSeries | null {
  const sampled = findJudgedSeries(job, assessment).filter(({ series }) => series.overview !== null);
  const [worst] = sampled.toSorted((a, b) => compareSeverity(a.judgement, b.judgement));
  if (worst === undefined) return null;
  const { measurement } = worst.series.analysis;
  return {
    ...worst,
    isWellFounded: measurement !== null && isWellFounded(measurement),
    count: sampled.length,
  };
}
