import { createHash } from 'node:crypto';
import { compareText } from '../../../domain/lists.ts';
import { EXPORTED_COLUMNS } from '../../../domain/measurement/columns/exported-columns.ts';
import type { Instant } from '../../../domain/model.ts';
import { getSeriesKey } from '../../../domain/series-key.ts';
import type { ColumnHistory } from '../../../domain/verdict/series-analysis.ts';
import type { ParquetColumn } from '../../../report/parquet/columns.ts';
import { PARQUET_COLUMNS } from '../../../report/parquet/parquet-columns.ts';
import { type ParquetRow, readValue, toRows } from '../../../report/parquet/rows.ts';
import { groupByTime, type MeasuredSeries } from '../../../report/parquet/series-rows.ts';
import { findSeriesToMeasure } from '../../parquet/measured-series.ts';
import { type Day, formatDay } from './object-keys.ts';

/** The rows of a host by the day of the first sample. */
export type RowsByDay = ReadonlyMap<Day, readonly ParquetRow[]>;

/** The rows of a host that the database has. */
export interface HostRows {
  host: string;
  /** By {@link getSeriesKey}, in the order of the rows. */
  series: ReadonlyMap<string, MeasuredSeries>;
  days: RowsByDay;
}

/** The rows of one host. Null if no history has samples. */
export function createHostRows(
  host: string,
  histories: readonly ColumnHistory[],
  now: Instant,
): HostRows | null {
  const found = findSeriesToMeasure(
    histories.map((history) => () => history),
    now,
  );
  if (found.length === 0) return null;
  const series = sortSeries(found.map((each) => each.measure()));
  return { host, series, days: groupRows(series.values()) };
}

/** The order of rows must not depend on what else the database has. */
export const sortSeries = (series: readonly MeasuredSeries[]): ReadonlyMap<string, MeasuredSeries> =>
  new Map(
    series
      .map((each): [string, MeasuredSeries] => [getSeriesKey(each.identity), each])
      .sort(([a], [b]) => compareText(a, b)),
  );

export function groupRows(series: Iterable<MeasuredSeries>): Map<Day, ParquetRow[]> {
  const days = new Map<Day, ParquetRow[]>();
  for (const each of series) {
    for (const [day, indexes] of groupByTime(each, formatDay)) {
      const rows = days.get(day) ?? [];
      for (const row of toRows(each, indexes)) rows.push(row);
      days.set(day, rows);
    }
  }
  return days;
}

const NAMES = new Set<string>([...Object.keys(EXPORTED_COLUMNS), 'host_name', 'access_key_id', 'newest']);

/** The columns that identify a row and what was sampled, without values that other generations can change. */
const SAMPLED_COLUMNS = PARQUET_COLUMNS.filter(({ name }) => NAMES.has(name));

/** Identifies the rows of an object. New columns change the digests, so that a new version sends all days once. */
export const digestRows = (rows: readonly ParquetRow[] | undefined): string =>
  digestColumns(rows, PARQUET_COLUMNS);

export const haveSameSamples = (
  a: readonly ParquetRow[] | undefined,
  b: readonly ParquetRow[] | undefined,
): boolean => digestColumns(a, SAMPLED_COLUMNS) === digestColumns(b, SAMPLED_COLUMNS);

function digestColumns(rows: readonly ParquetRow[] | undefined, columns: readonly ParquetColumn[]): string {
  const hash = createHash('sha256').update(columns.map(({ name }) => name).join(' '));
  for (const row of rows ?? []) {
    const values = columns.map((column) => readValue(row, column));
    // As in the file, which has whole numbers.
    hash.update(
      JSON.stringify(values.map((value) => (typeof value === 'number' ? Math.floor(value) : value))),
    );
  }
  return hash.digest('hex').slice(0, 32);
}
