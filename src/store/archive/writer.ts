import type { Instant, Seconds } from '../../domain/model.ts';
import { createInstantFormatter } from '../../domain/time/instant.ts';
import { CSV_CAST, toJson } from '../../untrusted-text.ts';
import type { ArchiveFields } from './fields.ts';
import {
  ARCHIVE_FIELD_NAMES,
  type ArchiveRecord,
  listSamples,
  type SampleRun,
  toArchiveFields,
} from './record.ts';

export const ARCHIVE_FORMATS = ['ndjson', 'csv'] as const;
export type ArchiveFormat = (typeof ARCHIVE_FORMATS)[number];

/** Writing every line separately would take longer than formatting it. */
const LINES_PER_PIECE = 1000;

/** Yields the text of an export in pieces. CSV always has a header. */
export async function* writeArchive(
  records: Iterable<ArchiveRecord | SampleRun>,
  format: ArchiveFormat,
): AsyncGenerator<string> {
  const line = format === 'csv' ? await loadCsv() : NDJSON;
  if (format === 'csv') yield `${ARCHIVE_FIELD_NAMES.join(',')}\n`;
  const formatTime = createInstantFormatter();
  let [piece, count] = ['', 0];
  for (const record of records) {
    if (record.record === 'sample_run') {
      piece += formatRun(record, line, formatTime);
      count += record.times.length;
    } else {
      piece += `${line.begin}${line.formatFields(toArchiveFields(record), ARCHIVE_FIELD_NAMES)}${line.end}`;
      count += 1;
    }
    if (count < LINES_PER_PIECE) continue;
    yield piece;
    [piece, count] = ['', 0];
  }
  if (count > 0) yield piece;
}

interface LineFormat {
  begin: string;
  end: string;
  /** Formats a part of a line. A format without columns writes only the fields that the record has. */
  formatFields(fields: ArchiveFields, columns: readonly string[]): string;
  formatTimes(observedAt: string, clockOffset: Seconds | null): string;
}

const NDJSON: LineFormat = {
  begin: '{',
  end: '}\n',
  formatFields: (fields) => toJson(fields).slice(1, -1),
  formatTimes: (observedAt, clockOffset) =>
    `"observed_at":"${observedAt}","clock_offset_seconds":${clockOffset}`,
};

async function loadCsv(): Promise<LineFormat> {
  const { stringify } = await import('csv-stringify/sync');
  return {
    begin: '',
    end: '\n',
    formatFields: (fields, columns) =>
      stringify([fields], { columns: [...columns], cast: CSV_CAST, eof: false }),
    formatTimes: (observedAt, clockOffset) => `${observedAt},${clockOffset ?? ''}`,
  };
}

/** The fields of `formatTimes`. The fields before and after these are the same in a run. */
const FIRST_VARYING = ARCHIVE_FIELD_NAMES.indexOf('observed_at');
const AFTER_VARYING = ARCHIVE_FIELD_NAMES.indexOf('clock_offset_seconds') + 1;

/** Formatting every field of every sample would take five times as long. */
function formatRun(
  run: SampleRun,
  { begin, end, formatFields, formatTimes }: LineFormat,
  formatTime: (instant: Instant) => string,
): string {
  const [first] = listSamples(run);
  if (first === undefined) return '';
  const entries = Object.entries(toArchiveFields(first));
  const formatPart = (from: number, to?: number) =>
    formatFields(Object.fromEntries(entries.slice(from, to)), ARCHIVE_FIELD_NAMES.slice(from, to));
  const before = `${begin}${formatPart(0, FIRST_VARYING)},`;
  const after = `,${formatPart(AFTER_VARYING)}${end}`;
  let text = '';
  for (const { observedAt, clockOffset } of run.times)
    text += before + formatTimes(formatTime(observedAt), clockOffset) + after;
  return text;
}
