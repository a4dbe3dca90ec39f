import { correctTime } from '../measurement/generations.ts';
import type { Instant, Seconds } from '../model.ts';
import { correctNow } from '../verdict/analyse.ts';
import type { SeriesAnalysis } from '../verdict/series-analysis.ts';

/**
 * The latest time by the host's clock, by the `Date` header of the response, and by the corrections of the
 * measured series. The latest time is the safe choice, because a wrong clock must not make credentials last longer.
 */
export function findLatestTime(
  now: Instant,
  clockOffset: Seconds | null,
  analysis: SeriesAnalysis | null,
): Instant {
  const measurement = analysis?.measurement ?? null;
  const bySeries = measurement === null ? now : correctNow(now, measurement);
  return Math.max(now, correctTime({ observedAt: now, clockOffset }), bySeries);
}
