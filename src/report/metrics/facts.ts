import { listRotationIntervals } from '../../domain/measurement/generation-facts.ts';
import type { Measurement } from '../../domain/measurement/measurement.ts';
import { range } from '../../domain/measurement/statistics.ts';
import type { Generation, Instant, Seconds, SeriesIdentity, SourceName } from '../../domain/model.ts';
import { hostSourceKey, seriesKey } from '../../domain/series-key.ts';
import { formatShortDuration } from '../../domain/time/duration.ts';
import { secondsBetween } from '../../domain/time/instant.ts';
import { correctedNow } from '../../domain/verdict/analyse.ts';
import type { AssessedSeries, Assessment } from '../../domain/verdict/assessment.ts';
import type { Job, Verdict } from '../../domain/verdict/job-verdict.ts';
import { findSeriesWithJudgement } from '../../domain/verdict/judgements.ts';
import type { SeriesAnalysis } from '../../domain/verdict/series-analysis.ts';
import { findMinimumRemaining, MINIMUM_WINDOWS, type MinimumWindow } from './minimum-remaining.ts';
import { POLL_RESULT_LABELS, type PollResultLabel, RESULT_LABEL_BY_FAILURE } from './poll-result-labels.ts';

/** What monitoring is told, as plain facts. Counters and windows are of all time, verdicts of what was selected. */
export interface MetricFacts {
  series: readonly SeriesFacts[];
  hostSources: readonly HostSourceFacts[];
  jobs: readonly JobFacts[];
}

export interface SeriesFacts {
  identity: SeriesIdentity;
  isRetired: boolean;
  /**
   * Of the last sample. Null without one, and where another series has replaced this one: what it ended with would
   * look like credentials that have expired, for ever.
   */
  current: CurrentFacts | null;
  measured: MeasuredFacts | null;
  /** Of the selected time. */
  worstCase: Seconds | null;
}

export interface CurrentFacts {
  sampledAt: Instant;
  expiration: Instant;
  lastUpdated: Instant | null;
  /** At the sample, and not now. */
  remaining: Seconds;
}

export interface MeasuredFacts {
  rotations: number;
  rotationInterval: IntervalFacts | null;
  minimumRemaining: readonly { window: MinimumWindow; seconds: Seconds }[];
}

export interface IntervalFacts {
  last: Seconds;
  min: Seconds;
  max: Seconds;
  mean: Seconds;
}

/** Of a host and source together: a failed poll often cannot know the role. */
export interface HostSourceFacts {
  host: string;
  source: SourceName;
  polls: Readonly<Record<PollResultLabel, number>>;
  lastAttempt: Instant;
  /** The last attempt brought a sample. */
  isUp: boolean;
  /** Host's clock minus AWS's, as the newest credentials were found; null where no answer told. */
  clockOffset: Seconds | null;
}

/** A job by a series; by none where its length is not known, or nothing is there to judge it by. */
export interface JobFacts {
  identity: SeriesIdentity | null;
  /** Its name, or its length where it has none. */
  jobName: string;
  required: Seconds | null;
  verdict: Verdict;
  /** Null where it is unknown: neither is known then. */
  isSafe: boolean | null;
  shareOfSafeStarts: number | null;
}

/** @param allTime the same series, whatever time was selected of them */
export function collectMetricFacts(assessment: Assessment, allTime: Assessment, now: Instant): MetricFacts {
  const selected = new Map(assessment.series.map(({ analysis }) => [seriesKey(analysis.identity), analysis]));
  return {
    series: allTime.series.map((each) =>
      seriesFacts(each, selected.get(seriesKey(each.analysis.identity)), now),
    ),
    hostSources: groupByHostSource(allTime).map(placeFacts),
    jobs: jobFacts(assessment),
  };
}

function seriesFacts(
  { analysis: { identity, measurement }, isRetired }: AssessedSeries,
  selected: SeriesAnalysis | undefined,
  now: Instant,
): SeriesFacts {
  return {
    identity,
    isRetired,
    current: measurement === null || isRetired ? null : currentFacts(measurement),
    measured: measurement === null ? null : measuredFacts(measurement, now),
    worstCase: selected?.measurement?.worstCase.seconds ?? null,
  };
}

/** Of several that are handed out in turns, the one that the last sample brought. */
function lastSampled({ generations, lastSample }: Measurement): Generation {
  return generations.findLast(({ lastSeen }) => lastSeen === lastSample)!;
}

