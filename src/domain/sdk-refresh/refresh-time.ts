import type { Seconds } from '../model.ts';

/** Every SDK works with this remaining validity. With less, botocore extends the expiration. */
export const SAFE_REMAINING: Seconds = 25 * 60;

/** Credentials are served for at least this time before the next refresh, if they are valid for twice as long. */
const MIN_SERVED: Seconds = 5 * 60;

/**
 * The remaining validity at which served credentials should be refreshed at the latest: half of the lifetime, and at
 * least 25 minutes if the lifetime is 30 minutes or more. With a shorter lifetime, no time is safe for every SDK:
 * credentials are served for 5 minutes, or for half of their lifetime if that is shorter.
 * @param lifetime validity when issued
 * @param minRemaining raises the result, as far as the lifetime allows it
 */
export const chooseRefreshRemaining = (lifetime: Seconds, minRemaining: Seconds = 0): Seconds =>
  Math.max(lifetime / 2, Math.min(Math.max(SAFE_REMAINING, minRemaining), lifetime - MIN_SERVED));

/** With a shorter lifetime, half of the lifetime is less than what every SDK needs. */
export const ADVISED_LIFETIME: Seconds = 2 * SAFE_REMAINING;
