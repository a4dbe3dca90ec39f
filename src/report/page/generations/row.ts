import type { GenerationFacts } from '../../../domain/measurement/generation-facts.ts';
import type { Instant, Seconds } from '../../../domain/model.ts';
import { GENERATION_FLAGS } from '../../drawing/generation-flags.ts';
import { type PackedColumn, packColumn, unpackColumn } from '../charts/packed-columns.ts';

/** What the page says and draws of one generation. Instants are cut to whole seconds. Never its key. */
export interface GenerationRow {
  from: Instant;
  to: Instant;
  firstSeen: Instant;
  lastSeen: Instant;
  issued: Instant | null;
  expiration: Instant;
  validityWhenIssued: Seconds | null;
  leadTime: Seconds | null;
  interval: Seconds | null;
  samples: number;
  notes: number;
}

const whole = (instant: Instant) => Math.floor(instant / 1000) * 1000;

export function generationRow(facts: GenerationFacts, isNewest: boolean): GenerationRow {
  const { generation, service, validityWhenIssued, replacedBy } = facts;
  return {
    from: whole(service.from),
    to: whole(service.to),
    firstSeen: whole(generation.firstSeen),
    lastSeen: whole(generation.lastSeen),
    issued: generation.lastUpdated === null ? null : whole(generation.lastUpdated),
    expiration: whole(generation.expiration),
    validityWhenIssued,
    leadTime: replacedBy?.witnessed ? replacedBy.leadTime : null,
    interval: replacedBy?.interval ?? null,
    samples: generation.samples,
    notes: notesOn(facts, isNewest),
  };
}

function notesOn({ generation, replacedBy }: GenerationFacts, isNewest: boolean): number {
  let notes = isNewest ? GENERATION_FLAGS.newest : 0;
  if (replacedBy?.overlapping) notes |= GENERATION_FLAGS.overlapping;
  else if (replacedBy?.witnessed === false) notes |= GENERATION_FLAGS.unwitnessed;
  else if (replacedBy?.dated === false) notes |= GENERATION_FLAGS.window;
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
    const served = row.to - row.from;
    const left = row.expiration - row.to;
    return [
      row.from - (before?.to ?? 0),
      served,
      left,
      row.firstSeen - row.from,
      row.to - row.lastSeen,
      row.issued === null ? null : row.issued - row.from,
    ].map((length) => (length === null ? null : length / 1000));
  };
  const packed = rows.map((row, index) => [
    ...seconds(row, rows[index - 1]),
    differing(row.validityWhenIssued, row.expiration - row.from),
    differing(row.leadTime, row.expiration - row.to),
    differing(row.interval, row.to - row.from),
    row.samples,
    row.notes,
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
    const from = (rows.at(-1)?.to ?? 0) + begun! * 1000;
    const to = from + served! * 1000;
    rows.push({
      from,
      to,
      firstSeen: from + unseen! * 1000,
      lastSeen: to - gone! * 1000,
      issued: issued === null ? null : from + issued! * 1000,
      expiration: to + left! * 1000,
      validityWhenIssued: validity === null ? null : validity! + served! + left!,
      leadTime: lead === null ? null : lead! + left!,
      interval: interval === null ? null : interval! + served!,
      samples: samples!,
      notes: notes!,
    });
  }
  return rows;
}
