import type { Seconds, Span } from '../../../domain/model.ts';
import type { ServedSpan } from '../../drawing/minimum-validity.ts';
import type { ChartData } from './chart-data.ts';

/** The ranges of the axes of a sawtooth chart. */
export interface SawToothScale extends Span {
  bottom: Seconds;
  top: Seconds;
}

/** Pixels of the plot, without the labels of the time axis. */
export const PLOT_HEIGHT = 208;
/** Pixels above the plot, for half of the highest label, and below it, for labels of two lines. */
export const [SPACE_ABOVE, SPACE_BELOW] = [8, 40];

const HALF_HOUR_MS = 1_800_000;
const MIN_TOP: Seconds = 60;
/** If the lowest value is a smaller share of the highest one, the axis begins at 0. */
const MIN_SHARE_TO_CROP = 0.4;

/** The range of the time axis, and what the range of the validity axis must contain. */
interface ScaleInput extends Pick<ChartData, 'firstSample' | 'lastSample' | 'worstCase'> {
  jobs: readonly { required: Seconds }[];
  /** Failed polls. Those after the last sample show that the source has stopped responding. */
  failed: readonly Span[];
}

/**
 * The chart contains the lines of all judged jobs. The validity axis begins near the lowest value, because a shortfall of
 * minutes would not be visible on an axis of many hours.
 */
export function computeSawToothScale(
  spans: readonly ServedSpan[],
  { jobs, failed, firstSample, lastSample, worstCase }: ScaleInput,
): SawToothScale {
  let [low, top] = [worstCase.seconds, MIN_TOP];
  for (const { from, expiration } of spans) top = Math.max(top, (expiration - from) / 1000);
  for (const { required } of jobs) {
    top = Math.max(top, required);
    low = Math.min(low, required);
  }
  const end = failed.reduce((latest, { to }) => Math.max(latest, to), lastSample);
  const room = (top - low) * 0.08;
  // A single sample is drawn in the middle of an hour.
  const padding = end > firstSample ? 0 : HALF_HOUR_MS;
  return {
    from: firstSample - padding,
    to: end + padding,
    top: top + Math.max(room, top * 0.01),
    bottom: low >= 0 && low < MIN_SHARE_TO_CROP * top ? 0 : low - Math.max(3 * room, top * 0.01),
  };
}
