import type { Instant, Seconds, Span } from '../../../domain/model.ts';
import type { MinimumValiditySpan } from '../../drawing/minimum-validity.ts';

/** What the axes of a saw-tooth reach over. */
export interface SawToothScale extends Span {
  bottom: Seconds;
  top: Seconds;
}

export interface SawToothContent {
  spans: readonly MinimumValiditySpan[];
  firstSample: Instant;
  lastSample: Instant;
  worstCaseSeconds: Seconds;
  /** The needs of jobs, which have to be in the picture. */
  required: readonly Seconds[];
}

const HALF_AN_HOUR = 1_800_000;
const LEAST_TOP: Seconds = 60;

export function computeSawToothScale({
  spans,
  firstSample,
  lastSample,
  worstCaseSeconds,
  required,
}: SawToothContent): SawToothScale {
  let top = LEAST_TOP;
  for (const { from, expiration } of spans) top = Math.max(top, (expiration - from) / 1000);
  // Above the line of a job stands its name.
  for (const seconds of required) top = Math.max(top, seconds * 1.08);
  // A single sample has no length to draw along: an hour around it has.
  const spare = lastSample > firstSample ? 0 : HALF_AN_HOUR;
  return {
    from: firstSample - spare,
    to: lastSample + spare,
    // Neither the highest nor, below 0, the lowest lies on the edge.
    top: top * 1.04,
    bottom: worstCaseSeconds < 0 ? worstCaseSeconds - top * 0.05 : 0,
  };
}
