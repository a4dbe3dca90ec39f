/** The pauses between attempts, in milliseconds. */
export interface BackoffLimits {
  minMs: number;
  /** The largest random part after the first failure. It doubles with each further failure. */
  firstMs: number;
  /** The largest random part after many failures. */
  maxMs: number;
}

/** For a server that many hosts use. Without `minMs`, many of them would retry at the same moment. */
export const SERVER_BACKOFF: BackoffLimits = { minMs: 100, firstMs: 500, maxMs: 15_000 };

/**
 * The pause before the next attempt, in milliseconds. Exponential back-off with full jitter, because a fleet loses its
 * server at one moment.
 * @param failures the number of failed attempts, at least 1
 * @param random returns a number x with 0 ≤ x < 1
 */
export const computePauseMs = (
  { minMs, firstMs, maxMs }: BackoffLimits,
  failures: number,
  random: () => number,
): number => minMs + random() * Math.min(maxMs, firstMs * 2 ** (failures - 1));
