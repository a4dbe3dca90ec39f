import type { Measurement } from '../../domain/measurement/measurement.ts';
import { range } from '../../domain/measurement/statistics.ts';
import type { Generation, Instant, SeriesIdentity, SourceName, Span } from '../../domain/model.ts';
import { seriesKey } from '../../domain/series-key.ts';
import { secondsBetween } from '../../domain/time/instant.ts';
import type { Assessment } from '../../domain/verdict/assessment.ts';
import type { SeriesAnalysis } from '../../domain/verdict/series-analysis.ts';
import {
  correctedFailureTime,
  findNewestMeasurement,
  groupByHostSource,
  type IntervalFacts,
} from './facts.ts';
import { findMinimumRemainingOverTime, MINIMUM_WINDOWS, type MinimumWindow } from './minimum-remaining.ts';
import { POLL_RESULT_LABELS, type PollResultLabel, RESULT_LABEL_BY_FAILURE } from './poll-result-labels.ts';

/** A value and the whole second at which it held. */
export type DataPoint = readonly [at: Instant, value: number];

/** Points with strictly ascending times; made anew whenever somebody looks through them. */
export type TimeSeries = Iterable<DataPoint>;

/** How the figures of a series came to be what they are. All of it is known from the generations alone. */
export interface SeriesMetricHistory {
  identity: SeriesIdentity;
  /** Instants, at the beginning and the end of each generation's service. */
  expiration: TimeSeries;
  lastUpdated: TimeSeries;
  /** At the first and the last sample of each generation. */
  observedRemaining: TimeSeries;
  lastSuccess: TimeSeries;
  /** At each rotation. */
  rotations: TimeSeries;
  rotationInterval: Readonly<Record<keyof IntervalFacts, TimeSeries>>;
  /** At the end of each generation's service: there it is at its least. */
  minimumRemaining: readonly { window: MinimumWindow; timeSeries: TimeSeries }[];
}

/** Between the first and the last known poll of a kind the count is a lower bound: the hours of the others are not kept. */
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
 * The past of the series that were selected, within the time that was selected. Counts and minima are of all time: they
 * do not begin anew where the selection begins.
 */
export function collectMetricHistory(assessment: Assessment, allTime: Assessment): MetricHistory {
  const spans = new Map(
    assessment.series.map(({ analysis }) => [seriesKey(analysis.identity), spanOf(analysis)]),
  );
  const spanOfPlace = (place: readonly SeriesAnalysis[]) =>
    enclosing(place.flatMap(({ identity }) => spans.get(seriesKey(identity)) ?? []));
  return {
    series: allTime.series.flatMap(({ analysis: { identity, measurement } }) => {
      const span = spans.get(seriesKey(identity)) ?? null;
      return measurement === null || span === null ? [] : [seriesCourse(identity, measurement, span)];
    }),
    hostSources: groupByHostSource(allTime).flatMap((place) => {
      const span = spanOfPlace(place);
      return span === null ? [] : [placeCourse(place, span)];
    }),
  };
}

/** First to last of all that is known of a series. */
function spanOf({ measurement, failedPolls }: SeriesAnalysis): Span | null {
  return enclosing([
    ...(measurement === null ? [] : [{ from: measurement.firstSample, to: measurement.lastSample }]),
    ...failedPolls.flatMap(({ firstAt, lastAt }) => [
      { from: correctedFailureTime(firstAt, measurement), to: correctedFailureTime(lastAt, measurement) },
    ]),
  ]);
}

function enclosing(spans: readonly Span[]): Span | null {
  const ends = range(spans.flatMap(({ from, to }) => [from, to]));
  return ends === null ? null : { from: ends.min, to: ends.max };
}

