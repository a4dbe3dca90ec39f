import type { Instant, Seconds } from '../model.ts';

/** When a report has something to show. */
export type ComeBack =
  /** A rotation was measured. */
  | { code: 'NOW' }
  /** `interval`: how long the source usually serves the same credentials. */
  | { code: 'AFTER_ROTATION'; at: Instant; interval: Seconds }
  /** How often the source rotates is unknown, but it has to serve new credentials before the old ones expire. */
  | { code: 'AFTER_EXPIRATION'; at: Instant };

interface CurrentCredentials {
  now: Instant;
  lastUpdated: Instant | null;
  expiration: Instant;
  /** Witnessed rotations of the series. */
  rotationCount: number;
  /** Null if unknown. */
  usualInterval: Seconds | null;
  /** The interval of polls. */
  every: Seconds;
}

/** The first rotation is measured by the first poll after it. */
export function findComeBack(current: CurrentCredentials): ComeBack {
  const { now, lastUpdated, expiration, rotationCount, usualInterval, every } = current;
  if (rotationCount > 0) return { code: 'NOW' };
  if (usualInterval === null) return { code: 'AFTER_EXPIRATION', at: toMinute(expiration + every * 1000) };
  const due = (lastUpdated ?? now) + usualInterval * 1000;
  // An overdue rotation can happen at any time, so nothing is known but the interval.
  const rotation = due > now ? due : now + usualInterval * 1000;
  return { code: 'AFTER_ROTATION', at: toMinute(rotation + every * 1000), interval: usualInterval };
}

const MINUTE_MS = 60_000;

const toMinute = (instant: Instant): Instant => Math.ceil(instant / MINUTE_MS) * MINUTE_MS;
