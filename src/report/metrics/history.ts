import type { Measurement } from '../../domain/measurement/measurement.ts';
import { range } from '../../domain/measurement/statistics.ts';
import type { Generation, Instant, SeriesIdentity, Span } from '../../domain/model.ts';
import { getSeriesKey } from '../../domain/series-key.ts';
import { floorToSecond } from '../../domain/time/instant.ts';
import type { Assessment } from '../../domain/verdict/assessment.ts';
import type { SeriesAnalysis } from '../../domain/verdict/series-analysis.ts';
import { correctFailureTime, groupByHostSource, type HostSource } from './host-sources.ts';
import { findMinimumRemainingOverTime, type MinimumWindow } from './minimum-remaining.ts';
import { POLL_RESULT_LABELS, type PollResultLabel, RESULT_LABEL_BY_FAILURE } from './poll-result-labels.ts';

/** A value, and the whole second at which the metric had this value. */
export type DataPoint = readonly [at: Instant, value: number];

/** Points with strictly ascending times. Each iteration computes them again, so that memory stays small. */
export type TimeSeries = Iterable<DataPoint>;

/** One series over all time. Only points within the span are written. */
export interface SelectedSeries {
  identity: SeriesIdentity;
  measurement: Measurement;
  span: Span;
}

/** One host and source over all time. Only points within the span are written. */
export type SelectedHostSource = HostSource & { span: Span };

/**
 * The history of the selected series in the selected time. Counts and minima include all time before, so that
 * a later selection does not reset them.
 */
export function selectHistory(
  assessment: Assessment,
  allTime: Assessment,
): { series: SelectedSeries[]; hostSources: SelectedHostSource[] } {
  const spans = new Map(
    assessment.series.map(({ analysis }) => [getSeriesKey(analysis.identity), findKnownSpan(analysis)]),
  );
  return {
    series: allTime.series.flatMap(({ analysis: { identity, measurement } }) => {
      const span = spans.get(getSeriesKey(identity)) ?? null;
      return measurement === null || span === null ? [] : [{ identity, measurement, span }];
    }),
    hostSources: groupByHostSource(allTime).flatMap((hostSource) => {
      const ownSpans = hostSource.analyses.flatMap(({ identity }) => spans.get(getSeriesKey(identity)) ?? []);
      const span = findEnclosingSpan(ownSpans);
      return span === null ? [] : [{ ...hostSource, span }];
    }),
  };
}

/** From the first to the last sample or failed poll. */
function findKnownSpan({ measurement, failedPolls }: SeriesAnalysis): Span | null {
  return findEnclosingSpan([
    ...(measurement === null ? [] : [{ from: measurement.firstSample, to: measurement.lastSample }]),
    ...failedPolls.flatMap(({ firstAt, lastAt }) => [
      { from: correctFailureTime(firstAt, measurement), to: correctFailureTime(lastAt, measurement) },
    ]),
  ]);
}

function findEnclosingSpan(spans: readonly Span[]): Span | null {
  const ends = range(spans.flatMap(({ from, to }) => [from, to]));
  return ends === null ? null : { from: ends.min, to: ends.max };
}

/** One point at the start and one at the end of each served period, before the next period begins. */
export const listServedValues = (
  { measurement: { servedPeriods }, span }: SelectedSeries,
  getValue: (generation: Generation) => number | null,
): TimeSeries =>
  selectAscending(span, function* () {
    for (const [index, { generation, from, to }] of servedPeriods.entries()) {
      const value = getValue(generation);
      if (value === null) continue;
      const next = servedPeriods[index + 1]?.from ?? Number.POSITIVE_INFINITY;
      yield [from, value];
      yield [Math.min(to, next - 1000), value];
    }
  });

/** One point at the first and one at the last sample of each generation. */
export const listSampleValues = (
  { measurement: { generations }, span }: SelectedSeries,
  getValue: (generation: Generation, at: Instant) => number,
): TimeSeries =>
  selectAscending(span, function* () {
    for (const generation of generations) {
      for (const at of [generation.firstSeen, generation.lastSeen]) yield [at, getValue(generation, at)];
    }
  });

export const countRotations = ({ measurement, span }: SelectedSeries): TimeSeries =>
  selectAscending(span, function* () {
    const { rotations, firstSample, lastSample } = measurement;
    yield [firstSample, 0];
    for (const [index, { at }] of rotations.entries()) yield [at, index + 1];
    yield [lastSample, rotations.length];
  });

/** One point at each witnessed rotation. */
export const listWitnessedRotations = ({ measurement: { rotations }, span }: SelectedSeries): TimeSeries =>
  selectAscending(span, function* () {
    for (const { at, isWitnessed } of rotations) if (isWitnessed) yield [at, at];
  });

