import { MAX_VALIDITY } from '../aws-limits.ts';
import type { Instant, IssuedCredentials, Seconds } from '../model.ts';

/** The clock skew that AWS tolerates in signed requests. A smaller error can go unnoticed on either side. */
const TOLERANCE: Seconds = 900;

/** ECS agents have served credentials for days after their expiration. */
const MAX_TIME_SERVED_EXPIRED: Seconds = 30 * 86_400;

/**
 * Whether the `Date` header can be AWS's clock, given the document in the same response. Credentials are not
 * served before they are issued or long after they expire, and are not valid for longer than AWS allows. Also
 * true if the host's own clock does not fit the document either.
 */
export function isPlausibleClockOffset(
  clockOffset: Seconds,
  observedAt: Instant,
  { lastUpdated, expiration }: IssuedCredentials,
): boolean {
  const fits = (at: Instant) =>
    (lastUpdated === null || at >= lastUpdated - TOLERANCE * 1000) &&
    expiration - at <= MAX_VALIDITY * 1000 &&
    at - expiration <= MAX_TIME_SERVED_EXPIRED * 1000;
  return fits(observedAt - clockOffset * 1000) || !fits(observedAt);
}
