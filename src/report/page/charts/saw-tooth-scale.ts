import type { Instant, Seconds, Span } from '../../../domain/model.ts';
import type { MinimumValiditySpan } from '../../drawing/minimum-validity.ts';

/** The ranges of the axes of a sawtooth chart. */
export interface SawToothScale extends Span {
  bottom: Seconds;
  top: Seconds;
}

export interface SawToothContent {
  spans: readonly MinimumValiditySpan[];
  firstSample: Instant;
  lastSample: Instant;
  worstCaseSeconds: Seconds;
  /** By the judged jobs. The chart must contain these lines. */
  required: readonly Seconds[];
}

const HALF_AN_HOUR = 1_800_000;
const MIN_TOP: Seconds = 60;

export function computeSawToothScale({
  spans,
  firstSample,
  lastSample,
  worstCaseSeconds,
  required,
}: SawToothContent): SawToothScale {
  let top = MIN_TOP;
  for (const { from, expiration } of spans) top = Math.max(top, (expiration - from) / 1000);
  // The name of a job needs space above its line.
  for (const seconds of required) top = Math.max(top, seconds * 1.08);
  // A single sample is drawn in the middle of an hour.
  const padding = lastSample > firstSample ? 0 : HALF_AN_HOUR;
  return {
    from: firstSample - padding,
    to: lastSample + padding,
    // The highest and, below 0, the lowest point do not touch the edge.
    top: top * 1.04,
    bottom: worstCaseSeconds < 0 ? worstCaseSeconds - top * 0.05 : 0,
  };
}
