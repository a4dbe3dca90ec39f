import { findLargest, valueAt } from '../measurement/columns/column.ts';
import { getHistoryColumns } from '../measurement/columns/column-measurement.ts';
import type { Instant, Seconds } from '../model.ts';
import { secondsBetween } from '../time/instant.ts';
import { computeAge } from '../verdict/analyse.ts';
import type { SeriesAnalysis } from '../verdict/series-analysis.ts';

/** A few samples can be those of `check`, which takes one itself. */
const MIN_SAMPLES = 5;
/** A longer interval hides rotations, so that more polls help. */
const MAX_INTERVAL: Seconds = 3600;
/** A poll can be late, or fail once. */
const MAX_INTERVALS_WITHOUT_SAMPLE = 3;

/** The usual time between two samples, if the command `poll` samples the series now. Else null. */
export function findPollInterval(analysis: SeriesAnalysis | null, now: Instant): Seconds | null {
  const measurement = analysis?.measurement ?? null;
  // Samples of `check` and `init` say nothing about a poller.
  if (measurement === null || analysis?.lastPollAt === undefined) return null;
  const { usualGap, sampleCount, gaps, lastSample } = measurement;
  if (usualGap === null || usualGap > MAX_INTERVAL || sampleCount < MIN_SAMPLES) return null;
  const longest = MAX_INTERVALS_WITHOUT_SAMPLE * usualGap;
  // `check` has taken the sample after the gap.
  if (computeAge(now, measurement) > longest || gaps.at(-1)?.to === lastSample) return null;
  if (secondsBetween(analysis.lastPollAt, lastSample) > longest) return null;
  const { firstSeen, lastSeen, samples } = getHistoryColumns(measurement).generations;
  const newest = findLargest(lastSeen);
  const pauses = valueAt(samples, newest) - 1;
  const meanPause = pauses < 1 ? 0 : (valueAt(lastSeen, newest) - valueAt(firstSeen, newest)) / 1000 / pauses;
  return meanPause > longest ? null : usualGap;
}
