import type { Generation, Seconds } from '../model.ts';
import { secondsBetween } from '../time/instant.ts';
import type { Measurement, Rotation, ServedPeriod } from './measurement.ts';

/** One generation with its measured facts. */
export interface GenerationFacts {
  generation: Generation;
  servedPeriod: ServedPeriod;
  /** From the latest possible time of appearance. Null if the appearance is unknown. */
  validityWhenIssued: Seconds | null;
  /** The rotation that ended the generation. Null if the source may still serve the generation. */
  replacedBy: Rotation | null;
  /** Other endpoints may have served other generations at the same time. */
  isServedInTurns: boolean;
}

/** The generations of a measurement in the order in which they were issued. */
export function listGenerationFacts(measurement: Measurement): GenerationFacts[] {
  const { servedPeriods, rotations, appearances, severalEndpoints } = measurement;
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
      isServedInTurns: severalEndpoints !== null,
    };
  });
}

/** The known validities when issued, in order, from the latest possible times of appearance. */
export const listValiditiesWhenIssued = ({ appearances }: Measurement): Seconds[] =>
  appearances.map(({ generation, latest }) => secondsBetween(latest, generation.expiration));

export const listRotationIntervals = ({ rotations }: Measurement): Seconds[] =>
  rotations.flatMap(({ interval }) => interval ?? []);