function seriesCourse(identity: SeriesIdentity, measurement: Measurement, span: Span): SeriesMetricHistory {
  const { generations } = measurement;
  const course = (points: () => Iterable<DataPoint>) => ascending(points, span);
  const atSamples = (value: (generation: Generation, at: Instant) => number) =>
    course(function* () {
      for (const generation of generations) {
        yield [generation.firstSeen, value(generation, generation.firstSeen)];
        yield [generation.lastSeen, value(generation, generation.lastSeen)];
      }
    });
  return {
    identity,
    expiration: course(() => served(measurement, ({ expiration }) => expiration)),
    lastUpdated: course(() => served(measurement, ({ lastUpdated }) => lastUpdated)),
    observedRemaining: atSamples(({ expiration }, at) => secondsBetween(at, expiration)),
    lastSuccess: atSamples((_, at) => at),
    rotations: course(() => rotationCounts(measurement)),
    rotationInterval: {
      last: course(() => intervals(measurement, ({ last }) => last)),
      min: course(() => intervals(measurement, ({ min }) => min)),
      max: course(() => intervals(measurement, ({ max }) => max)),
      mean: course(() => intervals(measurement, ({ mean }) => mean)),
    },
    minimumRemaining: MINIMUM_WINDOWS.map((window) => ({
      window,
      timeSeries: course(function* () {
        for (const { at, seconds } of findMinimumRemainingOverTime(measurement, window)) yield [at, seconds];
      }),
    })),
  };
}

/** The old value holds up to the second before the next generation's service begins. */
function* served(
  { servedPeriods }: Measurement,
  value: (generation: Generation) => number | null,
): Generator<DataPoint> {
  for (const [index, { generation, from, to }] of servedPeriods.entries()) {
    const known = value(generation);
    if (known === null) continue;
    const next = servedPeriods[index + 1]?.from ?? Number.POSITIVE_INFINITY;
    yield [from, known];
    yield [Math.min(to, next - 1000), known];
  }
}

function* rotationCounts({ rotations, firstSample, lastSample }: Measurement): Generator<DataPoint> {
  yield [firstSample, 0];
  for (const [index, { at }] of rotations.entries()) yield [at, index + 1];
  yield [lastSample, rotations.length];
}

function* intervals(
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

function placeCourse(place: readonly SeriesAnalysis[], span: Span): HostSourceMetricHistory {
  const { host, source } = place[0]!.identity;
  const newest = findNewestMeasurement(place);
  const generations = place.flatMap(({ measurement }) => measurement?.generations ?? []);
  const failures = place.flatMap(({ failedPolls }) => failedPolls);
  const outages = place.flatMap(({ failedPollSpans }) => failedPollSpans);
  const failedAt = (at: Instant) => correctedFailureTime(at, newest);
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
    counted[RESULT_LABEL_BY_FAILURE[reason]].push([failedAt(firstAt), 1], [failedAt(lastAt), count - 1]);
  }
  const attempts = byTime([
    ...generations.flatMap(({ firstSeen, lastSeen }): DataPoint[] => [
      [firstSeen, 1],
      [lastSeen, 1],
    ]),
    ...outages.flatMap(({ from, to }): DataPoint[] => [
      [failedAt(from), 0],
      [failedAt(to), 0],
    ]),
  ]);
  return {
    host,
    source,
    polls: POLL_RESULT_LABELS.map((result) => ({
      result,
      timeSeries: ascending(() => sums(byTime([[span.from, 0], ...counted[result], [span.to, 0]])), span),
    })),
    lastAttempt: ascending(() => attempts.map(([at]): DataPoint => [at, at]), span),
    isUp: ascending(() => attempts, span),
  };
}

const byTime = (points: readonly DataPoint[]): DataPoint[] => [...points].sort(([a], [b]) => a - b);

/** What has been counted up to each moment; of several in one second, after the last of them. */
function* sums(changes: readonly DataPoint[]): Generator<DataPoint> {
  let sum = 0;
  for (const [index, [at, change]] of changes.entries()) {
    sum += change;
    const next = changes[index + 1];
    if (next === undefined || wholeSecond(next[0]) > wholeSecond(at)) yield [at, sum];
  }
}

const wholeSecond = (at: Instant) => Math.floor(at / 1000) * 1000;

/**
 * Prometheus keeps the first of two values of one moment and refuses what goes back in time: generations that are handed
 * out in turns overlap. Whole seconds, since it cuts what comes in fractions of one, and might make one moment of two.
 */
function ascending(points: () => Iterable<DataPoint>, { from, to }: Span): TimeSeries {
  return {
    *[Symbol.iterator]() {
      let last = Number.NEGATIVE_INFINITY;
      for (const [at, value] of points()) {
        const second = wholeSecond(at);
        if (second <= last || at < from || at > to) continue;
        last = second;
        yield [second, value] as const;
      }
    },
  };
}
