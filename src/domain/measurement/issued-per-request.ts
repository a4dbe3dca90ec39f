import type { Generation, Seconds } from '../model.ts';
import { secondsBetween } from '../time/instant.ts';

/** Polls this close together see the same credentials unless every request is answered with new ones. */
const SECONDS_APART: Seconds = 60;

/** A document that was issued for the request is no older than this when it arrives. */
const FRESHLY_ISSUED: Seconds = 2;

/** Without dates it takes this many, since two looks may lie on both sides of a rotation. */
const UNDATED_GENERATIONS = 3;

/** Looks within seconds brought different keys, no generation was ever seen twice, and none was old when it came. */
export function areIssuedPerRequest(ordered: readonly Generation[]): boolean {
  const isDated = ordered.every(({ lastUpdated }) => lastUpdated !== null);
  return (
    ordered.length >= (isDated ? 2 : UNDATED_GENERATIONS) &&
    ordered.every(({ firstSeen, lastSeen }) => firstSeen === lastSeen) &&
    ordered.every(
      ({ lastUpdated, firstSeen }) =>
        lastUpdated === null || secondsBetween(lastUpdated, firstSeen) <= FRESHLY_ISSUED,
    ) &&
    ordered.some((to, index) => {
      const from = ordered[index - 1];
      return from !== undefined && secondsBetween(from.lastSeen, to.firstSeen) <= SECONDS_APART;
    })
  );
}
