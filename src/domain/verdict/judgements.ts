import { valueAt } from '../measurement/columns/column.ts';
import { getHistoryColumns } from '../measurement/columns/column-measurement.ts';
import { minBy } from '../measurement/statistics.ts';
import type { FailedPollCount, Instant, Seconds } from '../model.ts';
import { secondsBetween } from '../time/instant.ts';
import { correctHostTime, correctNow } from './analyse.ts';
import {
  type AssessedJob,
  type AssessedSeries,
  type Assessment,
  findDecisiveJob,
  findJudgement,
} from './assessment.ts';
import { compareSeverity, toSafety } from './figures/severity.ts';
import type { JobJudgement } from './job-verdict.ts';
import type { SeriesAnalysis } from './series-analysis.ts';

/** Why a job is not judged by a series. `NOT_USED_BY_JOB`: its recorded runs used other series. */
export type NotJudgedReason = 'DURATION_UNKNOWN' | 'RETIRED' | 'NOT_USED_BY_JOB';

/** The judgement of one job by one series, or the reason why there is none. */
export type SeriesJudgement = { series: AssessedSeries; job: AssessedJob } & (
  | { judgement: JobJudgement; notJudgedReason: null }
  | { judgement: null; notJudgedReason: NotJudgedReason }
);

/** A series that judges a given job. */
export interface JudgedSeries {
  series: AssessedSeries;
  judgement: JobJudgement;
}

export const findJudgedSeries = (job: AssessedJob, { series: all }: Assessment): JudgedSeries[] =>
  all.flatMap((series) => {
    const judgement = findJudgement(series, job);
    return judgement === null ? [] : [{ series, judgement }];
  });

/** The series with the same safety as the verdict of the job, worst first. */
export function rankDecisiveSeries(job: AssessedJob, assessment: Assessment): JudgedSeries[] {
  const safety = toSafety(job.verdict);
  return findJudgedSeries(job, assessment)
    .filter(({ judgement }) => toSafety(judgement.verdict) === safety)
    .toSorted((a, b) => compareSeverity(a.judgement, b.judgement));
}

/** The judgements of every job by one series, in the order of the jobs. */
export const listSeriesJudgements = (series: AssessedSeries, { jobs }: Assessment): SeriesJudgement[] =>
  jobs.map((job) => {
    const judgement = findJudgement(series, job);
    return judgement === null
      ? { series, job, judgement, notJudgedReason: findNotJudgedReason(series, job) }
      : { series, job, judgement, notJudgedReason: null };
  });

function findNotJudgedReason({ isRetired }: AssessedSeries, { job }: AssessedJob): NotJudgedReason {
  if (isRetired) return 'RETIRED';
  return job === null ? 'DURATION_UNKNOWN' : 'NOT_USED_BY_JOB';
}

/**
 * What people read about a job, also in CSV, JUnit and monitoring. Null with the verdict `unknown`: a spare of too little
 * history would look like a verdict. JSON, metrics and the library have the measured value.
 */
export const getStatedSpare = ({
  verdict,
  spare,
}: Pick<JobJudgement, 'verdict' | 'spare'>): Seconds | null => (verdict === 'unknown' ? null : spare);

/** As {@link getStatedSpare}, for the share of safe starts. */
export const getStatedShare = ({
  verdict,
  shareOfSafeStarts,
}: Pick<JobJudgement, 'verdict' | 'shareOfSafeStarts'>): number | null =>
  verdict === 'unknown' ? null : shareOfSafeStarts;

/**
 * The series that decides the overall verdict: the one with the least spare validity if there are several. If
 * no job was judged, the series with the smallest worst case. Null if there is no such series.
 */
export function findDecisiveSeries(assessment: Assessment): AssessedSeries | null {
  const { series } = assessment;
  const job = findDecisiveJob(assessment);
  const [worst] = job === null ? [] : rankDecisiveSeries(job, assessment);
  if (worst !== undefined) return worst.series;
  const measured = series.filter(({ isRetired, overview }) => !isRetired && overview !== null);
  return minBy(measured, ({ overview }) => overview?.worstCaseSeconds ?? Number.POSITIVE_INFINITY);
}

/** The newest known credentials of a series. `remaining` is negative if they have expired. */
export function findNewestCredentials(
  { measurement }: SeriesAnalysis,
  now: Instant,
): { expiration: Instant; remaining: Seconds } | null {
  if (measurement === null) return null;
  const { generations } = getHistoryColumns(measurement);
  const expiration = valueAt(generations.expiration, generations.count - 1);
  return { expiration, remaining: secondsBetween(correctNow(now, measurement), expiration) };
}

/** The newest failed poll of a series. Null if a sample was taken after it. */
export function findCurrentFailure({ failedPolls, measurement }: SeriesAnalysis): FailedPollCount | null {
  const last = minBy(failedPolls, ({ lastAt }) => -lastAt);
  if (last === null || measurement === null) return last;
  // Failed polls are stored with the time of the host's clock.
  return measurement.lastSample >= correctHostTime(last.lastAt, measurement) ? null : last;
}
