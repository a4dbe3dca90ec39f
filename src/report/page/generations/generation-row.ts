import { type GenerationFacts, listGenerationFacts } from '../../../domain/measurement/generation-facts.ts';
import type { Measurement } from '../../../domain/measurement/measurement.ts';
import type { Instant, Seconds } from '../../../domain/model.ts';
import { formatDuration } from '../../../domain/time/duration.ts';
import { floorToSecond } from '../../../domain/time/instant.ts';
import { describeLeadTime } from '../../messages/measurements.ts';
import { describeGenerationFlags, GENERATION_FLAGS } from '../../messages/page.ts';
import { formatNumber, formatTimestamp } from '../../text/format-values.ts';

/** A generation on the page. Instants are rounded down to whole seconds. It never contains the key id. */
export interface GenerationRow {
  servedFrom: Instant;
  servedTo: Instant;
  firstSeen: Instant;
  lastSeen: Instant;
  issuedAt: Instant | null;
  expiration: Instant;
  validityWhenIssued: Seconds | null;
  /** Null if the generation was not replaced by a witnessed rotation. */
  leadTime: Seconds | null;
  interval: Seconds | null;
  sampleCount: number;
  /** Bits of {@link GENERATION_FLAGS}. */
  flags: number;
}

/** In the order in which the generations were issued. */
export function listGenerationRows(measurement: Measurement): GenerationRow[] {
  const facts = listGenerationFacts(measurement);
  return facts.map((each, index) => buildGenerationRow(each, index === facts.length - 1));
}

function buildGenerationRow(facts: GenerationFacts, isNewest: boolean): GenerationRow {
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

function collectFlags(
  { generation, replacedBy, isServedInTurns }: GenerationFacts,
  isNewest: boolean,
): number {
  let flags = isNewest ? GENERATION_FLAGS.newest : 0;
  if (isServedInTurns) flags |= GENERATION_FLAGS.overlapping;
  else if (replacedBy?.isWitnessed === false) flags |= GENERATION_FLAGS.unwitnessed;
  else if (replacedBy?.isDated === false) flags |= GENERATION_FLAGS.window;
  if (generation.latestExpiration > generation.expiration) flags |= GENERATION_FLAGS.extended;
  if (generation.lastSeen > generation.expiration) flags |= GENERATION_FLAGS.servedExpired;
  return flags;
}

/** The columns of the tables, for the static page and for its script. */
export const GENERATION_COLUMNS: readonly [label: string, format: (row: GenerationRow) => string][] = [
  ['first seen', (row) => formatTimestamp(row.firstSeen)],
  ['last seen', (row) => formatTimestamp(row.lastSeen)],
  ['issued', (row) => (row.issuedAt === null ? '–' : formatTimestamp(row.issuedAt))],
  ['expires', (row) => formatTimestamp(row.expiration)],
  ['validity when issued', (row) => formatNullableDuration(row.validityWhenIssued)],
  ['lead time', formatLeadTime],
  ['interval', (row) => formatNullableDuration(row.interval)],
  ['samples', (row) => formatNumber(row.sampleCount)],
  ['notes', (row) => describeGenerationFlags(row.flags, (row.servedTo - row.lastSeen) / 1000).join('; ')],
];

function formatLeadTime({ leadTime, flags, expiration, lastSeen }: GenerationRow): string {
  const isWindow = (flags & (GENERATION_FLAGS.window | GENERATION_FLAGS.overlapping)) !== 0;
  if (leadTime === null || !isWindow) return formatNullableDuration(leadTime);
  return describeLeadTime(leadTime, Math.floor((expiration - lastSeen) / 1000));
}

const formatNullableDuration = (seconds: Seconds | null) =>
  seconds === null ? '–' : formatDuration(seconds);
