const FIRST_PAUSE_MS = 500;
const MAX_PAUSE_MS = 15_000;
/** Below it, thousands of hosts would try again at the same moment. */
const MIN_PAUSE_MS = 100;

/**
 * The pause before the next attempt. A random part of a limit that doubles, because a fleet loses its database at one
 * moment.
 * @param failures the number of failed attempts, at least 1
 * @param random returns a number from 0 to less than 1
 */
export const computePauseMs = (failures: number, random: () => number): number =>
  MIN_PAUSE_MS + random() * Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
