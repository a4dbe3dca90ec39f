import { listRotationIntervals } from '../../domain/measurement/generation-facts.ts';
import type { Measurement } from '../../domain/measurement/measurement.ts';
import type { Generation, Instant, Seconds, SeriesIdentity, SourceName } from '../../domain/model.ts';
import { getSeriesKey } from '../../domain/series-key.ts';
import { secondsBetween } from '../../domain/time/instant.ts';
import { correctNow } from '../../domain/verdict/analyse.ts';
import type { Assessment } from '../../domain/verdict/assessment.ts';
import { findOverdueLimit } from '../../domain/verdict/checks/overdue.ts';
import { buildSeriesLabels, type CurrentFamily, createFamilyBuilder } from './families.ts';
import { findMinimumRemaining, MINIMUM_WINDOWS } from './minimum-remaining.ts';

/** Verdicts and findings cover the selected time, all other values all time. */
export function* buildSeriesFamilies(
  allTime: Assessment,
  selected: Assessment,
  now: Instant,
): Generator<CurrentFamily> {
  const selectedAnalyses = new Map(
    selected.series.map(({ analysis: { identity, measurement, findings } }) => [
      getSeriesKey(identity),
      { worstCase: measurement?.worstCase.seconds, findings },
    ]),
  );
  const findSelected = ({ identity }: { identity: SeriesIdentity }) =>
    selectedAnalyses.get(getSeriesKey(identity));
  const series = allTime.series.map(({ analysis: { identity, measurement }, isRetired }) => ({
    identity,
    measurement,
    isRetired,
    // The last credentials of a retired series would look expired for ever.
    lastSampled: measurement === null || isRetired ? null : findLastSampled(measurement),
  }));
  const build = createFamilyBuilder(series, ({ identity }) => buildSeriesLabels(identity));
  yield build('credential_expiration_timestamp_seconds', ({ lastSampled }) => lastSampled?.expiration);
  yield build('credential_last_updated_timestamp_seconds', ({ lastSampled }) => lastSampled?.lastUpdated);
  yield build(
    'observed_remaining_seconds',
    ({ lastSampled }) => lastSampled && secondsBetween(lastSampled.lastSeen, lastSampled.expiration),
  );
  yield build('min_remaining_seconds', ({ measurement }) => measurement && listMinima(measurement, now));
  yield build('worst_case_remaining_seconds', (each) => findSelected(each)?.worstCase);
  yield build(
    'rotation_interval_seconds',
    ({ measurement }) => measurement && listIntervalStats(measurement),
  );
  yield build('rotations_total', ({ measurement }) => measurement?.rotations.length);
  yield build(
    'last_rotation_timestamp_seconds',
    ({ measurement }) => measurement?.rotations.findLast(({ isWitnessed }) => isWitnessed)?.at,
  );
  yield build('rotation_overdue_timestamp_seconds', ({ identity, measurement, isRetired }) =>
    measurement && !isRetired ? findOverdueAt(measurement, identity.source) : null,
  );
  // The trend of a retired series never ends.
  yield build('lead_time_shrinking_seconds', ({ measurement, isRetired }) =>
    measurement && !isRetired ? (measurement.leadTimeTrend?.shrinkingPerDay ?? 0) : null,
  );
  yield build('finding', (each) =>
    each.isRetired ? null : findSelected(each)?.findings.map(({ code, severity }) => [1, { code, severity }]),
  );
  yield build('poll_last_success_timestamp_seconds', ({ lastSampled }) => lastSampled?.lastSeen);
  yield build('series_retired', ({ isRetired }) => Number(isRetired));
}

/** Not always the newest generation, because an endpoint can alternate between several. */
export function findLastSampled({ generations, lastSample }: Measurement): Generation {
  return generations.findLast(({ lastSeen }) => lastSeen === lastSample) ?? generations[0];
}

function findOverdueAt(measurement: Measurement, source: SourceName): Instant | null {
  const limit = findOverdueLimit(measurement, source);
  return limit && limit.servedSince + limit.limitSeconds * 1000;
}

function listMinima(measurement: Measurement, now: Instant) {
  const corrected = correctNow(now, measurement);
  return MINIMUM_WINDOWS.map(
    (window) => [findMinimumRemaining(measurement, window, corrected), { window }] as const,
  );
}

export function listIntervalStats(measurement: Measurement) {
  const { rotationInterval } = measurement;
  if (rotationInterval === null) return [];
  const { min, max } = rotationInterval;
  const intervals = listRotationIntervals(measurement);
  const mean = Math.round(intervals.reduce((sum, each) => sum + each, 0) / intervals.length);
  const stats = { last: intervals.at(-1) ?? max, min, max, mean };
  return Object.entries(stats).map(([stat, seconds]) => [seconds, { stat }] as const);
}

/** The clock of the host minus the clock of AWS, from the newest credentials. Null without a `Date` header. */
export function findOffset(newest: Measurement): Seconds | null {
  const { smallestClockOffset: low, largestClockOffset: high } = findLastSampled(newest);
  if (low === null || high === null) return null;
  return Math.abs(low) > Math.abs(high) ? low : high;
}
