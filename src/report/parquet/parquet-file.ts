import { ByteWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import type { ColumnType, ColumnValue, ParquetColumn } from './columns.ts';
import { type StoredValue, writeColumnChunk } from './data-page.ts';
import { PARQUET_COLUMNS } from './parquet-columns.ts';
import { type ParquetRow, readValue } from './rows.ts';

// Both are in one bundle, because they share a library.
export { readParquet } from './read-file.ts';

/** Only a renamed or removed column needs a new version. */
const PARQUET_SCHEMA_VERSION = 1;

const STORED_TYPES: Readonly<Record<ColumnType, Omit<SchemaElement, 'name'>>> = {
  string: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  boolean: { type: 'BOOLEAN' },
  // Without a logical type, because hyparquet-writer writes the logical type of integers in a way that DuckDB rejects.
  seconds: { type: 'INT64' },
  milliseconds: { type: 'INT64' },
  count: { type: 'INT64' },
  instant: {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MILLIS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
  },
};

const toSchemaElement = ({ name, type, isNullable }: ParquetColumn): SchemaElement => ({
  name,
  ...STORED_TYPES[type],
  repetition_type: isNullable ? 'OPTIONAL' : 'REQUIRED',
});

/** Limits the memory for a page. */
const ROWS_PER_GROUP = 50_000;

/** Writes a Parquet file with one row per generation. The same rows always give the same bytes. */
export function renderParquet(rows: readonly ParquetRow[], { version }: { version: string }): Uint8Array {
  const elements = PARQUET_COLUMNS.map(toSchemaElement);
  const writer = new ByteWriter();
  const file = new ParquetWriter({
    writer,
    schema: [{ name: 'schema', num_children: elements.length }, ...elements],
    createdBy: `cred-watch version ${version}`,
    kvMetadata: [{ key: 'cred_watch.schema_version', value: String(PARQUET_SCHEMA_VERSION) }],
  });
  for (let start = 0; start < rows.length; start += ROWS_PER_GROUP) {
    const group = rows.slice(start, start + ROWS_PER_GROUP);
    const groupStart = writer.offset;
    const columns = PARQUET_COLUMNS.map((column, position) =>
      writeColumnChunk(
        writer,
        elements[position] ?? toSchemaElement(column),
        group.map((row) => toStoredValue(readValue(row, column))),
      ),
    );
    file.row_groups.push({
      columns,
      num_rows: BigInt(group.length),
      total_byte_size: columns.reduce(
        (sum, each) => sum + (each.meta_data?.total_uncompressed_size ?? 0n),
        0n,
      ),
      total_compressed_size: BigInt(writer.offset - groupStart),
    });
    file.num_rows += BigInt(group.length);
  }
  file.finish();
  return writer.getBytes();
}

const toStoredValue = (value: ColumnValue): StoredValue =>
  typeof value === 'number' ? BigInt(Math.floor(value)) : value;
