import {
  type Column,
  createColumn,
  toNullable,
  valueAt,
} from '../../../domain/measurement/columns/column.ts';
import type { Span } from '../../../domain/model.ts';
import type { GenerationRow, GenerationRows } from '../generations/generation-row.ts';

type ColumnValue = number | null;

/**
 * A column of whole numbers. If most values are equal, it stores the common value and the exceptions, as
 * alternating indexes and values. A page with 100,000 generations then needs only one or two megabytes.
 */
export type PackedColumn = ColumnValue[] | { commonValue: ColumnValue; exceptions: ColumnValue[] };

export function packColumn(column: Column): PackedColumn {
  const commonValue = findMajority(column);
  const isCommon = (index: number) => areSame(valueAt(column, index), commonValue);
  let exceptionCount = 0;
  for (let index = 0; index < column.length; index += 1) if (!isCommon(index)) exceptionCount += 1;
  if (2 * exceptionCount >= column.length) return Array.from(column, toNullable);
  const exceptions: ColumnValue[] = [];
  for (let index = 0; index < column.length; index += 1) {
    if (!isCommon(index)) exceptions.push(index, toNullable(valueAt(column, index)));
  }
  return { commonValue: toNullable(commonValue), exceptions };
}

/** Two absent values are the same. */
const areSame = (a: number, b: number): boolean => a === b || (Number.isNaN(a) && Number.isNaN(b));

export function unpackColumn(packed: PackedColumn, rowCount: number): ColumnValue[] {
  if (Array.isArray(packed)) return packed;
  const { commonValue, exceptions } = packed;
  const values = new Array<ColumnValue>(rowCount).fill(commonValue);
  for (let index = 0; index < exceptions.length; index += 2) {
    values[exceptions[index] ?? 0] = exceptions[index + 1] ?? null;
  }
  return values;
}

/** The value of more than half of the items, else any value (the majority vote of Boyer and Moore). */
function findMajority(column: Column): number {
  let candidate = Number.NaN;
  let lead = 0;
  for (let index = 0; index < column.length; index += 1) {
    const value = valueAt(column, index);
    if (lead === 0) candidate = value;
    lead += areSame(value, candidate) ? 1 : -1;
  }
  return candidate;
}

/**
 * The fields of a generation in the order in which they are unpacked. Instants are stored in seconds. A column
 * contains the differences from expected values, so that most of its values are equal: for example, the lead
 * time is usually the validity left at the end of the served period.
 */
const COLUMNS: {
  [Name in keyof GenerationRow]: {
    unit: 1 | 1000;
    /** V8 reads a field by its variable name ten times as slowly. */
    get: (row: GenerationRow) => number | null;
    expect: (row: GenerationRow, previous: GenerationRow | undefined) => number;
  };
} = {
  servedFrom: { unit: 1000, get: (row) => row.servedFrom, expect: (_, previous) => previous?.servedTo ?? 0 },
  servedTo: { unit: 1000, get: (row) => row.servedTo, expect: (row) => row.servedFrom },
  expiration: { unit: 1000, get: (row) => row.expiration, expect: (row) => row.servedTo },
  firstSeen: { unit: 1000, get: (row) => row.firstSeen, expect: (row) => row.servedFrom },
  lastSeen: { unit: 1000, get: (row) => row.lastSeen, expect: (row) => row.servedTo },
  issuedAt: { unit: 1000, get: (row) => row.issuedAt, expect: (row) => row.servedFrom },
  validityWhenIssued: {
    unit: 1,
    get: (row) => row.validityWhenIssued,
    expect: (row) => (row.expiration - row.servedFrom) / 1000,
  },
  leadTime: { unit: 1, get: (row) => row.leadTime, expect: (row) => (row.expiration - row.servedTo) / 1000 },
  interval: { unit: 1, get: (row) => row.interval, expect: (row) => (row.servedTo - row.servedFrom) / 1000 },
  sampleCount: { unit: 1, get: (row) => row.sampleCount, expect: () => 0 },
  flags: { unit: 1, get: (row) => row.flags, expect: () => 0 },
};
// Object.keys() returns string[], although the table has these keys only.
const COLUMN_NAMES = Object.keys(COLUMNS) as (keyof GenerationRow)[];

export interface PackedGenerations {
  count: number;
  columns: Partial<Record<keyof GenerationRow, PackedColumn>>;
}

export function packGenerations(rows: GenerationRows): PackedGenerations {
  const count = rows.length;
  const packing = COLUMN_NAMES.map((name) => ({ name, differences: createColumn(count), ...COLUMNS[name] }));
  let previous: GenerationRow | undefined;
  for (let index = 0; index < count; index += 1) {
    const row = rows.at(index) ?? EMPTY_ROW;
    for (const { differences, unit, get, expect } of packing) {
      differences[index] = ((get(row) ?? Number.NaN) - expect(row, previous)) / unit;
    }
    previous = row;
  }
  const columns = Object.fromEntries(packing.map(({ name, differences }) => [name, packColumn(differences)]));
  return { count, columns };
}

const EMPTY_ROW: GenerationRow = {
  servedFrom: 0,
  servedTo: 0,
  expiration: 0,
  firstSeen: 0,
  lastSeen: 0,
  issuedAt: null,
  validityWhenIssued: null,
  leadTime: null,
  interval: null,
  sampleCount: 0,
  flags: 0,
};

export function unpackGenerations({ count, columns }: PackedGenerations): GenerationRow[] {
  const unpacked = COLUMN_NAMES.map((name) => {
    const differences = unpackColumn(columns[name] ?? [], count);
    return { name, differences, ...COLUMNS[name] };
  });
  const rows: GenerationRow[] = [];
  for (let index = 0; index < count; index += 1) {
    const row = { ...EMPTY_ROW };
    for (const { name, differences, unit, expect } of unpacked) {
      const difference = differences[index] ?? null;
      if (difference !== null) row[name] = difference * unit + expect(row, rows.at(-1));
    }
    rows.push(row);
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
