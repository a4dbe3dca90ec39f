import { answerKey, type KeyAnswer, type KeySighting } from '../domain/keys/key-answer.ts';
import { type KeyReference, parseMaskedKeyId } from '../domain/keys/key-reference.ts';
import { groupBy } from '../domain/lists.ts';
import { toNullable, valueAt } from '../domain/measurement/columns/column.ts';
import { getHistoryColumns } from '../domain/measurement/columns/column-measurement.ts';
import { measureColumns } from '../domain/measurement/measure.ts';
import type { Measurement } from '../domain/measurement/measurement.ts';
import type { Instant, SeriesIdentity } from '../domain/model.ts';
import { correctNow } from '../domain/verdict/analyse.ts';
import { findDecisiveIssuedInFuture } from '../domain/verdict/unknown-reasons.ts';
import { toStoredKeyId } from '../key-id.ts';
import type { KeyPattern } from '../store/contract.ts';
import type { SampleStore } from '../store/sample-store.ts';

/**
 * Finds who issued each key, and until when the key or the URL works.
 * @param store null if the database does not exist
 * @returns one answer for each reference, in the same order
 */
export function findKeys(
  store: Pick<SampleStore, 'findKeys'> | null,
  references: readonly KeyReference[],
  now: Instant,
): KeyAnswer[] {
  const indexes = groupBy([...references.keys()], (index) => references[index]?.accessKeyId ?? '');
  const keyIds = [...indexes.keys()];
  const sightings = references.map((): KeySighting[] => []);
  store?.findKeys(keyIds.map(toPattern), ({ identity, keys, generations, newestClockOffset }) => {
    const measurement = measureColumns(generations, newestClockOffset);
    const find = createSightingFinder(identity, measurement, now);
    for (const { pattern, accessKeyId } of keys) {
      const found = find(accessKeyId);
      for (const index of indexes.get(keyIds[pattern] ?? '') ?? []) sightings[index]?.push(...found);
    }
  });
  return references.map((reference, index) => answerKey(reference, sightings[index] ?? [], now));
}

const toPattern = (keyId: string): KeyPattern => parseMaskedKeyId(keyId) ?? { keyId: toStoredKeyId(keyId) };

/** Finds what a measured series knows about a key. */
function createSightingFinder(identity: SeriesIdentity, measurement: Measurement, now: Instant) {
  const { generations, rotations } = getHistoryColumns(measurement);
  const rotationByGeneration = new Map(
    Array.from(rotations.from, (generation, index) => [generation, index]),
  );
  const indexes = new Map(Array.from(generations.accessKeyIds, (keyId, index) => [keyId, index]));
  return (accessKeyId: string): KeySighting[] => {
    const index = indexes.get(accessKeyId);
    if (index === undefined) return [];
    const rotation = rotationByGeneration.get(index);
    return [
      {
        identity,
        accessKeyId,
        issuedAt: toNullable(valueAt(generations.lastUpdated, index)),
        firstSeen: valueAt(generations.firstSeen, index),
        lastSeen: valueAt(generations.lastSeen, index),
        sampleCount: valueAt(generations.samples, index),
        expiration: valueAt(generations.expiration, index),
        replacement:
          rotation === undefined
            ? null
            : {
                at: valueAt(rotations.at, rotation),
                window: {
                  from: valueAt(rotations.windowFrom, rotation),
                  to: valueAt(rotations.windowTo, rotation),
                },
                isDated: valueAt(rotations.isDated, rotation) === 1,
              },
        now: correctNow(now, measurement),
        clockOffset: measurement.clock.newestOffset,
        issuedAhead: findDecisiveIssuedInFuture(measurement),
      },
    ];
  };
}
