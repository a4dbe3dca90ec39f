import { correctTime } from '../measurement/generations.ts';
import { measure, measureColumns } from '../measurement/measure.ts';
import type { Measurement } from '../measurement/measurement.ts';
import type { Instant, Seconds, SeriesHistory, Span } from '../model.ts';
import { secondsBetween } from '../time/instant.ts';
import { findFindings } from './checks/findings.ts';
import type { CheckedSeries, ColumnHistory, Freshness, SeriesAnalysis } from './series-analysis.ts';

/** Without a limit, the old samples of a stopped poller would still give a verdict. */
export const POLLED_MAX_AGE: Seconds = 86_400;

/** Analyses one series from its stored history. */
export function analyse(history: SeriesHistory, freshness: Freshness): SeriesAnalysis {
  const { generations, newestClockOffset, identity } = history;
  const measurement =
    generations.length === 0
      ? null
      : measure(generations, newestClockOffset, identity.source, isReadElsewhere(history, freshness));
  return analyseMeasurement(history, measurement, freshness);
}

/** As {@link analyse}, for columns. */
export function analyseColumns(history: ColumnHistory, freshness: Freshness): SeriesAnalysis {
  const { generations, newestClockOffset, identity } = history;
  const measurement =
    generations.count === 0
      ? null
      : measureColumns(generations, newestClockOffset, identity.source, isReadElsewhere(history, freshness));
  return analyseMeasurement(history, measurement, freshness);
}

/** Nobody knows by which clock a log was written, or which machine polled a series of a database of other hosts. */
export const isReadElsewhere = (
  { isPolled, polledBy }: Pick<SeriesHistory, 'isPolled' | 'polledBy'>,
  { machine }: Pick<Freshness, 'machine'>,
): boolean => !isPolled || (machine !== undefined && polledBy !== machine);

function analyseMeasurement(
  {
    identity,
    isPolled,
    failedPolls,
    failedPollSpans,
    session,
    newestOutside,
    polledAt,
  }: Omit<SeriesHistory, 'generations'>,
  measurement: Measurement | null,
  { now, maxAge }: Freshness,
): SeriesAnalysis {
  const series: CheckedSeries = {
    identity,
    isPolled,
    failedPolls,
    failedPollSpans,
    session,
    ...(newestOutside === undefined ? {} : { newestOutside }),
    ...(polledAt === undefined ? {} : { polledAt }),
    ...(polledAt == null || measurement === null
      ? {}
      : { lastPollAt: correctHostTime(polledAt, measurement) }),
    measurement,
    analysedAt: measurement === null ? now : correctNow(now, measurement),
    age: measurement === null ? null : computeAge(now, measurement),
    maxAge: findMaxAge(maxAge, isPolled),
  };
  return { ...series, findings: findFindings(series) };
}

export const findMaxAge = (maxAge: Freshness['maxAge'], isPolled: boolean): Seconds | null =>
  maxAge === 'default' ? (isPolled ? POLLED_MAX_AGE : null) : maxAge;

/** The age of the newest sample. The clock may have been set since that sample: the larger age counts. */
export function computeAge(now: Instant, measurement: Pick<Measurement, 'lastSample' | 'clock'>): Seconds {
  const { lastSample, clock } = measurement;
  const age = secondsBetween(lastSample, correctNow(now, measurement));
  if (!clock.usesRawTimes) return age;
  const corrected = correctTime({ observedAt: now, clockOffset: clock.newestOffset });
  const later = clock.isReadElsewhere ? Math.max(now, corrected) : corrected;
  return Math.max(age, secondsBetween(clock.correctedLastSample, later));
}

/**
 * `now` by the clock that dates the samples of the series. On another machine than the host, the clock of `now` may be
 * right already. The later time is the safe choice, because a wrong clock must not make credentials last longer.
 */
export function correctNow(now: Instant, measurement: Pick<Measurement, 'clock'>): Instant {
  const corrected = correctHostTime(now, measurement);
  return measurement.clock.isReadElsewhere ? Math.max(now, corrected) : corrected;
}

/**
 * A time of the host's clock by the clock that dates the samples of the series: corrected by the newest known offset,
 * unless the series uses the host's clock.
 */
export function correctHostTime(at: Instant, { clock }: Pick<Measurement, 'clock'>): Instant {
  const { usesRawTimes, newestOffset: clockOffset, shiftMs } = clock;
  return (usesRawTimes ? at : correctTime({ observedAt: at, clockOffset })) + shiftMs;
}

/** Spans of failed polls by AWS's clock. The store has them by the host's clock. */
export const correctSpans = (spans: readonly Span[], measurement: Measurement): Span[] =>
  spans.map(({ from, to }) => ({
    from: correctHostTime(from, measurement),
    to: correctHostTime(to, measurement),
  }));
