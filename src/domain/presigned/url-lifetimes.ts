import { hasMeasuredRotation, type Measurement } from '../measurement/measurement.ts';
import { computeShareOfSafeStarts } from '../measurement/validity.ts';
import type { Seconds } from '../model.ts';
import type { AssessedSeries, Assessment } from '../verdict/assessment.ts';
import { findLongestSafeJob } from '../verdict/job.ts';
import type { JobJudgement, Verdict } from '../verdict/job-verdict.ts';

/**
 * How long presigned URLs work that are signed at any watched time. A URL stops working at the end of the requested
 * duration, or when the credentials that signed it expire.
 */
export interface UrlLifetimes {
  shortest: Seconds;
  /** Half of the watched time gives URLs that work at least this long. Null if no time was watched. */
  median: Seconds | null;
  /** The share of the watched time in which a URL got the whole duration, 0 to 1. Null if no time was watched. */
  shareOfFullDuration: number | null;
  /** URLs for at most this duration always work for the whole duration. Null if no duration always works. */
  longestAlways: Seconds | null;
}

/** Null if the shortest lifetime is unknown, because no rotation was witnessed. */
export function measureUrlLifetimes(measurement: Measurement, requested: Seconds): UrlLifetimes | null {
  const { worstCase } = measurement;
  if (!hasMeasuredRotation(measurement)) return null;
  return {
    shortest: Math.max(0, Math.min(requested, worstCase.seconds)),
    median: findMedian(measurement, requested),
    shareOfFullDuration: computeShareOfSafeStarts(measurement, requested),
    longestAlways: findLongestSafeJob(measurement, 0),
  };
}

/** The largest lifetime that at least half of the watched time gives. The share falls with the lifetime. */
function findMedian(measurement: Measurement, requested: Seconds): Seconds | null {
  if (computeShareOfSafeStarts(measurement, 0) === null) return null;
  let [low, high] = [0, requested];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((computeShareOfSafeStarts(measurement, middle) ?? 0) >= 0.5) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Presigned URLs of one requested duration. */
export interface PresignedUrls {
  requested: Seconds;
  /** The worst verdict of all series: whether a URL works for the requested duration, whenever it is signed. */
  verdict: Verdict;
  series: readonly PresignedSeries[];
}

export interface PresignedSeries {
  series: AssessedSeries;
  /** As for a job of the requested duration with a margin of 0, because S3 rejects a URL exactly at its end. */
  judgement: JobJudgement;
  lifetimes: UrlLifetimes | null;
}

/** @param assessment has one job with a margin of 0 for each requested duration */
export function assessPresignedUrls({ jobs, series: all }: Assessment): PresignedUrls[] {
  const judged: PresignedSeries[] = all.flatMap((series) => {
    const { measurement } = series.analysis;
    return series.judgements.map((judgement) => ({
      series,
      judgement,
      lifetimes: measurement && measureUrlLifetimes(measurement, judgement.job.duration),
    }));
  });
  return jobs.map(({ job, verdict }) => ({
    requested: job?.duration ?? 0,
    verdict,
    series: judged.filter(({ judgement }) => judgement.job === job),
  }));
}
