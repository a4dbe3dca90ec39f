import type { Measurement } from '../../domain/measurement/measurement.ts';
import { range } from '../../domain/measurement/statistics.ts';
import type { Generation, Instant, SeriesIdentity, SourceName, Span } from '../../domain/model.ts';
import { getSeriesKey } from '../../domain/series-key.ts';
import { secondsBetween } from '../../domain/time/instant.ts';
import type { Assessment } from '../../domain/verdict/assessment.ts';
import type { SeriesAnalysis } from '../../domain/verdict/series-analysis.ts';
import {
  correctedFailureTime,
  findNewestMeasurement,
  groupByHostSource,
  type HostSourceGroup,
  type IntervalFacts,
} from './facts.ts';
import { findMinimumRemainingOverTime, MINIMUM_WINDOWS, type MinimumWindow } from './minimum-remaining.ts';
import { POLL_RESULT_LABELS, type PollResultLabel, RESULT_LABEL_BY_FAILURE } from './poll-result-labels.ts';

/** A value and the whole second at which it held. */
export type DataPoint = readonly [at: Instant, value: number];

/** Points with strictly ascending times. Each iteration computes them again, so that memory stays small. */
export type TimeSeries = Iterable<DataPoint>;

/** The metrics of one series over time, computed from its generations. */
export interface SeriesMetricHistory {
  identity: SeriesIdentity;
  /** The values are instants. One point at the start and one at the end of each served period. */
  expiration: TimeSeries;
  lastUpdated: TimeSeries;
  /** At the first and the last sample of each generation. */
  observedRemaining: TimeSeries;
  lastSuccess: TimeSeries;
  /** At each rotation. */
  rotations: TimeSeries;
  rotationInterval: Readonly<Record<keyof IntervalFacts, TimeSeries>>;
  /** At the end of each served period, where remaining validity is smallest. */
  minimumRemaining: readonly { window: MinimumWindow; timeSeries: TimeSeries }[];
}

/** Only the first and last time of equal polls are stored, so counts between those times are lower bounds. */
export interface HostSourceMetricHistory {
  host: string;
  source: SourceName;
  polls: readonly { result: PollResultLabel; timeSeries: TimeSeries }[];
  lastAttempt: TimeSeries;
  isUp: TimeSeries;
}

export interface MetricHistory {
  series: readonly SeriesMetricHistory[];
  hostSources: readonly HostSourceMetricHistory[];
}

/**
 * The history of the selected series in the selected time. Counts and minima include all time before, so that
 * a later selection does not reset them.
 */
export function collectMetricHistory(assessment: Assessment, allTime: Assessment): MetricHistory {
  const spans = new Map(
    assessment.series.map(({ analysis }) => [getSeriesKey(analysis.identity), findKnownSpan(analysis)]),
  );
  const findGroupSpan = (group: HostSourceGroup) =>
    findEnclosingSpan(group.flatMap(({ identity }) => spans.get(getSeriesKey(identity)) ?? []));
  return {
    series: allTime.series.flatMap(({ analysis: { identity, measurement } }) => {
      const span = spans.get(getSeriesKey(identity)) ?? null;
      return measurement === null || span === null ? [] : [buildSeriesHistory(identity, measurement, span)];
    }),
    hostSources: groupByHostSource(allTime).flatMap((group) => {
      const span = findGroupSpan(group);
      return span === null ? [] : [buildHostSourceHistory(group, span)];
    }),
  };
}

/** From the first to the last sample or failed poll. */
function findKnownSpan({ measurement, failedPolls }: SeriesAnalysis): Span | null {
  return findEnclosingSpan([
    ...(measurement === null ? [] : [{ from: measurement.firstSample, to: measurement.lastSample }]),
    ...failedPolls.flatMap(({ firstAt, lastAt }) => [
      { from: correctedFailureTime(firstAt, measurement), to: correctedFailureTime(lastAt, measurement) },
    ]),
  ]);
}

function findEnclosingSpan(spans: readonly Span[]): Span | null {
  const ends = range(spans.flatMap(({ from, to }) => [from, to]));
  return ends === null ? null : { from: ends.min, to: ends.max };
}

