import { minBy } from '../measurement/statistics.ts';
import type { FailedPollCount, Instant, Seconds } from '../model.ts';
import { secondsBetween } from '../time/instant.ts';
import { correctedNow } from './analyse.ts';
import {
  type AssessedJob,
  type AssessedSeries,
  type Assessment,
  findDecisiveJob,
  findJudgement,
  VERDICTS_WORST_FIRST,
} from './assessment.ts';
import type { JobJudgement, Safety, Verdict } from './job-verdict.ts';
import type { SeriesAnalysis } from './series-analysis.ts';

/** Why a series says nothing of a job. */
export type NotJudgedReason = 'LENGTH_UNKNOWN' | 'RETIRED' | 'NOT_DRAWN_FROM';

/** One series and one job: of `verdict` and `silence` one is null. */
export interface SeriesJudgement {
  series: AssessedSeries;
  job: AssessedJob;
  judgement: JobJudgement | null;
  notJudgedReason: NotJudgedReason | null;
}

/** A series that a job was judged by. */
export interface SeriesWithJudgement {
  series: AssessedSeries;
  judgement: JobJudgement;
}

export const findSeriesWithJudgement = (
  job: AssessedJob,
  { series: all }: Assessment,
): SeriesWithJudgement[] =>
  all.flatMap((series) => {
    const verdict = findJudgement(series, job);
    return verdict === null ? [] : [{ series, judgement: verdict }];
  });

/** Those that give the same answer as all together, the worst first: each of them would have been enough for it. */
export function rankDecisiveSeries(job: AssessedJob, assessment: Assessment): SeriesWithJudgement[] {
  const answer = safetyOf(job.verdict);
  const rank = ({ judgement }: SeriesWithJudgement) => VERDICTS_WORST_FIRST.indexOf(judgement.verdict);
  const spare = ({ judgement }: SeriesWithJudgement) => judgement.spare ?? Number.POSITIVE_INFINITY;
  return findSeriesWithJudgement(job, assessment)
    .filter(({ judgement }) => safetyOf(judgement.verdict) === answer)
    .toSorted((a, b) => rank(a) - rank(b) || Math.sign(spare(a) - spare(b)) || 0);
}

/** What a series says of every job, in the order of the jobs. */
export const listSeriesJudgements = (series: AssessedSeries, { jobs }: Assessment): SeriesJudgement[] =>
  jobs.map((job) => {
    const verdict = findJudgement(series, job);
    return {
      series,
      job,
      judgement: verdict,
      notJudgedReason: verdict === null ? silenceOf(series, job) : null,
    };
  });

/** What took the place of a retired series has the more to say: there always is one. */
function silenceOf({ isRetired }: AssessedSeries, { job }: AssessedJob): NotJudgedReason {
  if (isRetired) return 'RETIRED';
  return job === null ? 'LENGTH_UNKNOWN' : 'NOT_DRAWN_FROM';
}

/** What a verdict comes to for whoever only wants to know whether to start. */
export const safetyOf = (verdict: Verdict): Safety =>
  verdict === 'safe' || verdict === 'unknown' ? verdict : 'not-safe';

/**
 * The series that made the verdict of all what it is: of several the one with the least to spare. Where nothing was
 * judged, the one with the smallest worst case. Null where there is none of either.
 */
export function findDecisiveSeries(assessment: Assessment): AssessedSeries | null {
  const { series } = assessment;
  const job = findDecisiveJob(assessment);
  const [worst] = job === null ? [] : rankDecisiveSeries(job, assessment);
  if (worst !== undefined) return worst.series;
  const measured = series.filter(({ analysis, isRetired }) => analysis.measurement !== null && !isRetired);
  return minBy(measured, ({ analysis }) => analysis.measurement!.worstCase.seconds);
}

/** The newest credentials that a series is known to have handed out, and what is left of them: below 0 they have expired. */
export function findNewestCredentials(
  { measurement }: SeriesAnalysis,
  now: Instant,
): { expiration: Instant; remaining: Seconds } | null {
  if (measurement === null) return null;
  const { expiration } = measurement.generations.at(-1)!;
  return { expiration, remaining: secondsBetween(correctedNow(now, measurement), expiration) };
}

/** The newest failed poll of a series, where no sample has come since; null where polls bring samples. */
export function findCurrentFailure({ failedPolls, measurement }: SeriesAnalysis): FailedPollCount | null {
  const last = minBy(failedPolls, ({ lastAt }) => -lastAt);
  if (last === null || measurement === null) return last;
  // Samples are dated by AWS's clock, failed polls by the host's.
  return measurement.lastSample >= correctedNow(last.lastAt, measurement) ? null : last;
}
