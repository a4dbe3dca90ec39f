import { LONGEST_VALIDITY } from '../../domain/aws-limits.ts';
import type { Instant, IssuedCredentials, Seconds } from '../../domain/model.ts';

/** AWS refuses what is signed by a clock further off than this: up to there a wrong clock goes unnoticed on either side. */
const TOLERANCE: Seconds = 900;

/** ECS agents were seen to serve credentials for days after they had expired. */
const LONGEST_SERVED_EXPIRED: Seconds = 30 * 86_400;

/**
 * Whether the `Date` of an answer can be AWS's clock, given the document that came with it: credentials are not seen
 * before they are issued nor long after their end, and do not live longer than AWS lets any. Only where the host's own clock fits better.
 */
export function isPlausibleClockOffset(
  clockOffset: Seconds,
  observedAt: Instant,
  { lastUpdated, expiration }: IssuedCredentials,
): boolean {
  const fits = (at: Instant) =>
    (lastUpdated === null || at >= lastUpdated - TOLERANCE * 1000) &&
    expiration - at <= LONGEST_VALIDITY * 1000 &&
    at - expiration <= LONGEST_SERVED_EXPIRED * 1000;
  return fits(observedAt - clockOffset * 1000) || !fits(observedAt);
}
