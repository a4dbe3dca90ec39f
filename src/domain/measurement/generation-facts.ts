import type { Generation, Seconds } from '../model.ts';
import { secondsBetween } from '../time/instant.ts';
import type { Measurement, Rotation, Service } from './measurement.ts';

/** One generation, and what the measurement knows of its beginning and its end. */
export interface GenerationFacts {
  generation: Generation;
  service: Service;
  /** By the latest moment at which it can have appeared; null where its appearance is not known. */
  validityWhenIssued: Seconds | null;
  /** The rotation that replaced it; null for the newest, and for those that are still handed out in turns. */
  replacedBy: Rotation | null;
}

/** Every generation of a measurement, in the order in which they were issued. */
export function generationFacts(measurement: Measurement): GenerationFacts[] {
  const { services, rotations, appearances } = measurement;
  const ends = new Map(rotations.map((rotation) => [rotation.from, rotation]));
  const beginnings = new Map(appearances.map(({ generation, latest }) => [generation, latest]));
  return services.map((service) => {
    const { generation } = service;
    const appeared = beginnings.get(generation);
    return {
      generation,
      service,
      validityWhenIssued: appeared === undefined ? null : secondsBetween(appeared, generation.expiration),
      replacedBy: ends.get(generation) ?? null,
    };
  });
}

/** Every validity when issued that is known, in order: the late ends of windows count, as they do for the smallest. */
export const validitiesWhenIssued = ({ appearances }: Measurement): Seconds[] =>
  appearances.map(({ generation, latest }) => secondsBetween(latest, generation.expiration));

export const rotationIntervals = ({ rotations }: Measurement): Seconds[] =>
  rotations.flatMap(({ interval }) => interval ?? []);

/** The generations whose replacement came with the least left, worst first; those that nobody watched do not count. */
export function worstReplaced(facts: readonly GenerationFacts[], count: number): GenerationFacts[] {
  return facts
    .filter(({ replacedBy }) => replacedBy?.witnessed)
    .sort((a, b) => a.replacedBy!.leadTime - b.replacedBy!.leadTime)
    .slice(0, count);
}
