import { minBy } from '../measurement/statistics.ts';
import type { FailedPollCount, Instant, Seconds } from '../model.ts';
import { secondsBetween } from '../time/instant.ts';
import { correctedNow } from './analyse.ts';
import {
  type AssessedJob,
  type AssessedSeries,
  type Assessment,
  decisiveJob,
  verdictOn,
  WORST_FIRST,
} from './assessment.ts';
import type { Answer, JobVerdict, Verdict } from './job-verdict.ts';
import type { SeriesAnalysis } from './series-analysis.ts';

/** Why a series says nothing of a job. */
export type Silence = 'LENGTH_UNKNOWN' | 'RETIRED' | 'NOT_DRAWN_FROM';

/** One series and one job: of `verdict` and `silence` one is null. */
export interface Judgement {
  series: AssessedSeries;
  job: AssessedJob;
  verdict: JobVerdict | null;
  silence: Silence | null;
}

/** A series that a job was judged by. */
export interface Judged {
  series: AssessedSeries;
  verdict: JobVerdict;
}

export const judgedBy = (job: AssessedJob, { series: all }: Assessment): Judged[] =>
  all.flatMap((series) => {
    const verdict = verdictOn(series, job);
    return verdict === null ? [] : [{ series, verdict }];
  });

/** Those that give the same answer as all together, the worst first: each of them would have been enough for it. */
export function decidedBy(job: AssessedJob, assessment: Assessment): Judged[] {
  const answer = answerOf(job.verdict);
  const rank = ({ verdict }: Judged) => WORST_FIRST.indexOf(verdict.verdict);
  const spare = ({ verdict }: Judged) => verdict.spare ?? Number.POSITIVE_INFINITY;
  return judgedBy(job, assessment)
    .filter(({ verdict }) => answerOf(verdict.verdict) === answer)
    .toSorted((a, b) => rank(a) - rank(b) || Math.sign(spare(a) - spare(b)) || 0);
}

/** What a series says of every job, in the order of the jobs. */
export const judgementsOf = (series: AssessedSeries, { jobs }: Assessment): Judgement[] =>
  jobs.map((job) => {
    const verdict = verdictOn(series, job);
    return { series, job, verdict, silence: verdict === null ? silenceOf(series, job) : null };
  });

/** What took the place of a retired series has the more to say: there always is one. */
function silenceOf({ retired }: AssessedSeries, { job }: AssessedJob): Silence {
  if (retired) return 'RETIRED';
  return job === null ? 'LENGTH_UNKNOWN' : 'NOT_DRAWN_FROM';
}

/** What a verdict comes to for whoever only wants to know whether to start. */
export const answerOf = (verdict: Verdict): Answer =>
  verdict === 'safe' || verdict === 'unknown' ? verdict : 'not-safe';

/**
 * The series that made the verdict of all what it is: of several the one with the least to spare. Where nothing was
 * judged, the one with the smallest worst case. Null where there is none of either.
 */
export function decisiveSeries(assessment: Assessment): AssessedSeries | null {
  const { series } = assessment;
  const job = decisiveJob(assessment);
  const [worst] = job === null ? [] : decidedBy(job, assessment);
  if (worst !== undefined) return worst.series;
  const measured = series.filter(({ analysis, retired }) => analysis.measurement !== null && !retired);
  return minBy(measured, ({ analysis }) => analysis.measurement!.worstCase.seconds);
}

/** The newest credentials that a series is known to have handed out, and what is left of them: below 0 they have expired. */
export function newestCredentials(
  { measurement }: SeriesAnalysis,
  now: Instant,
): { expiration: Instant; remaining: Seconds } | null {
  if (measurement === null) return null;
  const { expiration } = measurement.generations.at(-1)!;
  return { expiration, remaining: secondsBetween(correctedNow(now, measurement), expiration) };
}

/** The newest failed poll of a series, where no sample has come since; null where polls bring samples. */
export function lastFailure({ failedPolls, measurement }: SeriesAnalysis): FailedPollCount | null {
  const last = minBy(failedPolls, ({ lastAt }) => -lastAt);
  if (last === null || measurement === null) return last;
  // Samples are dated by AWS's clock, failed polls by the host's.
  return measurement.lastSample >= correctedNow(last.lastAt, measurement) ? null : last;
}
