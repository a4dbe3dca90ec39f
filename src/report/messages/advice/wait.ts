import type { RotationForecast } from '../../../domain/measurement/forecast.ts';
import type { Seconds } from '../../../domain/model.ts';
import { formatDuration as duration, formatFlagDuration } from '../../../domain/time/duration.ts';

const STEP: Seconds = 300;

/** A rotation can be later than all measured ones. */
const RESERVE: Seconds = 300;

/** The flag that waits for a safe start at any time, and the figure from which it comes. */
export interface WaitAdvice {
  /** `--wait 15m`. */
  flag: string;
  /** `measured waits were at most 8m 34s`. */
  reason: string;
}

/**
 * The same advice at any time and in every command.
 * @param safeTime how long a start is safe after a rotation; 0 if that is unknown
 */
export function adviseWait(
  { longestInterval, tolerance }: Pick<RotationForecast, 'longestInterval' | 'tolerance'>,
  safeTime: Seconds,
): WaitAdvice {
  const longest = Math.max(1, longestInterval - Math.max(0, safeTime));
  const wait = Math.ceil((longest + Math.max(RESERVE, tolerance)) / STEP) * STEP;
  return {
    flag: `--wait ${formatFlagDuration(wait)}`,
    reason: `measured waits were at most ${duration(longest)}`,
  };
}
