import type { Seconds, Span } from '../../../domain/model.ts';
import type { ServedSpan } from '../../drawing/minimum-validity.ts';
import type { ChartData } from './chart-data.ts';

/** The ranges of the axes of a sawtooth chart. */
export interface SawToothScale extends Span {
  bottom: Seconds;
  top: Seconds;
}

const HALF_HOUR_MS = 1_800_000;
const MIN_TOP: Seconds = 60;

/** The chart must contain the lines of all judged jobs. */
export function computeSawToothScale(
  spans: readonly ServedSpan[],
  jobs: readonly { required: Seconds }[],
  { firstSample, lastSample, worstCase }: Pick<ChartData, 'firstSample' | 'lastSample' | 'worstCase'>,
): SawToothScale {
  let top = MIN_TOP;
  for (const { from, expiration } of spans) top = Math.max(top, (expiration - from) / 1000);
  // The name of a job needs space above its line.
  for (const { required } of jobs) top = Math.max(top, required * 1.08);
  // A single sample is drawn in the middle of an hour.
  const padding = lastSample > firstSample ? 0 : HALF_HOUR_MS;
  return {
    from: firstSample - padding,
    to: lastSample + padding,
    // The highest and, below 0, the lowest point do not touch the edge.
    top: top * 1.04,
    bottom: worstCase.seconds < 0 ? worstCase.seconds - top * 0.05 : 0,
  };
}
