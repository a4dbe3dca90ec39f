import type { Seconds } from '../model.ts';

/** A poller may miss a poll. A new job still gets the credentials that were served a short while ago. */
const MIN_AGE: Seconds = 900;

/**
 * An older sample says nothing about the credentials that are served now.
 * @param usualGap the usual time between samples. Null if it is unknown
 */
export const findMaxSampleAge = (usualGap: Seconds | null): Seconds =>
  Math.max(MIN_AGE, usualGap === null ? 0 : 2 * usualGap + 60);
