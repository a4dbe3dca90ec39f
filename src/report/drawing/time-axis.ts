import type { Instant, Seconds, Span } from '../../domain/model.ts';
import { chooseRoundStep, multiplesWithin } from './round-steps.ts';

export interface TimeAxis {
  ticks: readonly Instant[];
  /** Between two of them. */
  step: Seconds;
}

/** At most about so many moments within a span, at round hours or days of UTC. */
export function buildTimeAxis({ from, to }: Span, atMost: number): TimeAxis {
  const step = chooseRoundStep((to - from) / 1000, atMost);
  return { ticks: multiplesWithin(step * 1000, from, to), step };
}
