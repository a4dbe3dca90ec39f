import { pairNeighbours } from '../lists.ts';
import type { Generation, Seconds } from '../model.ts';
import { secondsBetween } from '../time/instant.ts';

/** Polls this close together see the same credentials, unless the source issues them per request. */
const CLOSE_POLLS: Seconds = 60;

/** Credentials issued for a request are at most this old when the response arrives. */
const MAX_AGE_ON_ARRIVAL: Seconds = 2;

/** Two undated generations may be the two sides of a rotation. */
const MIN_UNDATED_GENERATIONS = 3;

/** No key occurs twice, each document was fresh, and two close polls returned different keys. */
export function areIssuedPerRequest(ordered: readonly Generation[]): boolean {
  const isDated = ordered.every(({ lastUpdated }) => lastUpdated !== null);
  return (
    ordered.length >= (isDated ? 2 : MIN_UNDATED_GENERATIONS) &&
    ordered.every(({ firstSeen, lastSeen }) => firstSeen === lastSeen) &&
    ordered.every(
      ({ lastUpdated, firstSeen }) =>
        lastUpdated === null || secondsBetween(lastUpdated, firstSeen) <= MAX_AGE_ON_ARRIVAL,
    ) &&
    pairNeighbours(ordered).some(([from, to]) => secondsBetween(from.lastSeen, to.firstSeen) <= CLOSE_POLLS)
  );
}
