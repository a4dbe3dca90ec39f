import type { Measurement, ServedPeriod } from '../../domain/measurement/measurement.ts';
import type { Instant, Seconds } from '../../domain/model.ts';
import { secondsBetween } from '../../domain/time/instant.ts';

/** The metric of the minimum remaining validity has one value for each window. */
export const MINIMUM_WINDOWS = ['24h', '7d', '30d', 'all'] as const;
export type MinimumWindow = (typeof MINIMUM_WINDOWS)[number];

const WINDOW_LENGTHS: Readonly<Record<MinimumWindow, Seconds>> = {
  '24h': 86_400,
  '7d': 7 * 86_400,
  '30d': 30 * 86_400,
  all: Number.POSITIVE_INFINITY,
};

/**
 * The shortest validity that a job could have started with in the window before `now`; null without served
 * periods. Over all time, this is the worst case. Remaining validity falls while a generation is served, so
 * the end of each served period is enough.
 */
export function findMinimumRemaining(
  { servedPeriods }: Measurement,
  window: MinimumWindow,
  now: Instant,
): Seconds | null {
  let minimum: Seconds | null = null;
  for (const period of servedPeriods) {
    if (period.to < now - WINDOW_LENGTHS[window] * 1000) continue;
    minimum = Math.min(minimum ?? Number.POSITIVE_INFINITY, findMinimumWhileServed(period));
  }
  return minimum;
}

/** The minimum of the window before the end of each served period. Takes linear time after sorting. */
export function* findMinimumRemainingOverTime(
  { servedPeriods }: Measurement,
  window: MinimumWindow,
): Generator<{ at: Instant; seconds: Seconds }> {
  const ordered = servedPeriods.toSorted((a, b) => a.to - b.to);
  // Possible minima of later windows, from `first` on: ascending both in time and in remaining validity.
  const candidates: { at: Instant; seconds: Seconds }[] = [];
  let first = 0;
  for (const period of ordered) {
    const newest = { at: period.to, seconds: findMinimumWhileServed(period) };
    while (candidates.length > first && (candidates.at(-1) ?? newest).seconds >= newest.seconds)
      candidates.pop();
    candidates.push(newest);
    const start = newest.at - WINDOW_LENGTHS[window] * 1000;
    while ((candidates[first] ?? newest).at < start) first += 1;
    yield { at: newest.at, seconds: (candidates[first] ?? newest).seconds };
  }
}

/**
 * The smaller one of the values at the last sample and at the end of the period. The second value is never
 * below 0, like a lead time.
 */
function findMinimumWhileServed({ generation: { lastSeen, expiration }, to }: ServedPeriod): Seconds {
  return Math.min(secondsBetween(lastSeen, expiration), Math.max(0, secondsBetween(to, expiration)));
}
