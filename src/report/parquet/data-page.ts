import { ByteWriter, type ParquetWriter, type SchemaElement, type Writer } from 'hyparquet-writer';
import { writePageHeader } from 'hyparquet-writer/src/datapage.js';
import { writeRleBitPackedHybrid } from 'hyparquet-writer/src/encoding.js';
import { writePlain } from 'hyparquet-writer/src/plain.js';
import { snappyCompress } from 'hyparquet-writer/src/snappy.js';

type ColumnChunk = ParquetWriter['row_groups'][number]['columns'][number];

/** The values of a column as the file stores them. */
export type StoredValue = string | boolean | bigint | null;

/**
 * Writes a column as one data page of version 1. hyparquet-writer writes version 2 only, which some readers do not
 * support, so this function joins its parts.
 */
export function writeColumnChunk(
  writer: Writer,
  { name, type, repetition_type }: SchemaElement,
  values: readonly StoredValue[],
): ColumnChunk {
  if (type === undefined) throw new TypeError(`column ${name} has no type`);
  const present = values.filter((value) => value !== null);
  const page = new ByteWriter();
  if (repetition_type === 'OPTIONAL') {
    const levels = new ByteWriter();
    writeRleBitPackedHybrid(
      levels,
      values.map((value) => Number(value !== null)),
      1,
    );
    page.appendUint32(levels.offset);
    page.appendBytes(levels.getBytes());
  }
  writePlain(page, present, type, undefined);
  const compressed = snappyCompress(page.getBytes());
  const start = writer.offset;
  writePageHeader(writer, {
    type: 'DATA_PAGE',
    uncompressed_page_size: page.offset,
    compressed_page_size: compressed.length,
    data_page_header: {
      num_values: values.length,
      encoding: 'PLAIN',
      definition_level_encoding: 'RLE',
      repetition_level_encoding: 'RLE',
    },
  });
  const headerSize = writer.offset - start;
  writer.appendBytes(compressed);
  return {
    file_offset: BigInt(start),
    meta_data: {
      type,
      encodings: ['PLAIN', 'RLE'],
      path_in_schema: [name],
      codec: 'SNAPPY',
      num_values: BigInt(values.length),
      total_uncompressed_size: BigInt(headerSize + page.offset),
      total_compressed_size: BigInt(writer.offset - start),
      data_page_offset: BigInt(start),
      statistics: { null_count: BigInt(values.length - present.length), ...findRange(present) },
    },
  };
}

/** The smallest and the largest number. Readers skip files and row groups by it. Empty for other values. */
function findRange(values: readonly StoredValue[]): { min_value?: bigint; max_value?: bigint } {
  const [first] = values;
  if (typeof first !== 'bigint') return {};
  let [min, max] = [first, first];
  for (const value of values) {
    if (typeof value !== 'bigint') continue;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min_value: min, max_value: max };
}
