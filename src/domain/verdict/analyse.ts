import { lastOf } from '../lists.ts';
import { MIN_CORRECTED_CLOCK_OFFSET } from '../measurement/generations.ts';
import { measure } from '../measurement/measure.ts';
import type { Measurement } from '../measurement/measurement.ts';
import type { Instant, Seconds, SeriesHistory, Span } from '../model.ts';
import { secondsBetween } from '../time/instant.ts';
import { findFindings } from './findings.ts';
import type { Freshness, SeriesAnalysis } from './series-analysis.ts';

/** Without a limit, the old samples of a stopped poller would still give a verdict. */
const POLLED_MAX_AGE: Seconds = 86_400;

/** Analyses one series from its stored history. */
export function analyse(history: SeriesHistory, { now, maxAge }: Freshness): SeriesAnalysis {
  const { generations, ...stored } = history;
  const measurement = generations.length === 0 ? null : measure(generations);
  const facts = {
    ...stored,
    measurement,
    age: measurement === null ? null : secondsBetween(measurement.lastSample, correctNow(now, measurement)),
    maxAge: maxAge === 'default' ? (stored.isPolled ? POLLED_MAX_AGE : null) : maxAge,
  };
  return { ...facts, findings: findFindings(facts) };
}

/** `now` by AWS's clock, which dates the samples: corrected by the offset of the newest generation. */
export function correctNow(now: Instant, { generations }: Measurement): Instant {
  const offset = lastOf(generations).smallestClockOffset ?? 0;
  return Math.abs(offset) > MIN_CORRECTED_CLOCK_OFFSET ? now - offset * 1000 : now;
}

/** Spans of failed polls by AWS's clock. The store has them by the host's clock. */
export const correctSpans = (spans: readonly Span[], measurement: Measurement): Span[] =>
  spans.map(({ from, to }) => ({ from: correctNow(from, measurement), to: correctNow(to, measurement) }));
