import type { GenerationFacts } from '../../../domain/measurement/generation-facts.ts';
import type { Instant, Seconds } from '../../../domain/model.ts';
import { GENERATION_FLAGS } from '../../drawing/generation-flags.ts';
import { type PackedColumn, packColumn, unpackColumn } from '../charts/packed-columns.ts';

/** What the page says and draws of one generation. Instants are cut to whole seconds. Never its key. */
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
  flags: number;
}

const whole = (instant: Instant) => Math.floor(instant / 1000) * 1000;

export function buildGenerationRow(facts: GenerationFacts, isNewest: boolean): GenerationRow {
  const { generation, servedPeriod, validityWhenIssued, replacedBy } = facts;
  return {
    servedFrom: whole(servedPeriod.from),
    servedTo: whole(servedPeriod.to),
    firstSeen: whole(generation.firstSeen),
    lastSeen: whole(generation.lastSeen),
    issuedAt: generation.lastUpdated === null ? null : whole(generation.lastUpdated),
    expiration: whole(generation.expiration),
    validityWhenIssued,
    leadTime: replacedBy?.isWitnessed ? replacedBy.leadTime : null,
    interval: replacedBy?.interval ?? null,
    sampleCount: generation.samples,
    flags: notesOn(facts, isNewest),
  };
}

function notesOn({ generation, replacedBy }: GenerationFacts, isNewest: boolean): number {
  let notes = isNewest ? GENERATION_FLAGS.newest : 0;
  if (replacedBy?.isOverlapping) notes |= GENERATION_FLAGS.overlapping;
  else if (replacedBy?.isWitnessed === false) notes |= GENERATION_FLAGS.unwitnessed;
  else if (replacedBy?.isDated === false) notes |= GENERATION_FLAGS.window;
  if (generation.latestExpiration > generation.expiration) notes |= GENERATION_FLAGS.extended;
  if (generation.lastSeen > generation.expiration) notes |= GENERATION_FLAGS.servedExpired;
  return notes;
}

export interface PackedGenerations {
  count: number;
  columns: PackedColumn[];
}

/**
 * Each as its difference from what it most often is: one generation begins where the one before ended, the lead time is
 * what was left at its end, and so on.
 */
export function packGenerations(rows: readonly GenerationRow[]): PackedGenerations {
  const seconds = (row: GenerationRow, before: GenerationRow | undefined) => {
    const served = row.servedTo - row.servedFrom;
    const left = row.expiration - row.servedTo;
    return [
      row.servedFrom - (before?.servedTo ?? 0),
      served,
      left,
      row.firstSeen - row.servedFrom,
      row.servedTo - row.lastSeen,
      row.issuedAt === null ? null : row.issuedAt - row.servedFrom,
    ].map((length) => (length === null ? null : length / 1000));
  };
  const packed = rows.map((row, index) => [
    ...seconds(row, rows[index - 1]),
    differing(row.validityWhenIssued, row.expiration - row.servedFrom),
    differing(row.leadTime, row.expiration - row.servedTo),
    differing(row.interval, row.servedTo - row.servedFrom),
    row.sampleCount,
    row.flags,
  ]);
  const width = packed[0]?.length ?? 0;
  const columns = Array.from({ length: width }, (_, index) => packColumn(packed.map((row) => row[index]!)));
  return { count: rows.length, columns };
}

const differing = (length: Seconds | null, usual: number) => (length === null ? null : length - usual / 1000);

export function unpackGenerations({ count, columns }: PackedGenerations): GenerationRow[] {
  const unpacked = columns.map((column) => unpackColumn(column, count));
  const rows: GenerationRow[] = [];
  for (let index = 0; index < count; index += 1) {
    const [begun, served, left, unseen, gone, issued, validity, lead, interval, samples, notes] =
      unpacked.map((column) => column[index]!);
    const from = (rows.at(-1)?.servedTo ?? 0) + begun! * 1000;
    const to = from + served! * 1000;
    rows.push({
      servedFrom: from,
      servedTo: to,
      firstSeen: from + unseen! * 1000,
      lastSeen: to - gone! * 1000,
      issuedAt: issued === null ? null : from + issued! * 1000,
      expiration: to + left! * 1000,
      validityWhenIssued: validity === null ? null : validity! + served! + left!,
      leadTime: lead === null ? null : lead! + left!,
      interval: interval === null ? null : interval! + served!,
      sampleCount: samples!,
      flags: notes!,
    });
  }
  return rows;
}
