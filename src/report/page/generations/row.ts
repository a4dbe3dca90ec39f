import type { GenerationFacts } from '../../../domain/measurement/generation-facts.ts';
import type { Instant, Seconds } from '../../../domain/model.ts';
import { floorToSecond } from '../../../domain/time/instant.ts';
import { GENERATION_FLAGS } from '../../drawing/generation-flags.ts';

/** One row of the page. Instants are rounded down to whole seconds. It never contains the key id. */
export interface GenerationRow {
  servedFrom: Instant;
  servedTo: Instant;
  firstSeen: Instant;
  lastSeen: Instant;
  issuedAt: Instant | null;
  expiration: Instant;
  validityWhenIssued: Seconds | null;
  leadTime: Seconds | null;
  interval: Seconds | null;
  sampleCount: number;
  /** Bits of {@link GENERATION_FLAGS}. */
  flags: number;
}

export function buildGenerationRow(facts: GenerationFacts, isNewest: boolean): GenerationRow {
  const { generation, servedPeriod, validityWhenIssued, replacedBy } = facts;
  return {
    servedFrom: floorToSecond(servedPeriod.from),
    servedTo: floorToSecond(servedPeriod.to),
    firstSeen: floorToSecond(generation.firstSeen),
    lastSeen: floorToSecond(generation.lastSeen),
    issuedAt: generation.lastUpdated === null ? null : floorToSecond(generation.lastUpdated),
    expiration: floorToSecond(generation.expiration),
    validityWhenIssued,
    leadTime: replacedBy?.isWitnessed ? replacedBy.leadTime : null,
    interval: replacedBy?.interval ?? null,
    sampleCount: generation.samples,
    flags: collectFlags(facts, isNewest),
  };
}

function collectFlags({ generation, replacedBy }: GenerationFacts, isNewest: boolean): number {
  let flags = isNewest ? GENERATION_FLAGS.newest : 0;
  if (replacedBy?.isOverlapping) flags |= GENERATION_FLAGS.overlapping;
  else if (replacedBy?.isWitnessed === false) flags |= GENERATION_FLAGS.unwitnessed;
  else if (replacedBy?.isDated === false) flags |= GENERATION_FLAGS.window;
  if (generation.latestExpiration > generation.expiration) flags |= GENERATION_FLAGS.extended;
  if (generation.lastSeen > generation.expiration) flags |= GENERATION_FLAGS.servedExpired;
  return flags;
}
