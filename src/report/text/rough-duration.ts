import type { Seconds } from '../../domain/model.ts';
import { formatDuration } from '../../domain/time/duration.ts';

const [MINUTE, HOUR, DAY] = [60, 3600, 86_400];

/** The smaller unit of a duration with two units: `3d 04h`, `5h 20m`, `2m 13s`. */
export const getSmallUnit = (seconds: Seconds): Seconds => {
  const length = Math.abs(seconds);
  return length >= DAY ? HOUR : length >= HOUR ? MINUTE : 1;
};

/** Two units at most, because smaller units distract. Rounds down. */
export function formatRoughDuration(seconds: Seconds): string {
  const unit = getSmallUnit(seconds);
  return formatDuration(Math.floor(seconds / unit) * unit);
}

/** `about 3d 03h`. Rounds up, so that nobody returns too early. */
export function formatAbout(seconds: Seconds): string {
  const unit = getAboutUnit(seconds);
  return `about ${formatDuration(Math.ceil(seconds / unit) * unit)}`;
}

const getAboutUnit = (seconds: Seconds): Seconds => {
  if (seconds >= DAY) return HOUR;
  if (seconds >= HOUR) return 5 * MINUTE;
  if (seconds >= 10 * MINUTE) return MINUTE;
  return seconds >= MINUTE ? 10 : 1;
};
