import type { Instant, Seconds, Span } from '../../../domain/model.ts';
import type { LeastValidity } from '../../drawing/least-validity.ts';

/** What the axes of a saw-tooth reach over. */
export interface SawToothScale extends Span {
  bottom: Seconds;
  top: Seconds;
}

export interface Shown {
  spans: readonly LeastValidity[];
  first: Instant;
  last: Instant;
  worst: Seconds;
  /** The needs of jobs, which have to be in the picture. */
  required: readonly Seconds[];
}

const HALF_AN_HOUR = 1_800_000;
const LEAST_TOP: Seconds = 60;

export function sawToothScale({ spans, first, last, worst, required }: Shown): SawToothScale {
  let top = LEAST_TOP;
  for (const { from, expiration } of spans) top = Math.max(top, (expiration - from) / 1000);
  // Above the line of a job stands its name.
  for (const seconds of required) top = Math.max(top, seconds * 1.08);
  // A single sample has no length to draw along: an hour around it has.
  const spare = last > first ? 0 : HALF_AN_HOUR;
  return {
    from: first - spare,
    to: last + spare,
    // Neither the highest nor, below 0, the lowest lies on the edge.
    top: top * 1.04,
    bottom: worst < 0 ? worst - top * 0.05 : 0,
  };
}
