import type { NonEmpty } from '../../../src/domain/lists.ts';
import type { Sample, SourceName } from '../../../src/domain/model.ts';
import type { SimulatedClocks } from './clocks.ts';
import type { SimulatedSource } from './sources.ts';

export interface SimulatedHistory {
  source: SimulatedSource;
  sourceName: SourceName;
  clocks: SimulatedClocks;
  /** A source may serve a generation so long after the `LastUpdated` of its successor. */
  lag: number;
  /** The seconds in which the samples were taken, by AWS's clock. */
  sampledAt: NonEmpty<number>;
  /** In the order of `sampledAt`. */
  samples: readonly Sample[];
}

/** Midnight, because polling at business hours depends on the time of day. */
export const START = Date.UTC(2026, 0, 1) / 1000;

/** The instant, in milliseconds, of a second of the history. */
export const toInstant = (second: number): number => (START + second) * 1000;

export function sampleSource(plan: Omit<SimulatedHistory, 'samples'>): SimulatedHistory {
  const samples = plan.sampledAt.map((second): Sample => {
    const { accessKeyId, lastUpdated, expiration } = plan.source.respond(second);
    const hostError = plan.clocks.hostErrorAt(second);
    const dateError = plan.clocks.dateErrorAt(second);
    return {
      accessKeyId,
      lastUpdated: lastUpdated === null ? null : toInstant(lastUpdated),
      expiration: toInstant(expiration),
      zoneless: false,
      observedAt: toInstant(second + hostError),
      clockOffset: dateError === null ? null : hostError - dateError,
    };
  });
  return { ...plan, samples };
}
