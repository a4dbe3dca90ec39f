import type { Seconds } from '../../domain/model.ts';

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** For an axis or a histogram. Longer steps are multiples of {@link MAX_UNIT_STEP}. */
const STEPS: readonly Seconds[] = [
  ...[1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12].map((count) => count * HOUR),
  ...[1, 2, 3, 5, 7, 14, 30, 60, 90, 180].map((count) => count * DAY),
];
const MAX_UNIT_STEP: Seconds = 360 * DAY;

/** The smallest round step that divides `length` into `maxSteps` parts at most. */
export function chooseRoundStep(length: Seconds, maxSteps: number): Seconds {
  const shortest = length / maxSteps;
  return (
    STEPS.find((step) => step >= shortest) ?? MAX_UNIT_STEP * Math.max(1, Math.ceil(shortest / MAX_UNIT_STEP))
  );
}

/** The multiples of `step` between `from` and `to`, including both. */
export function listMultiples(step: number, from: number, to: number): number[] {
  const first = Math.ceil(from / step);
  const count = Math.floor(to / step) - first + 1;
  // Adding 0 turns -0 into 0.
  return Array.from({ length: Math.max(0, count) }, (_, index) => (first + index) * step + 0);
}
