import type { ColumnValue, ParquetColumn } from './columns.ts';
import type { MeasuredSeries } from './series-rows.ts';

/** The values of a row that was read from a file, by column name. */
export type RowValues = Readonly<Record<string, ColumnValue>>;

/** A generation of a measured series, or a row of an earlier file. */
export type ParquetRow = { series: MeasuredSeries; index: number } | { values: RowValues };

export const toRows = (series: MeasuredSeries, indexes: readonly number[]): ParquetRow[] =>
  indexes.map((index) => ({ series, index }));

export const readValue = (row: ParquetRow, { name, read }: ParquetColumn): ColumnValue =>
  'values' in row ? (row.values[name] ?? null) : read(row.series, row.index);