function currentFacts(measurement: Measurement): CurrentFacts {
  const { expiration, lastUpdated, lastSeen } = lastSampled(measurement);
  return { sampledAt: lastSeen, expiration, lastUpdated, remaining: secondsBetween(lastSeen, expiration) };
}

function measuredFacts(measurement: Measurement, now: Instant): MeasuredFacts {
  const corrected = correctedNow(now, measurement);
  return {
    rotations: measurement.rotations.length,
    rotationInterval: intervalFacts(measurement),
    minimumRemaining: MINIMUM_WINDOWS.flatMap((window) => {
      const seconds = findMinimumRemaining(measurement, window, corrected);
      return seconds === null ? [] : [{ window, seconds }];
    }),
  };
}

function intervalFacts(measurement: Measurement): IntervalFacts | null {
  const { rotationInterval } = measurement;
  if (rotationInterval === null) return null;
  const known = listRotationIntervals(measurement);
  const mean = Math.round(known.reduce((sum, each) => sum + each, 0) / known.length);
  return { last: known.at(-1)!, min: rotationInterval.min, max: rotationInterval.max, mean };
}

/** The series of each host and source, in their order. */
export function groupByHostSource({ series }: Assessment): (readonly SeriesAnalysis[])[] {
  const places = new Map<string, SeriesAnalysis[]>();
  for (const { analysis } of series) {
    const key = hostSourceKey(analysis.identity);
    places.set(key, [...(places.get(key) ?? []), analysis]);
  }
  return [...places.values()];
}

function placeFacts(place: readonly SeriesAnalysis[]): HostSourceFacts {
  const { host, source } = place[0]!.identity;
  const newest = findNewestMeasurement(place);
  const failures = place.flatMap(({ failedPolls }) => failedPolls);
  const lastFailure =
    range(failures.map(({ lastAt }) => correctedFailureTime(lastAt, newest)))?.max ??
    Number.NEGATIVE_INFINITY;
  const polls = Object.fromEntries(POLL_RESULT_LABELS.map((result) => [result, 0])) as Record<
    PollResultLabel,
    number
  >;
  for (const { measurement } of place) polls.ok += measurement?.sampleCount ?? 0;
  for (const { reason, count } of failures) polls[RESULT_LABEL_BY_FAILURE[reason]] += count;
  const lastSample = newest?.lastSample ?? Number.NEGATIVE_INFINITY;
  return {
    host,
    source,
    polls,
    lastAttempt: Math.max(lastSample, lastFailure),
    isUp: newest !== null && lastSample >= lastFailure,
    clockOffset: newest === null ? null : farthest(lastSampled(newest)),
  };
}

export function findNewestMeasurement(place: readonly SeriesAnalysis[]): Measurement | null {
  return place.reduce<Measurement | null>(
    (newest, { measurement }) =>
      measurement !== null && measurement.lastSample > (newest?.lastSample ?? Number.NEGATIVE_INFINITY)
        ? measurement
        : newest,
    null,
  );
}

/** Failed polls are kept by the host's clock, samples by AWS's: which came last is seen only by one of them. */
export const correctedFailureTime = (at: Instant, newest: Measurement | null): Instant =>
  newest === null ? at : correctedNow(at, newest);

function farthest({ smallestClockOffset: low, largestClockOffset: high }: Generation): Seconds | null {
  if (low === null || high === null) return null;
  return Math.abs(low) > Math.abs(high) ? low : high;
}

function jobFacts(assessment: Assessment): JobFacts[] {
  const facts = assessment.jobs.flatMap((assessed): JobFacts[] => {
    const jobName = assessed.name ?? nameOfLength(assessed.job!);
    const judged = findSeriesWithJudgement(assessed, assessment);
    if (judged.length === 0) {
      const required = assessed.job && assessed.job.duration + assessed.job.margin;
      const { verdict } = assessed;
      return [{ identity: null, jobName, required, verdict, isSafe: null, shareOfSafeStarts: null }];
    }
    return judged.map(({ series, judgement: { verdict, required, shareOfSafeStarts } }) => ({
      identity: series.analysis.identity,
      jobName,
      required,
      verdict,
      isSafe: verdict === 'unknown' ? null : verdict === 'safe',
      shareOfSafeStarts,
    }));
  });
  // `-j 90m -j 1h30m` is one job, and so is a name that was given twice.
  return [...new Map(facts.map((each) => [JSON.stringify([each.jobName, each.identity]), each])).values()];
}

const nameOfLength = ({ duration }: Job) => formatShortDuration(duration);
