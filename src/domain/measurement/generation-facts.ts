import type { Generation, Seconds } from '../model.ts';
import { secondsBetween } from '../time/instant.ts';
import type { Measurement, Rotation, ServedPeriod } from './measurement.ts';

/** One generation, and what the measurement knows of its beginning and its end. */
export interface GenerationFacts {
  generation: Generation;
  servedPeriod: ServedPeriod;
  /** By the latest moment at which it can have appeared; null where its appearance is not known. */
  validityWhenIssued: Seconds | null;
  /** The rotation that replaced it; null for the newest, and for those that are still handed out in turns. */
  replacedBy: Rotation | null;
}

export type ReplacedGeneration = GenerationFacts & { replacedBy: Rotation };

/** Every generation of a measurement, in the order in which they were issued. */
export function listGenerationFacts(measurement: Measurement): GenerationFacts[] {
  const { servedPeriods, rotations, appearances } = measurement;
  const ends = new Map(rotations.map((rotation) => [rotation.from, rotation]));
  const beginnings = new Map(appearances.map(({ generation, latest }) => [generation, latest]));
  return servedPeriods.map((servedPeriod) => {
    const { generation } = servedPeriod;
    const appeared = beginnings.get(generation);
    return {
      generation,
      servedPeriod,
      validityWhenIssued: appeared === undefined ? null : secondsBetween(appeared, generation.expiration),
      replacedBy: ends.get(generation) ?? null,
    };
  });
}

/** Every validity when issued that is known, in order: the late ends of windows count, as they do for the smallest. */
export const listValiditiesWhenIssued = ({ appearances }: Measurement): Seconds[] =>
  appearances.map(({ generation, latest }) => secondsBetween(latest, generation.expiration));

export const listRotationIntervals = ({ rotations }: Measurement): Seconds[] =>
  rotations.flatMap(({ interval }) => interval ?? []);

/** The generations whose replacement came with the least left, worst first; those that nobody watched do not count. */
export function findShortestLeadTimes(
  facts: readonly GenerationFacts[],
  count: number,
): ReplacedGeneration[] {
  return facts
    .filter((each): each is ReplacedGeneration => each.replacedBy?.isWitnessed === true)
    .sort((a, b) => a.replacedBy.leadTime - b.replacedBy.leadTime)
    .slice(0, count);
}
