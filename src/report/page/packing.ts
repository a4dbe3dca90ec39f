import type { Instant, Seconds, Span } from '../../domain/model.ts';
import type { GenerationRow } from './generations/row.ts';

type ColumnValue = number | null;

/**
 * A column of whole numbers. If most values are equal, it stores the common value and the exceptions, as
 * alternating indexes and values. A page with 100,000 generations then needs only one or two megabytes.
 */
export type PackedColumn = ColumnValue[] | { commonValue: ColumnValue; exceptions: ColumnValue[] };

export function packColumn(values: readonly ColumnValue[]): PackedColumn {
  const commonValue = findMostCommon(values);
  const exceptions = values.flatMap((value, index) => (value === commonValue ? [] : [index, value]));
  return exceptions.length < values.length ? { commonValue, exceptions } : [...values];
}

export function unpackColumn(packed: PackedColumn, rowCount: number): ColumnValue[] {
  if (Array.isArray(packed)) return packed;
  const { commonValue, exceptions } = packed;
  const values = new Array<ColumnValue>(rowCount).fill(commonValue);
  for (let index = 0; index < exceptions.length; index += 2) {
    values[exceptions[index] ?? 0] = exceptions[index + 1] ?? null;
  }
  return values;
}

function findMostCommon(values: readonly ColumnValue[]): ColumnValue {
  const counts = new Map<ColumnValue, number>();
  let found: ColumnValue = null;
  for (const value of values) {
    const count = (counts.get(value) ?? 0) + 1;
    counts.set(value, count);
    if (count > (counts.get(found) ?? 0)) found = value;
  }
  return found;
}

/**
 * A generation as differences from expected values, in seconds, so that most values of a column are equal.
 * For example, the expected lead time is the validity left at the end of the served period.
 */
const COLUMNS = [
  'sincePrevious',
  'served',
  'left',
  'beforeFirstSeen',
  'afterLastSeen',
  'issued',
  'validityWhenIssued',
  'leadTime',
  'interval',
  'sampleCount',
  'flags',
] as const;
type RelativeRow = Record<(typeof COLUMNS)[number], ColumnValue>;

const subtract = (value: ColumnValue, expected: Seconds) => (value === null ? null : value - expected);
const add = (value: ColumnValue, expected: Seconds) => (value === null ? null : value + expected);

function toRelative(row: GenerationRow, previous: GenerationRow | undefined): RelativeRow {
  const seconds = (from: Instant, to: Instant) => (to - from) / 1000;
  const served = seconds(row.servedFrom, row.servedTo);
  const left = seconds(row.servedTo, row.expiration);
  return {
    sincePrevious: seconds(previous?.servedTo ?? 0, row.servedFrom),
    served,
    left,
    beforeFirstSeen: seconds(row.servedFrom, row.firstSeen),
    afterLastSeen: seconds(row.lastSeen, row.servedTo),
    issued: row.issuedAt === null ? null : seconds(row.servedFrom, row.issuedAt),
    validityWhenIssued: subtract(row.validityWhenIssued, served + left),
    leadTime: subtract(row.leadTime, left),
    interval: subtract(row.interval, served),
    sampleCount: row.sampleCount,
    flags: row.flags,
  };
}

function fromRelative(row: RelativeRow, previous: GenerationRow | undefined): GenerationRow {
  const [served, left] = [row.served ?? 0, row.left ?? 0];
  const servedFrom = (previous?.servedTo ?? 0) + (row.sincePrevious ?? 0) * 1000;
  const servedTo = servedFrom + served * 1000;
  return {
    servedFrom,
    servedTo,
    firstSeen: servedFrom + (row.beforeFirstSeen ?? 0) * 1000,
    lastSeen: servedTo - (row.afterLastSeen ?? 0) * 1000,
    issuedAt: row.issued === null ? null : servedFrom + row.issued * 1000,
    expiration: servedTo + left * 1000,
    validityWhenIssued: add(row.validityWhenIssued, served + left),
    leadTime: add(row.leadTime, left),
    interval: add(row.interval, served),
    sampleCount: row.sampleCount ?? 0,
    flags: row.flags ?? 0,
  };
}

export interface PackedGenerations {
  count: number;
  columns: Record<keyof RelativeRow, PackedColumn>;
}

// Object.fromEntries() returns string keys, although COLUMNS has these keys only.
const mapColumns = <T>(compute: (name: keyof RelativeRow) => T) =>
  Object.fromEntries(COLUMNS.map((name) => [name, compute(name)])) as Record<keyof RelativeRow, T>;

export function packGenerations(rows: readonly GenerationRow[]): PackedGenerations {
  const relative = rows.map((row, index) => toRelative(row, rows[index - 1]));
  return { count: rows.length, columns: mapColumns((name) => packColumn(relative.map((row) => row[name]))) };
}

export function unpackGenerations({ count, columns }: PackedGenerations): GenerationRow[] {
  const values = mapColumns((name) => unpackColumn(columns[name], count));
  // Reused, because building such an object for each of 100,000 rows takes most of a second.
  const relative = mapColumns((): ColumnValue => null);
  const rows: GenerationRow[] = [];
  for (let index = 0; index < count; index += 1) {
    for (const name of COLUMNS) relative[name] = values[name][index] ?? null;
    rows.push(fromRelative(relative, rows.at(-1)));
  }
  return rows;
}

/** For each span: seconds from the end of the previous span to its start, then its length in seconds. */
export type PackedSpans = number[];

export function packSpans(spans: readonly Span[]): PackedSpans {
  let previousEnd = 0;
  return spans.flatMap(({ from, to }) => {
    const [begin, end] = [Math.floor(from / 1000), Math.ceil(to / 1000)];
    const packed = [begin - previousEnd, end - begin];
    previousEnd = end;
    return packed;
  });
}

export function unpackSpans(packed: PackedSpans): Span[] {
  const spans: Span[] = [];
  let end = 0;
  for (let index = 0; index < packed.length; index += 2) {
    const from = end + (packed[index] ?? 0);
    end = from + (packed[index + 1] ?? 0);
    spans.push({ from: from * 1000, to: end * 1000 });
  }
  return spans;
}
