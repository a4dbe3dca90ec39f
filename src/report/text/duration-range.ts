import type { Seconds } from '../../domain/model.ts';
import { formatDuration } from '../../domain/time/duration.ts';
import { getSmallUnit } from './rough-duration.ts';

const [MINUTE, HOUR, DAY] = [60, 3600, 86_400];

/**
 * `6h 00m – 6h 34m`, or one duration if both are the same. Rounds outwards to the second unit of the larger one, so that
 * the range contains all values. Does not round durations that differ by less than that unit.
 */
export function formatDurationRange(min: Seconds, max: Seconds): string {
  if (min === max) return formatDuration(min);
  const unit = getSmallUnit(max);
  const ends = [Math.floor(min / unit) * unit, Math.ceil(max / unit) * unit];
  const isDistinct = Math.trunc(min / unit) !== Math.trunc(max / unit);
  return (isDistinct ? ends : [min, max])
    .map((each) => (isDistinct ? formatInUnits(each, unit) : formatDuration(each)))
    .join(' – ');
}

/** The range does not end at the exact values. */
export function isRangeRounded(min: Seconds, max: Seconds): boolean {
  const unit = getSmallUnit(max);
  const isDistinct = Math.trunc(min / unit) !== Math.trunc(max / unit);
  return isDistinct && (min % unit !== 0 || max % unit !== 0);
}

/** `6h 00m`: two units at most. A duration below the smaller unit is `0` of it. */
function formatInUnits(seconds: Seconds, unit: number): string {
  const [sign, length] = [seconds < 0 ? '-' : '', Math.abs(seconds)];
  if (unit === 1) return formatDuration(seconds);
  const [large, largeName, smallName] = unit === MINUTE ? [HOUR, 'h', 'm'] : [DAY, 'd', 'h'];
  const [whole, rest] = [Math.floor(length / large), Math.floor((length % large) / unit)];
  return whole === 0
    ? `${sign}${rest}${smallName}`
    : `${sign}${whole}${largeName} ${String(rest).padStart(2, '0')}${smallName}`;
}
