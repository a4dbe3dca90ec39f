import type { Measurement, ServedPeriod } from '../../domain/measurement/measurement.ts';
import type { Instant, Seconds } from '../../domain/model.ts';
import { secondsBetween } from '../../domain/time/instant.ts';

/** The spans of time for which monitoring is told the minimum remaining validity. */
export const MINIMUM_WINDOWS = ['24h', '7d', '30d', 'all'] as const;
export type MinimumWindow = (typeof MINIMUM_WINDOWS)[number];

const LENGTHS: Readonly<Record<MinimumWindow, Seconds>> = {
  '24h': 86_400,
  '7d': 7 * 86_400,
  '30d': 30 * 86_400,
  all: Number.POSITIVE_INFINITY,
};

/**
 * The least that a job could have been handed within a window of time up to `now`; null where nothing is known of it.
 * Remaining validity falls while a generation is handed out, so that the end of each tells all. Over all time this is
 * the worst case.
 */
export function findMinimumRemaining(
  { servedPeriods }: Measurement,
  window: MinimumWindow,
  now: Instant,
): Seconds | null {
  let minimum: Seconds | null = null;
  for (const service of servedPeriods) {
    if (service.to < now - LENGTHS[window] * 1000) continue;
    minimum = Math.min(minimum ?? Number.POSITIVE_INFINITY, leastOf(service));
  }
  return minimum;
}

/** At the end of every service: the minimum of the window up to there. In order, and cheap for a hundred thousand. */
export function* findMinimumRemainingOverTime(
  { servedPeriods }: Measurement,
  window: MinimumWindow,
): Generator<{ at: Instant; seconds: Seconds }> {
  const ordered = [...servedPeriods].sort((a, b) => a.to - b.to);
  // Those that may still become the minimum: ever later ones with ever more left.
  const candidates: { at: Instant; seconds: Seconds }[] = [];
  let first = 0;
  for (const service of ordered) {
    const least = { at: service.to, seconds: leastOf(service) };
    while (candidates.length > first && candidates.at(-1)!.seconds >= least.seconds) candidates.pop();
    candidates.push(least);
    while (candidates[first]!.at < least.at - LENGTHS[window] * 1000) first += 1;
    yield { at: least.at, seconds: candidates[first]!.seconds };
  }
}

/** When last seen, and just before the rotation: there it is never below 0, as lead times are not. */
function leastOf({ generation: { lastSeen, expiration }, to }: ServedPeriod): Seconds {
  return Math.min(secondsBetween(lastSeen, expiration), Math.max(0, secondsBetween(to, expiration)));
}
