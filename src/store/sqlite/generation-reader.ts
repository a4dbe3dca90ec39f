import { type Column, valueAt } from '../../domain/measurement/columns/column.ts';
import {
  createRecordedColumns,
  type RecordedColumns,
} from '../../domain/measurement/columns/generation-columns.ts';
import { PackedKeyIds } from '../../domain/measurement/columns/key-ids.ts';
import type { Instant } from '../../domain/model.ts';
import { assertAllGenerations, createDamageError } from './consistency.ts';
import { type DatabaseConnection, requireRow } from './driver.ts';
import { checkNumber, checkText, createMismatchError, isStoredNumber, requireNumber } from './row-check.ts';

/** The columns of numbers in `generations`, with their fields. */
export const NUMBER_COLUMNS = {
  last_updated: 'lastUpdated',
  expiration: 'expiration',
  latest_expiration: 'latestExpiration',
  zoneless: 'zoneless',
  first_seen: 'firstSeen',
  last_seen: 'lastSeen',
  raw_first_seen: 'rawFirstSeen',
  raw_last_seen: 'rawLastSeen',
  samples: 'samples',
  smallest_clock_offset: 'smallestClockOffset',
  largest_clock_offset: 'largestClockOffset',
  corrected_ahead: 'correctedAheadMs',
  raw_ahead: 'rawAheadMs',
  last_updated_varying: 'isLastUpdatedVarying',
  third_later_observed_at: 'thirdLaterObservedAt',
  third_later_clock_offset: 'thirdLaterClockOffset',
} as const;

type ColumnName = keyof typeof NUMBER_COLUMNS;

/** What these columns contain in nearly all rows. Such columns are not read. */
const USUAL_VALUES: Partial<Record<ColumnName, string>> = {
  latest_expiration: 'expiration',
  zoneless: '0',
  raw_first_seen: 'first_seen',
  raw_last_seen: 'last_seen',
  corrected_ahead: 'last_updated - first_seen',
  raw_ahead: 'last_updated - first_seen',
  last_updated_varying: '0',
};

/** The columns with the values of {@link USUAL_VALUES}. Flags are 0 already. Columns never change, so two can be one. */
function fillUsualValues(columns: RecordedColumns): RecordedColumns {
  const { count, expiration, firstSeen, lastSeen, lastUpdated, correctedAheadMs } = columns;
  for (let index = 0; index < count; index += 1)
    correctedAheadMs[index] = valueAt(lastUpdated, index) - valueAt(firstSeen, index);
  return {
    ...columns,
    latestExpiration: expiration,
    rawFirstSeen: firstSeen,
    rawLastSeen: lastSeen,
    rawAheadMs: correctedAheadMs,
  };
}

/** In all others, an absent value shows that the database is damaged: SQLite reads some binary values as absent. */
const NULLABLE_COLUMNS: ReadonlySet<ColumnName> = new Set([
  'last_updated',
  'smallest_clock_offset',
  'largest_clock_offset',
  'corrected_ahead',
  'raw_ahead',
  'third_later_observed_at',
  'third_later_clock_offset',
] as const);

const ALL_NAMES = Object.keys(NUMBER_COLUMNS).filter(isColumnName);
const USUALLY_READ = ALL_NAMES.filter((name) => USUAL_VALUES[name] === undefined);
const RARELY_READ = ALL_NAMES.filter((name) => USUAL_VALUES[name] !== undefined);

function isColumnName(name: string): name is ColumnName {
  return Object.hasOwn(NUMBER_COLUMNS, name);
}

const HAS_OTHER_VALUES = `max(${RARELY_READ.map((name) => `${name} IS NOT ${USUAL_VALUES[name]}`).join(' OR ')})`;

/** All key ids of a series in one list would need too much memory. */
const ROWS_PER_READ = 2048;

/** The aggregate function of SQL that gets the numbers of the rows. */
const RECORD_NUMBERS = 'record_numbers';

/** The columns that get the numbers of the next rows. */
interface NumberRecorder {
  columns: readonly NumberColumn[];
  /** The index of the next row. */
  row: number;
  /** The number of rows that the columns have room for. */
  count: number;
}

interface NumberColumn {
  field: string;
  isNullable: boolean;
  values: Column;
}

/**
 * Prepares a function that reads the generations of a series that were seen since an instant, without an object for
 * each. The generations are ordered by their last sample. This is the order of issue, except with several endpoints.
 */
