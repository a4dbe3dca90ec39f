import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import type { ColumnType, ColumnValue } from './columns.ts';
import { PARQUET_COLUMNS } from './parquet-columns.ts';
import type { RowValues } from './rows.ts';

/** One day of a host has fewer rows, unless each request gets new credentials. */
const MAX_ROWS = 2_000_000;

/**
 * Reads the rows of a file that {@link renderParquet} wrote.
 * @throws Error if the content is not such a file. The caller names the file
 */
export async function readParquet(content: Uint8Array): Promise<RowValues[]> {
  // A copy, because the content can be a part of a shared buffer.
  const file = new Uint8Array(content).buffer;
  const metadata = parquetMetadata(file);
  if (metadata.num_rows > MAX_ROWS) throw new Error(`it has ${metadata.num_rows} rows`);
  const rows = await parquetReadObjects({ file, metadata });
  return rows.map(checkRow);
}

function checkRow(row: Record<string, unknown>): RowValues {
  const values: Record<string, ColumnValue> = {};
  for (const { name, type, isNullable } of PARQUET_COLUMNS) {
    const value = row[name] ?? null;
    if (value === null && !isNullable) throw new Error(`column ${name} is missing or empty`);
    values[name] = value === null ? null : toColumnValue(name, type, value);
  }
  return values;
}

const IS_TYPE: Readonly<Record<'string' | 'boolean', (value: unknown) => value is string | boolean>> = {
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
};

function toColumnValue(name: string, type: ColumnType, value: unknown): ColumnValue {
  if (type === 'string' || type === 'boolean') {
    if (IS_TYPE[type](value)) return value;
  } else {
    const number = value instanceof Date ? value.getTime() : Number(value);
    if ((typeof value === 'bigint' || value instanceof Date) && Number.isSafeInteger(number)) return number;
  }
  throw new Error(`column ${name} has a value of another type`);
}
