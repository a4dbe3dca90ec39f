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
    generations.length === 0 ? null : measure(generations, newestClockOffset, identity.source);
  return analyseMeasurement(history, measurement, freshness);
}

/** As {@link analyse}, for columns. */
export function analyseColumns(history: ColumnHistory, freshness: Freshness): SeriesAnalysis {
  const { generations, newestClockOffset, identity } = history;
  const measurement =
    generations.count === 0 ? null : measureColumns(generations, newestClockOffset, identity.source);
  return analyseMeasurement(history, measurement, freshness);
}

function analyseMeasurement(
  { identity, isPolled, failedPolls, failedPollSpans, session }: Omit<SeriesHistory, 'generations'>,
  measurement: Measurement | null,
  { now, maxAge }: Freshness,
): SeriesAnalysis {
  const series: CheckedSeries = {
    identity,
    isPolled,
    failedPolls,
    failedPollSpans,
    session,
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
  const correctedNow = correctTime({ observedAt: now, clockOffset: clock.newestOffset });
  return Math.max(age, secondsBetween(clock.correctedLastSample, correctedNow));
}

/**
 * `now` by the clock that dates the samples of the series: corrected by the newest known offset, unless the
 * series uses the host's clock.
 */
export function correctNow(now: Instant, { clock }: Pick<Measurement, 'clock'>): Instant {
  const { usesRawTimes, newestOffset: clockOffset, shiftMs } = clock;
  return (usesRawTimes ? now : correctTime({ observedAt: now, clockOffset })) + shiftMs;
}

/** Spans of failed polls by AWS's clock. The store has them by the host's clock. */
export const correctSpans = (spans: readonly Span[], measurement: Measurement): Span[] =>
  spans.map(({ from, to }) => ({ from: correctNow(from, measurement), to: correctNow(to, measurement) }));