export const INTERVAL_STATS = ['last', 'min', 'max', 'mean'] as const;

/** One point at each rotation, from all intervals before it. */
export const listIntervals = (
  { measurement: { rotations }, span }: SelectedSeries,
  stat: (typeof INTERVAL_STATS)[number],
): TimeSeries =>
  selectAscending(span, function* () {
    let [count, sum, min, max] = [0, 0, Number.POSITIVE_INFINITY, 0];
    for (const { at, interval } of rotations) {
      if (interval === null) continue;
      count += 1;
      sum += interval;
      [min, max] = [Math.min(min, interval), Math.max(max, interval)];
      yield [at, { last: interval, min, max, mean: Math.round(sum / count) }[stat]];
    }
  });

/** One point at the end of each served period, where remaining validity is smallest. */
export const listMinimumRemaining = (
  { measurement, span }: SelectedSeries,
  window: MinimumWindow,
): TimeSeries =>
  selectAscending(span, function* () {
    for (const { at, seconds } of findMinimumRemainingOverTime(measurement, window)) yield [at, seconds];
  });

/** Only the first and last time of equal polls are stored, so counts between those times are lower bounds. */
export function countPolls(hostSource: SelectedHostSource): [counts: TimeSeries, { result: string }][] {
  const { analyses, newest, span } = hostSource;
  const changes = analyses.flatMap(({ measurement, failedPolls }) => [
    ...(measurement?.generations ?? []).flatMap(({ firstSeen, lastSeen, samples }): PollCountChange[] => [
      ['ok', firstSeen, 1],
      ['ok', lastSeen, samples - 1],
    ]),
    ...failedPolls.flatMap(({ reason, count, firstAt, lastAt }): PollCountChange[] => [
      [RESULT_LABEL_BY_FAILURE[reason], correctFailureTime(firstAt, newest), 1],
      [RESULT_LABEL_BY_FAILURE[reason], correctFailureTime(lastAt, newest), count - 1],
    ]),
  ]);
  return POLL_RESULT_LABELS.map((result) => {
    const own = changes.filter(([each]) => each === result).map(([, at, count]): DataPoint => [at, count]);
    const countUp = () => sumUp(sortByTime([[span.from, 0], ...own, [span.to, 0]]));
    return [selectAscending(span, countUp), { result }];
  });
}

type PollCountChange = [result: PollResultLabel, at: Instant, count: number];

/** @param getValue computes the value of an attempt; `isUp` is 1 for a sample and 0 for a failed poll */
export function listAttempts(
  { analyses, newest, span }: SelectedHostSource,
  getValue: (at: Instant, isUp: number) => number,
): TimeSeries {
  const samples = analyses
    .flatMap(({ measurement }) => measurement?.generations ?? [])
    .flatMap(({ firstSeen, lastSeen }) => [firstSeen, lastSeen]);
  const failures = analyses
    .flatMap(({ failedPollSpans }) => failedPollSpans)
    .flatMap(({ from, to }) => [correctFailureTime(from, newest), correctFailureTime(to, newest)]);
  // Of attempts at the same time, the first one is written: a sample.
  const attempts = [...samples.map((at): DataPoint => [at, 1]), ...failures.map((at): DataPoint => [at, 0])];
  return selectAscending(span, () =>
    sortByTime(attempts).map(([at, isUp]): DataPoint => [at, getValue(at, isUp)]),
  );
}

const sortByTime = (points: readonly DataPoint[]): DataPoint[] => [...points].sort(([a], [b]) => a - b);

/** Running totals. Changes in the same second give one point. */
function* sumUp(changes: readonly DataPoint[]): Generator<DataPoint> {
  let sum = 0;
  for (const [index, [at, change]] of changes.entries()) {
    sum += change;
    const next = changes[index + 1];
    if (next === undefined || floorToSecond(next[0]) > floorToSecond(at)) yield [at, sum];
  }
}

/**
 * The points within the span, without those that do not ascend: Prometheus keeps the first of two values at
 * the same time and rejects earlier times. Points do not ascend if served periods overlap. Times are whole
 * seconds, because Prometheus truncates fractions, which could make two times equal.
 */
function selectAscending({ from, to }: Span, points: () => Iterable<DataPoint>): TimeSeries {
  return {
    *[Symbol.iterator]() {
      let last = Number.NEGATIVE_INFINITY;
      for (const [at, value] of points()) {
        const second = floorToSecond(at);
        if (second <= last || at < from || at > to) continue;
        last = second;
        yield [second, value] as const;
      }
    },
  };
}
