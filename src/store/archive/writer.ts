import { CSV_CAST, toJson } from '../../untrusted-text.ts';
import { ARCHIVE_FIELD_NAMES, type ArchiveRecord, toArchiveFields } from './record.ts';

export const ARCHIVE_FORMATS = ['ndjson', 'csv'] as const;
export type ArchiveFormat = (typeof ARCHIVE_FORMATS)[number];

/** Writing every line separately would take longer than formatting it. */
const LINES_PER_PIECE = 1000;

/** Yields the text of an export in pieces. CSV always has a header. */
export async function* writeArchive(
  records: Iterable<ArchiveRecord>,
  format: ArchiveFormat,
): AsyncGenerator<string> {
  const toText = format === 'csv' ? await csvWriter() : ndjson;
  if (format === 'csv') yield toText([Object.fromEntries(ARCHIVE_FIELD_NAMES.map((name) => [name, name]))]);
  let lines: ReturnType<typeof toArchiveFields>[] = [];
  for (const record of records) {
    lines.push(toArchiveFields(record));
    if (lines.length < LINES_PER_PIECE) continue;
    yield toText(lines);
    lines = [];
  }
  if (lines.length > 0) yield toText(lines);
}

type Lines = readonly Readonly<Record<string, unknown>>[];

const ndjson = (lines: Lines) => lines.map((line) => `${toJson(line)}\n`).join('');

async function csvWriter(): Promise<(lines: Lines) => string> {
  const { stringify } = await import('csv-stringify/sync');
  return (lines) => stringify([...lines], { columns: [...ARCHIVE_FIELD_NAMES], cast: CSV_CAST });
}
