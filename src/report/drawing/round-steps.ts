import type { Seconds } from '../../domain/model.ts';

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** Lengths that a person would choose for an axis or for the bins of a distribution. */
const STEPS: readonly Seconds[] = [
  ...[1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12].map((count) => count * HOUR),
  ...[1, 2, 3, 5, 7, 14, 30, 60, 90, 180, 360].map((count) => count * DAY),
];

/** The smallest round step of which at most so many make up a length. */
export function chooseRoundStep(length: Seconds, atMost: number): Seconds {
  const wanted = length / atMost;
  const found = STEPS.find((step) => step >= wanted);
  if (found !== undefined) return found;
  const longest = STEPS.at(-1)!;
  return longest * Math.ceil(wanted / longest);
}

/** The multiples of a step from one value to another, both included. */
export function multiplesWithin(step: number, from: number, to: number): number[] {
  const first = Math.ceil(from / step);
  const count = Math.floor(to / step) - first + 1;
  // Adding 0 makes a plain 0 of -0.
  return Array.from({ length: Math.max(0, count) }, (_, index) => (first + index) * step + 0);
}
