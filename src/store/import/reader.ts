import { Readable } from 'node:stream';
import type { Instant, SeriesIdentity } from '../../domain/model.ts';
import { CredWatchError } from '../../errors.ts';
import { InvalidRecordError } from '../archive/fields.ts';
import { type ArchiveRecord, parseArchiveRecord } from '../archive/record.ts';
import { ENTRY_START_PATTERN, LogReader } from './log-reader.ts';
import { type BadLine, decodeText, splitLines, type TextLine } from './text-lines.ts';

export interface ReadBatch {
  records: ArchiveRecord[];
  badLines: BadLine[];
  /** Lines read so far. */
  linesRead: number;
}

interface LogFileOptions {
  /** The series of the log. A log contains neither host nor role. */
  identity: SeriesIdentity;
  /** Converts the logger's local time, given as if it were UTC. */
  toInstant: (localTime: Instant) => Instant;
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
  let lines = 0;
  for await (const batch of splitLines(text, ENTRY_START_PATTERN)) {
    const result: ReadBatch = { records: [], badLines: [], linesRead: lastLine(batch) };
    for (const line of batch) {
      const read = reader.readLine(line);
      if (read === null) continue;
      if ('problem' in read) result.badLines.push(read);
      else result.records.push({ record: 'sample', identity, sample: read, ordinal: 0 });
    }
    lines = result.linesRead;
    yield result;
  }
  const rest = reader.finish();
  if (rest !== null) yield { records: [], badLines: [rest], linesRead: lines };
}

async function* readNdjson(text: AsyncIterable<string>): AsyncGenerator<ReadBatch> {
  for await (const batch of splitLines(text)) {
    const filled = batch.filter((line) => line.text.trim() !== '');
    yield parseLines(filled, lastLine(batch), ({ text: line }) => {
      const value = parseJson(line);
      if (typeof value !== 'object' || value === null || Array.isArray(value))
        throw new InvalidRecordError('is not an object');
      return { ...value };
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
  const parser = Readable.from(text, { objectMode: false }).pipe(
    parse({
      columns: true,
      info: true,
      skip_empty_lines: true,
      skip_records_with_error: true,
      max_record_size: 1_048_576,
      on_skip: (error) => {
        badLines.push({
          line: Number(error?.lines ?? 0),
          problem: 'does not have the columns of the first line',
        });
      },
    }),
  );
  let rows: (TextLine & { fields: Record<string, unknown> })[] = [];
  const flush = () => {
    const batch = parseLines(rows, lastLine(rows), ({ fields }) => fields);
    batch.badLines.push(...badLines.splice(0));
    rows = [];
    return batch;
  };
  // csv-parse types its rows as `any`. With `columns` and `info`, they have this form.
  const parsed: AsyncIterable<{ record: Record<string, string>; info: { lines: number } }> = parser;
  for await (const { record, info } of parsed) {
    rows.push({ text: '', number: info.lines, fields: record });
    if (rows.length >= 5000) yield flush();
  }
  yield flush();
}

/** Parses each line. Invalid lines become bad lines. */
function parseLines<T extends TextLine>(
  lines: readonly T[],
  last: number,
  toObject: (line: T) => Record<string, unknown>,
): ReadBatch {
  const batch: ReadBatch = { records: [], badLines: [], linesRead: last };
  for (const line of lines) {
    try {
      batch.records.push(parseArchiveRecord(toObject(line)));
    } catch (error) {
      if (!(error instanceof InvalidRecordError)) throw error;
      batch.badLines.push({ line: line.number, problem: error.message });
    }
  }
  return batch;
}

const lastLine = (lines: readonly TextLine[]): number => lines.at(-1)?.number ?? 0;
