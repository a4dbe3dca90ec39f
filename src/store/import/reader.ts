import { Readable } from 'node:stream';
import type { SeriesIdentity } from '../../domain/model.ts';
import { CredWatchError } from '../../errors.ts';
import { unescapeCsvText } from '../../untrusted-text.ts';
import { InvalidRecordError, type RawFields } from '../archive/fields.ts';
import { type ArchiveRecord, parseArchiveRecord } from '../archive/record.ts';
import { ENTRY_START_PATTERN, LogReader } from './log-reader.ts';
import { type BadLine, decodeText, splitLines } from './text-lines.ts';
import type { LocalTimeConverter } from './time-zone.ts';

export interface ReadBatch {
  records: ArchiveRecord[];
  badLines: BadLine[];
  /** The number of the last line of this batch, or 0. */
  linesRead: number;
}

interface LogFileOptions {
  /** The series of the log. A log contains neither host nor role. */
  identity: SeriesIdentity;
  toInstant: LocalTimeConverter;
}

export type FileKind = 'log' | 'ndjson' | 'csv';

/**
 * Reads logs of curl or PowerShell, and exports of cred-watch (NDJSON and CSV). The start of the text
 * determines the format.
 * @throws CredWatchError if the file has none of these formats
 */
export async function readRecords(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
  log: LogFileOptions,
): Promise<{ kind: FileKind; batches: AsyncGenerator<ReadBatch> }> {
  const text = decodeText(chunks);
  const first = await readStart(text);
  const all = resume(first, text);
  const kind = detectKind(first.trimStart(), name);
  if (kind === 'log') return { kind, batches: readLog(all, log) };
  return { kind, batches: kind === 'csv' ? readCsv(all) : readNdjson(all) };
}

/** Reads up to the first text after blank lines. */
async function readStart(text: AsyncGenerator<string>): Promise<string> {
  let first = '';
  while (first.trim() === '' && first.length < 65_536) {
    const { value, done } = await text.next();
    if (done) break;
    first += value;
  }
  return first;
}

async function* resume(first: string, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  if (first !== '') yield first;
  yield* rest;
}

function detectKind(start: string, name: string): FileKind {
  if (start.startsWith('{')) return 'ndjson';
  if (start.startsWith('[')) return 'log';
  if (/^"?schema_version"?,/.test(start)) return 'csv';
  const problem =
    start === '' ? 'is empty' : 'is neither a log of curl or PowerShell nor an export of cred-watch';
  throw new CredWatchError(
    `${name} ${problem}`,
    'use a log with lines like `[2015/11/18 00:00:01] LastUpdated: 2015-11-17T23:48:25Z`, ' +
      'or an export as NDJSON or CSV',
  );
}

async function* readLog(
  text: AsyncIterable<string>,
  { identity, toInstant }: LogFileOptions,
): AsyncGenerator<ReadBatch> {
  const reader = new LogReader(toInstant);
  for await (const lines of splitLines(text, ENTRY_START_PATTERN)) {
    const batch = parseLines(lines, (line) => {
      const sample = reader.readLine(line);
      return sample && { record: 'sample', identity, sample, ordinal: 0 };
    });
    addBadLines(batch, reader.takeIncomplete());
    yield batch;
  }
  reader.finish();
  yield { records: [], badLines: reader.takeIncomplete(), linesRead: 0 };
}

async function* readNdjson(text: AsyncIterable<string>): AsyncGenerator<ReadBatch> {
  for await (const lines of splitLines(text)) {
    yield parseLines(lines, (line) => {
      if (line.text.trim() === '') return null;
      const value = parseJson(line.text);
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
        return parseArchiveRecord({ ...value });
      }
      throw new InvalidRecordError('is not an object');
    });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidRecordError('is not JSON');
  }
}

async function* readCsv(text: AsyncIterable<string>): AsyncGenerator<ReadBatch> {
  const { parse } = await import('csv-parse');
  const badLines: BadLine[] = [];
  let isCut = false;
  const parser = Readable.from(text, { objectMode: false }).pipe(
    parse({
      columns: true,
      info: true,
      skip_empty_lines: true,
      skip_records_with_error: true,
      cast: unescapeCsvText,
      max_record_size: 1_048_576,
      on_skip: (error) => {
        const isTooLong = error?.code === 'CSV_MAX_RECORD_SIZE';
        // csv-parse does not find the end of a row that is too long, and skips each further part of the file.
        if (isCut && isTooLong) return;
        isCut ||= isTooLong;
        const problem = isTooLong
          ? 'is longer than 1 MiB, so the rest of the file is not read'
          : 'does not have the columns of the first line';
        badLines.push({ line: Number(error?.lines ?? 0), problem });
      },
    }),
  );
  let rows: { number: number; fields: RawFields }[] = [];
  const flush = () => {
    const batch = parseLines(rows, ({ fields }) => parseArchiveRecord(fields));
    addBadLines(batch, badLines.splice(0));
    rows = [];
    return batch;
  };
  // csv-parse types its rows as `any`. With `columns` and `info`, they have this form.
  const parsed: AsyncIterable<{ record: Record<string, string>; info: { lines: number } }> = parser;
  for await (const { record, info } of parsed) {
    rows.push({ number: info.lines, fields: record });
    if (rows.length >= 5000) yield flush();
  }
  yield flush();
}

function addBadLines({ badLines }: ReadBatch, others: readonly BadLine[]): void {
  badLines.push(...others);
  badLines.sort((a, b) => a.line - b.line);
}

/**
 * Parses each line. Invalid lines become bad lines.
 * @param parse returns null if the line completes no record
 */
function parseLines<T extends { number: number }>(
  lines: readonly T[],
  parse: (line: T) => ArchiveRecord | null,
): ReadBatch {
  const batch: ReadBatch = { records: [], badLines: [], linesRead: lines.at(-1)?.number ?? 0 };
  for (const line of lines) {
    try {
      const record = parse(line);
      if (record !== null) batch.records.push(record);
    } catch (error) {
      if (!(error instanceof InvalidRecordError)) throw error;
      batch.badLines.push({ line: line.number, problem: error.message });
    }
  }
  return batch;
}
