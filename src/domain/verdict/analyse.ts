import { MIN_CORRECTED_CLOCK_OFFSET } from '../measurement/generations.ts';
import { measure } from '../measurement/measure.ts';
import type { Measurement } from '../measurement/measurement.ts';
import type { Instant, Seconds, SeriesHistory, Span } from '../model.ts';
import { secondsBetween } from '../time/instant.ts';
import { findFindings } from './findings.ts';
import type { Freshness, SeriesAnalysis } from './series-analysis.ts';

/** A polled series is a live one: its figures must not be read from a day when polling was still running. */
const DEFAULT_MAX_AGE: Seconds = 86_400;

/** One series, from what is stored of it. Pure: the same history, freshness rule and moment give the same answer. */
export function analyse(history: SeriesHistory, { now, maxAge }: Freshness): SeriesAnalysis {
  const { identity, isPolled, failedPolls, failedPollSpans, generations } = history;
  const measurement = generations.length === 0 ? null : measure(generations);
  const facts = {
    identity,
    isPolled,
    failedPolls,
    failedPollSpans,
    measurement,
    age: measurement === null ? null : secondsBetween(measurement.lastSample, correctedNow(now, measurement)),
    maxAge: maxAge === 'default' ? (isPolled ? DEFAULT_MAX_AGE : null) : maxAge,
  };
  return { ...facts, findings: findFindings(facts) };
}

/** Samples are dated by AWS's clock; where the host's was last known to be wrong, so is `now`. */
export function correctedNow(now: Instant, { generations }: Measurement): Instant {
  const offset = generations.at(-1)!.smallestClockOffset ?? 0;
  return Math.abs(offset) > MIN_CORRECTED_CLOCK_OFFSET ? now - offset * 1000 : now;
}

/** When polls failed, dated as samples are: they were stored by the host's clock alone. */
export const correctedSpans = (spans: readonly Span[], measurement: Measurement): Span[] =>
  spans.map(({ from, to }) => ({ from: correctedNow(from, measurement), to: correctedNow(to, measurement) }));