function buildSeriesHistory(
  identity: SeriesIdentity,
  measurement: Measurement,
  span: Span,
): SeriesMetricHistory {
  const { generations } = measurement;
  const within = (points: () => Iterable<DataPoint>) => selectAscending(points, span);
  const atSamples = (value: (generation: Generation, at: Instant) => number) =>
    within(function* () {
      for (const generation of generations) {
        yield [generation.firstSeen, value(generation, generation.firstSeen)];
        yield [generation.lastSeen, value(generation, generation.lastSeen)];
      }
    });
  return {
    identity,
    expiration: within(() => listServedValues(measurement, ({ expiration }) => expiration)),
    lastUpdated: within(() => listServedValues(measurement, ({ lastUpdated }) => lastUpdated)),
    observedRemaining: atSamples(({ expiration }, at) => secondsBetween(at, expiration)),
    lastSuccess: atSamples((_, at) => at),
    rotations: within(() => countRotations(measurement)),
    rotationInterval: {
      last: within(() => listIntervals(measurement, ({ last }) => last)),
      min: within(() => listIntervals(measurement, ({ min }) => min)),
      max: within(() => listIntervals(measurement, ({ max }) => max)),
      mean: within(() => listIntervals(measurement, ({ mean }) => mean)),
    },
    minimumRemaining: MINIMUM_WINDOWS.map((window) => ({
      window,
      timeSeries: within(function* () {
        for (const { at, seconds } of findMinimumRemainingOverTime(measurement, window)) yield [at, seconds];
      }),
    })),
  };
}

/** A value holds until one second before the next served period begins. */
function* listServedValues(
  { servedPeriods }: Measurement,
  getValue: (generation: Generation) => number | null,
): Generator<DataPoint> {
  for (const [index, { generation, from, to }] of servedPeriods.entries()) {
    const value = getValue(generation);
    if (value === null) continue;
    const next = servedPeriods[index + 1]?.from ?? Number.POSITIVE_INFINITY;
    yield [from, value];
    yield [Math.min(to, next - 1000), value];
  }
}

function* countRotations({ rotations, firstSample, lastSample }: Measurement): Generator<DataPoint> {
  yield [firstSample, 0];
  for (const [index, { at }] of rotations.entries()) yield [at, index + 1];
  yield [lastSample, rotations.length];
}

function* listIntervals(
  { rotations }: Measurement,
  choose: (facts: IntervalFacts) => number,
): Generator<DataPoint> {
  let [count, sum, min, max] = [0, 0, Number.POSITIVE_INFINITY, 0];
  for (const { at, interval } of rotations) {
    if (interval === null) continue;
    count += 1;
    sum += interval;
    [min, max] = [Math.min(min, interval), Math.max(max, interval)];
    yield [at, choose({ last: interval, min, max, mean: Math.round(sum / count) })];
  }
}

function buildHostSourceHistory(group: HostSourceGroup, span: Span): HostSourceMetricHistory {
  const { host, source } = group[0].identity;
  const newest = findNewestMeasurement(group);
  const generations = group.flatMap(({ measurement }) => measurement?.generations ?? []);
  const failures = group.flatMap(({ failedPolls }) => failedPolls);
  const outages = group.flatMap(({ failedPollSpans }) => failedPollSpans);
  const correct = (at: Instant) => correctedFailureTime(at, newest);
  const counted: Record<PollResultLabel, DataPoint[]> = {
    ok: [],
    timeout: [],
    http_error: [],
    parse_error: [],
    absent: [],
  };
  for (const { firstSeen, lastSeen, samples } of generations) {
    counted.ok.push([firstSeen, 1], [lastSeen, samples - 1]);
  }
  for (const { reason, count, firstAt, lastAt } of failures) {
    counted[RESULT_LABEL_BY_FAILURE[reason]].push([correct(firstAt), 1], [correct(lastAt), count - 1]);
  }
  const attempts = sortByTime([
    ...generations.flatMap(({ firstSeen, lastSeen }): DataPoint[] => [
      [firstSeen, 1],
      [lastSeen, 1],
    ]),
    ...outages.flatMap(({ from, to }): DataPoint[] => [
      [correct(from), 0],
      [correct(to), 0],
    ]),
  ]);
  return {
    host,
    source,
    polls: POLL_RESULT_LABELS.map((result) => ({
      result,
      timeSeries: selectAscending(
        () => sumUp(sortByTime([[span.from, 0], ...counted[result], [span.to, 0]])),
        span,
      ),
    })),
    lastAttempt: selectAscending(() => attempts.map(([at]): DataPoint => [at, at]), span),
    isUp: selectAscending(() => attempts, span),
  };
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

const floorToSecond = (at: Instant) => Math.floor(at / 1000) * 1000;

/**
 * The points within the span, without those that do not ascend: Prometheus keeps the first of two values at
 * the same time and rejects earlier times. Points do not ascend if served periods overlap. Times are whole
 * seconds, because Prometheus truncates fractions, which could make two times equal.
 */
function selectAscending(points: () => Iterable<DataPoint>, { from, to }: Span): TimeSeries {
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
