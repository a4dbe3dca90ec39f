import type { Column } from '../../domain/measurement/columns/column.ts';
import {
  createRecordedColumns,
  type RecordedColumns,
} from '../../domain/measurement/columns/generation-columns.ts';
import type { Instant } from '../../domain/model.ts';
import { assertAllGenerations } from './consistency.ts';
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

/** Fills in the columns of {@link USUAL_VALUES} for the rows from `begin` to before `end`. Flags are 0 already. */
function fillUsualValues(columns: RecordedColumns, begin: number, end: number): void {
  const copy = (from: Column, to: Column) => to.set(from.subarray(begin, end), begin);
  copy(columns.expiration, columns.latestExpiration);
  copy(columns.firstSeen, columns.rawFirstSeen);
  copy(columns.lastSeen, columns.rawLastSeen);
  const { lastUpdated, firstSeen, correctedAheadMs } = columns;
  for (let index = begin; index < end; index += 1)
    correctedAheadMs[index] = (lastUpdated[index] ?? Number.NaN) - (firstSeen[index] ?? Number.NaN);
  copy(correctedAheadMs, columns.rawAheadMs);
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

const selectLists = (names: readonly string[]) => names.map((name) => `json_group_array(${name})`).join(', ');

const HAS_OTHER_VALUES = `max(${RARELY_READ.map((name) => `${name} IS NOT ${USUAL_VALUES[name]}`).join(' OR ')})`;

/** A list takes half of the time that its rows would take, but all rows of a series need too much memory. */
const ROWS_PER_READ = 2048;

/**
 * Prepares a function that reads the generations of a series that were seen since an instant, without an object for
 * each. The generations are ordered by their last sample. This is the order of issue, except with several endpoints.
 */
export function prepareGenerationReader(connection: DatabaseConnection) {
  const rows = `FROM generations INDEXED BY generations_last_seen
    WHERE series_id = @seriesId AND last_seen > @after AND last_seen <= @end`;
  const findEnd = connection
    .prepare<[object], Instant>(
      `SELECT last_seen FROM generations WHERE series_id = @seriesId AND last_seen > @after
       ORDER BY last_seen LIMIT 1 OFFSET ${ROWS_PER_READ - 1}`,
    )
    .pluck();
  const selectUsual = connection
    .prepare<[object], string[]>(
      `SELECT ${HAS_OTHER_VALUES}, ${selectLists(['access_key_id', ...USUALLY_READ])} ${rows}`,
    )
    .raw();
  const selectRare = connection
    .prepare<[object], string[]>(`SELECT ${selectLists(RARELY_READ)} ${rows}`)
    .raw();
  /** @param count the number of these generations */
  return (seriesId: number, count: number, since: Instant = Number.MIN_SAFE_INTEGER): RecordedColumns => {
    const accessKeyIds: string[] = [];
    const columns = createRecordedColumns(count, accessKeyIds);
    const copyLists = (names: readonly ColumnName[], lists: readonly string[], begin: number) => {
      for (const [position, name] of names.entries()) copyNumbers(name, lists[position], columns, begin);
    };
    for (let after: number | undefined = since - 1; after !== undefined; ) {
      const begin = accessKeyIds.length;
      const isRest = count - begin <= ROWS_PER_READ;
      const end: Instant | undefined = isRest ? undefined : findEnd.get({ seriesId, after });
      const range = { seriesId, after, end: end ?? Number.MAX_SAFE_INTEGER };
      const [hasOtherValues, keyIds, ...lists] = requireRow(selectUsual.get(range));
      for (const keyId of parseList('accessKeyId', keyIds))
        accessKeyIds.push(checkText('accessKeyId', keyId));
      if (accessKeyIds.length > count) break;
      copyLists(USUALLY_READ, lists, begin);
      if (Number(hasOtherValues) === 0) fillUsualValues(columns, begin, accessKeyIds.length);
      else copyLists(RARELY_READ, requireRow(selectRare.get(range)), begin);
      after = end;
    }
    assertAllGenerations(count, seriesId, accessKeyIds.length);
    return columns;
  };
}

/**
 * Numbers, texts and nulls. In a damaged database also other values, which the checks reject. SQLite writes some binary
 * values as text that is not JSON.
 */
function parseList(field: string, json: string | undefined): unknown[] {
  try {
    return JSON.parse(json ?? '[]');
  } catch {
    throw createMismatchError(field);
  }
}

function copyNumbers(
  name: ColumnName,
  json: string | undefined,
  columns: RecordedColumns,
  begin: number,
): void {
  const field = NUMBER_COLUMNS[name];
  const column = columns[field];
  const values = parseList(field, json);
  if (begin + values.length !== columns.accessKeyIds.length) throw createMismatchError(field);
  const isNullable = NULLABLE_COLUMNS.has(name);
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index];
    if (isStoredNumber(value)) column[begin + index] = value;
    else column[begin + index] = isNullable ? checkNumber(field, value) : requireNumber(field, value);
  }
}
