import { compareBytes } from '../../../domain/lists.ts';
import type { Column } from '../../../domain/measurement/columns/column.ts';
import {
  createRecordedColumns,
  getRecordedGeneration,
  type RecordedColumns,
  selectItems,
  toRecordedColumns,
} from '../../../domain/measurement/columns/generation-columns.ts';
import { getKeyIdOfGeneration, joinGenerations } from '../../../domain/measurement/generations.ts';
import type { RecordedGeneration } from '../../../domain/model.ts';
import { toStoredKeyId } from '../../../key-id.ts';
import type { CheckedTable, Row } from './checked-values.ts';

type ColumnField = Exclude<keyof RecordedColumns, 'count' | 'accessKeyIds'>;

/** Columns of whole numbers, with their fields. */
const NUMBERS = {
  expiration: 'expiration',
  latest_expiration: 'latestExpiration',
  first_seen: 'firstSeen',
  last_seen: 'lastSeen',
  raw_first_seen: 'rawFirstSeen',
  raw_last_seen: 'rawLastSeen',
  samples: 'samples',
} as const satisfies Record<string, ColumnField>;

/** Columns that may be NULL. */
const OPTIONAL_NUMBERS = {
  last_updated: 'lastUpdated',
  smallest_clock_offset: 'smallestClockOffset',
  largest_clock_offset: 'largestClockOffset',
  corrected_ahead_ms: 'correctedAheadMs',
  raw_ahead_ms: 'rawAheadMs',
  third_later_observed_at: 'thirdLaterObservedAt',
  third_later_clock_offset: 'thirdLaterClockOffset',
} as const satisfies Record<string, ColumnField>;

const FLAGS = {
  zoneless: 'zoneless',
  last_updated_varying: 'isLastUpdatedVarying',
} as const satisfies Record<string, ColumnField>;

const NUMBER_ENTRIES = Object.entries(NUMBERS);
const OPTIONAL_ENTRIES = Object.entries(OPTIONAL_NUMBERS);
const FLAG_ENTRIES = Object.entries(FLAGS);
const COLUMN_FIELDS: readonly ColumnField[] = Object.values({ ...NUMBERS, ...OPTIONAL_NUMBERS, ...FLAGS });

/** The columns that {@link GenerationCollector} reads. */
export const GENERATION_COLUMNS = [
  'generation_key',
  ...Object.keys({ ...NUMBERS, ...OPTIONAL_NUMBERS, ...FLAGS }),
].join(', ');

const MIN_CAPACITY = 16;

/** Collects rows of one series in columns, because an object for each generation takes ten times the memory. */
export class GenerationCollector {
  readonly #table: CheckedTable;
  readonly #keys: string[] = [];
  #columns: RecordedColumns;
  #capacity: number;

  /** @param expectedCount may be wrong */
  constructor(table: CheckedTable, expectedCount: number) {
    this.#table = table;
    this.#capacity = Math.max(MIN_CAPACITY, expectedCount);
    this.#columns = createRecordedColumns(this.#capacity, []);
  }

  add(row: Row): void {
    const table = this.#table;
    const index = this.#keys.length;
    if (index === this.#capacity) this.#grow();
    const columns = this.#columns;
    this.#keys.push(table.text(row, 'generation_key'));
    for (const [column, field] of NUMBER_ENTRIES) columns[field][index] = table.number(row, column);
    for (const [column, field] of OPTIONAL_ENTRIES) columns[field][index] = table.optional(row, column);
    for (const [column, field] of FLAG_ENTRIES) columns[field][index] = Number(table.flag(row, column));
    const isBefore = (a: Column, b: Column) => (a[index] ?? 0) <= (b[index] ?? 0);
    // The count is 0 if an import had only repeated samples.
    if ((columns.samples[index] ?? 0) < 0) throw table.createError('samples');
    if (!isBefore(columns.firstSeen, columns.lastSeen)) throw table.createError('last_seen');
    if (!isBefore(columns.rawFirstSeen, columns.rawLastSeen)) throw table.createError('raw_last_seen');
    if (!isBefore(columns.expiration, columns.latestExpiration)) throw table.createError('latest_expiration');
  }

  /** The generations in the order of their last sample. */
  finish(): RecordedColumns {
    const keys = this.#keys;
    const columns: RecordedColumns = {
      ...this.#columns,
      count: keys.length,
      accessKeyIds: keys.map((key) => toStoredKeyId(getKeyIdOfGeneration(key))),
    };
    // A database without transactions over all of its parts can have a generation in two months.
    return new Set(keys).size === keys.length
      ? sortByLastSample(columns, keys)
      : joinEqualKeys(columns, keys);
  }

  #grow(): void {
    this.#capacity *= 2;
    const larger = createRecordedColumns(this.#capacity, []);
    for (const field of COLUMN_FIELDS) larger[field].set(this.#columns[field]);
    this.#columns = larger;
  }
}

function sortByLastSample(columns: RecordedColumns, keys: readonly string[]): RecordedColumns {
  const { firstSeen, lastSeen } = columns;
  const at = (column: Column, index: number) => column[index] ?? 0;
  const order = Int32Array.from(keys.keys()).sort(
    (a, b) =>
      at(lastSeen, a) - at(lastSeen, b) ||
      at(firstSeen, a) - at(firstSeen, b) ||
      compareBytes(keys[a] ?? '', keys[b] ?? ''),
  );
  return selectItems(columns, order);
}

function joinEqualKeys(columns: RecordedColumns, keys: readonly string[]): RecordedColumns {
  const joined = new Map<string, RecordedGeneration>();
  for (const [index, key] of keys.entries()) {
    const generation = getRecordedGeneration(columns, index);
    const known = joined.get(key);
    joined.set(key, known === undefined ? generation : joinGenerations(known, generation));
  }
  return sortByLastSample(toRecordedColumns([...joined.values()]), [...joined.keys()]);
}
