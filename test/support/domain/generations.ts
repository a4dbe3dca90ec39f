import {
  type GenerationColumns,
  toGenerationColumns,
} from '../../../src/domain/measurement/columns/generation-columns.ts';
import type { Generation } from '../../../src/domain/model.ts';

/** One generation in seconds since 1970. Times by the host's clock are equal to the others by default. */
export interface SeenGeneration {
  seen: readonly [first: number, last: number];
  raw?: readonly [first: number, last: number];
  issued?: number;
  expires?: number;
  samples?: number;
  offsets?: readonly [smallest: number, largest: number];
  third?: number | undefined;
}

/** Columns of generations with the key ids `ASIA0`, `ASIA1`, … */
export const createGenerations = (...generations: readonly SeenGeneration[]): GenerationColumns =>
  toGenerationColumns(generations.map(createGeneration));

const inMs = (seconds: number | undefined) => (seconds === undefined ? null : seconds * 1000);

function createGeneration(
  { seen, raw = seen, issued, expires = 100_000, samples = 2, offsets, third }: SeenGeneration,
  index: number,
): Generation {
  return {
    accessKeyId: `ASIA${index}`,
    lastUpdated: inMs(issued),
    expiration: expires * 1000,
    latestExpiration: expires * 1000,
    zoneless: false,
    firstSeen: seen[0] * 1000,
    lastSeen: seen[1] * 1000,
    rawFirstSeen: raw[0] * 1000,
    rawLastSeen: raw[1] * 1000,
    samples,
    smallestClockOffset: offsets?.[0] ?? null,
    largestClockOffset: offsets?.[1] ?? null,
    thirdSampleAfter: inMs(third),
  };
}
