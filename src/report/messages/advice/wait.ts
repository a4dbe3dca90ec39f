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
 * The same advice at any time and in every command. A start waits from the moment at which the remaining validity is
 * too short until the rotation.
 * @param required the validity that the job needs, with its margin
 */
export function adviseWait(
  { shortestRemaining, tolerance }: Pick<RotationForecast, 'shortestRemaining' | 'tolerance'>,
  required: Seconds,
): WaitAdvice {
  const longest = Math.max(1, required - shortestRemaining);
  const wait = Math.ceil((longest + Math.max(RESERVE, tolerance)) / STEP) * STEP;
  return {
    flag: `--wait ${formatFlagDuration(wait)}`,
    reason: `measured waits were at most ${duration(longest)}`,
  };
}