export function prepareGenerationReader(connection: DatabaseConnection) {
  const rows = `FROM generations INDEXED BY generations_last_seen
    WHERE series_id = @seriesId AND last_seen > @after AND last_seen <= @end`;
  const recorder = defineRecorder(connection);
  const findEnd = connection
    .prepare<[object], Instant>(
      `SELECT last_seen FROM generations WHERE series_id = @seriesId AND last_seen > @after
       ORDER BY last_seen LIMIT 1 OFFSET ${ROWS_PER_READ - 1}`,
    )
    .pluck();
  const selectUsual = connection
    .prepare<[object], [number | null, string]>(
      `SELECT ${HAS_OTHER_VALUES}, json_group_array(access_key_id), ${RECORD_NUMBERS}(${USUALLY_READ}) ${rows}`,
    )
    .raw();
  const selectRare = connection.prepare<[object]>(`SELECT ${RECORD_NUMBERS}(${RARELY_READ}) ${rows}`);
  /** @param count the number of these generations */
  return (seriesId: number, count: number, since: Instant = Number.MIN_SAFE_INTEGER): RecordedColumns => {
    const accessKeyIds = new PackedKeyIds();
    const columns = createRecordedColumns(count, accessKeyIds);
    const usual = selectColumns(columns, USUALLY_READ);
    let hasOnlyUsualValues = true;
    for (let after: number | undefined = since - 1; after !== undefined; ) {
      const begin = accessKeyIds.length;
      const isRest = count - begin <= ROWS_PER_READ;
      const end: Instant | undefined = isRest ? undefined : findEnd.get({ seriesId, after });
      const range = { seriesId, after, end: end ?? Number.MAX_SAFE_INTEGER };
      Object.assign(recorder, { columns: usual, row: begin, count });
      const [hasOtherValues, keyIds] = requireRow(selectUsual.get(range));
      if (hasOtherValues !== 0) hasOnlyUsualValues = false;
      accessKeyIds.add(keyIds, parseKeyIds(keyIds));
      after = end;
    }
    assertAllGenerations(count, seriesId, accessKeyIds.length);
    if (hasOnlyUsualValues) return fillUsualValues(columns);
    Object.assign(recorder, { columns: selectColumns(columns, RARELY_READ), row: 0, count });
    selectRare.get({ seriesId, after: since - 1, end: Number.MAX_SAFE_INTEGER });
    assertAllGenerations(count, seriesId, recorder.row);
    return columns;
  };
}

const recorders = new WeakMap<DatabaseConnection, NumberRecorder>();

/**
 * Defines the aggregate function once per connection. A second definition would also replace the function of statements
 * that are already prepared. SQLite calls it for each row, which takes half of the time of lists of numbers in JSON, and
 * a third of the time of an iterator over the rows.
 */
function defineRecorder(connection: DatabaseConnection): NumberRecorder {
  const known = recorders.get(connection);
  if (known !== undefined) return known;
  const recorder: NumberRecorder = { columns: [], row: 0, count: 0 };
  connection.aggregate(RECORD_NUMBERS, {
    varargs: true,
    step: (_: null, ...values: unknown[]) => recordRow(recorder, values),
  });
  recorders.set(connection, recorder);
  return recorder;
}

const selectColumns = (columns: RecordedColumns, names: readonly ColumnName[]): NumberColumn[] =>
  names.map((name) => {
    const field = NUMBER_COLUMNS[name];
    return { field, isNullable: NULLABLE_COLUMNS.has(name), values: columns[field] };
  });

/** @param values what SQLite read: in a damaged database also texts and binary values, which the checks reject */
function recordRow(recorder: NumberRecorder, values: readonly unknown[]): void {
  const { columns, row, count } = recorder;
  if (row >= count) throw createDamageError(`there are more than ${count} generations`);
  for (let position = 0; position < columns.length; position += 1) {
    const column = columns[position];
    const value = values[position];
    if (column === undefined) continue;
    column.values[row] = isStoredNumber(value) ? value : checkAbsent(column, value);
  }
  recorder.row = row + 1;
}

const checkAbsent = ({ field, isNullable }: NumberColumn, value: unknown): number =>
  isNullable ? checkNumber(field, value) : requireNumber(field, value);

/** SQLite writes some binary values as text that is not JSON. */
function parseKeyIds(json: string): readonly string[] {
  const keyIds = parseList(json);
  for (const keyId of keyIds) checkText('accessKeyId', keyId);
  // Each item is a text.
  return keyIds as readonly string[];
}

function parseList(json: string): readonly unknown[] {
  try {
    return JSON.parse(json);
  } catch {
    throw createMismatchError('accessKeyId');
  }
}
