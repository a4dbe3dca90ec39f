import { minBy } from '../measurement/statistics.ts';
import type { Instant, Seconds, SeriesIdentity } from '../model.ts';
import { findWrongClockOffset, type KeySighting } from './key-answer.ts';

/** What the database knows about a copied key. */
export interface KnownKey {
  /** The earliest expiration that any series states for the key. */
  expiration: Instant;
  /** The series that states this expiration. */
  identity: SeriesIdentity;
  /** How far AWS's clock is ahead of the host's clock, as far as the series know. Not negative. */
  aheadMs: number;
  /** The host's clock minus AWS's clock, if that is so much that AWS rejects requests. Else null. */
  wrongClockOffset: Seconds | null;
}

/** What the database knows about the key of a poll. */
export interface PolledKey extends KnownKey {
  /** The later expiration that the source or the user states. Null: none, or it is not later. */
  laterExpiration: Instant | null;
}

/**
 * Of several series with the key, the earliest expiration counts. Null if no series has the key.
 * @param now by the clock of this host
 */
export function findKnownKey(sightings: readonly KeySighting[], now: Instant): KnownKey | null {
  const earliest = minBy(sightings, ({ expiration }) => expiration);
  if (earliest === null) return null;
  const { expiration, identity } = earliest;
  return {
    expiration,
    identity,
    aheadMs: computeAheadMs(sightings, now),
    wrongClockOffset: findWrongClockOffset(sightings),
  };
}

/** No clock may make credentials last longer, so the latest time counts. */
export const computeAheadMs = (sightings: readonly KeySighting[], now: Instant): number =>
  Math.max(0, ...sightings.flatMap((sighting) => [sighting.now - now, (sighting.issuedAhead ?? 0) * 1000]));
