import { NOTABLE_CLOCK_OFFSET } from '../measurement/clock-correction.ts';
import { valueAt } from '../measurement/columns/column.ts';
import { getHistoryColumns } from '../measurement/columns/column-measurement.ts';
import { getGeneration } from '../measurement/columns/generation-columns.ts';
import { forecastRotation, type RotationForecast } from '../measurement/forecast.ts';
import type { Measurement } from '../measurement/measurement.ts';
import type { FailedPollCount, Generation, Instant, Seconds } from '../model.ts';
import { judgeNow } from '../verdict/endpoints/judge-now.ts';
import type { Job } from '../verdict/job-verdict.ts';
import { findCurrentFailure } from '../verdict/judgements.ts';
import type { Outlook } from '../verdict/now-verdict.ts';
import type { SeriesAnalysis } from '../verdict/series-analysis.ts';
import { findLatestTime } from './latest-time.ts';
import { findMaxSampleAge } from './sample-age.ts';

/** Why a start cannot be judged now. */
export type UnknownStartReason =
  | 'POLL_FAILED'
  | 'NO_SAMPLES'
  | 'STALE_SAMPLES'
  | 'SAMPLES_IN_FUTURE'
  | 'ISSUED_IN_FUTURE'
  | 'SEVERAL_ENDPOINTS';

/** Whether a job may start now, with the credentials of the newest sample. */
export type StartNow = { job: Job } & (
  | { answer: 'yes'; until: Instant }
  | { answer: 'no'; shortfall: Seconds; outlook: Outlook }
  | { answer: 'unknown'; reason: UnknownStartReason }
);

/** A polled series at one moment. All instants are by the clock of `now`, so that a reader can count down to them. */
export interface SeriesNow {
  /** When the newest credentials expire, by the later of both clocks. Null without a sample. */
  expiresAt: Instant | null;
  /** Null without a sample. */
  lastSampleAt: Instant | null;
  /** If the last poll failed. */
  failure: FailedPollCount | null;
  nextRotation: RotationForecast | null;
  starts: readonly StartNow[];
  /** Without a newer sample, the answers are unknown from then on. Null without a sample. */
  staleAt: Instant | null;
}

/** What is known now about a series, without a poll. */
export function findSeriesNow(analysis: SeriesAnalysis, jobs: readonly Job[], now: Instant): SeriesNow {
  const { measurement, age } = analysis;
  const failure = findCurrentFailure(analysis);
  if (measurement === null || age === null) {
    const reason = failure === null ? 'NO_SAMPLES' : 'POLL_FAILED';
    const starts = jobs.map((job): StartNow => ({ job, answer: 'unknown', reason }));
    return { ...UNKNOWN, failure, starts };
  }
  const latest = findLatestTime(now, null, analysis);
  /** By how much the clock that dates the credentials is ahead of `now`. */
  const ahead = latest - now;
  const lastSampleAt = now - age * 1000;
  const staleAt = lastSampleAt + findMaxSampleAge(measurement.usualGap) * 1000;
  const credentials = findLastServed(measurement);
  const unusable = findProblem({ failure, age, isStale: now >= staleAt });
  const forecast = forecastRotation(measurement);
  return {
    expiresAt: credentials.expiration - ahead,
    lastSampleAt,
    failure,
    nextRotation: forecast && shiftForecast(forecast, ahead),
    starts: jobs.map((job): StartNow => {
      if (unusable !== null) return { job, answer: 'unknown', reason: unusable };
      const current = { identity: analysis.identity, credentials };
      const judgement = judgeNow(current, { job, at: latest, analysis });
      if (judgement.unknownReason !== null) {
        const hasOthers = judgement.unknownReason.code === 'SEVERAL_ENDPOINTS';
        return { job, answer: 'unknown', reason: hasOthers ? 'SEVERAL_ENDPOINTS' : 'ISSUED_IN_FUTURE' };
      }
      const { spare, outlook, safeUntil } = judgement;
      return safeUntil === null
        ? { job, answer: 'no', shortfall: -spare, outlook }
        : { job, answer: 'yes', until: safeUntil - (judgement.judgedAt - now) };
    }),
    staleAt,
  };
}

const UNKNOWN = {
  expiresAt: null,
  lastSampleAt: null,
  nextRotation: null,
  staleAt: null,
} as const;

function findProblem({
  failure,
  age,
  isStale,
}: {
  failure: FailedPollCount | null;
  age: Seconds;
  isStale: boolean;
}): UnknownStartReason | null {
  if (failure !== null) return 'POLL_FAILED';
  if (age < -NOTABLE_CLOCK_OFFSET) return 'SAMPLES_IN_FUTURE';
  return isStale ? 'STALE_SAMPLES' : null;
}

/** With several endpoints, the generation that was seen last. */
function findLastServed(measurement: Measurement): Generation {
  const { generations } = getHistoryColumns(measurement);
  let last = 0;
  for (let index = 1; index < generations.count; index += 1) {
    if (valueAt(generations.lastSeen, index) >= valueAt(generations.lastSeen, last)) last = index;
  }
  return getGeneration(generations, last);
}

const shiftForecast = (forecast: RotationForecast, aheadMs: number): RotationForecast => ({
  ...forecast,
  expected: forecast.expected - aheadMs,
  earliest: forecast.earliest - aheadMs,
  latest: forecast.latest - aheadMs,
});
