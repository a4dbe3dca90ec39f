import type { Instant, Seconds, Span } from '../../domain/model.ts';
import { multiplesWithin, roundStep } from './round-steps.ts';

export interface TimeAxis {
  ticks: readonly Instant[];
  /** Between two of them. */
  step: Seconds;
}

/** At most about so many moments within a span, at round hours or days of UTC. */
export function timeAxis({ from, to }: Span, atMost: number): TimeAxis {
  const step = roundStep((to - from) / 1000, atMost);
  return { ticks: multiplesWithin(step * 1000, from, to), step };
}
