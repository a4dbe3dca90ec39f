import { describe, expect, test } from 'vitest';
import { toStoredKeyId } from '../../../src/key-id.ts';
import {
  ARCHIVE_FIELD_NAMES,
  parseArchiveRecord,
  toArchiveFields,
} from '../../../src/store/archive/record.ts';
import { writeArchive } from '../../../src/store/archive/writer.ts';

const SAMPLE = {
  schema_version: 1,
  record: 'sample',
  host: 'web-1',
  source: 'imds',
  api_version: '2',
  role: 'app',
  observed_at: '2026-01-31T12:00:00.123Z',
  clock_offset_seconds: -3,
  access_key_id: 'ASIA1',
  last_updated: '2026-01-31T11:00:00Z',
  expiration: '2026-01-31T17:00:00Z',
  zoneless: true,
  ordinal: 2,
};

const GENERATION = {
  schema_version: 1,
  record: 'generation',
  host: 'web-1',
  source: 'imds',
  api_version: '2',
  role: 'app',
  access_key_id: 'ASIA1',
  last_updated: null,
  expiration: '2026-01-31T17:00:00Z',
  zoneless: false,
  latest_expiration: '2026-01-31T18:00:00Z',
  first_seen_at: '2026-01-31T12:00:00Z',
  last_seen_at: '2026-01-31T13:00:00Z',
  raw_first_seen_at: '2026-01-31T12:00:01Z',
  raw_last_seen_at: '2026-01-31T13:00:01Z',
  raw_ahead_ms: -5,
  corrected_ahead_ms: 6,
  last_updated_varying: true,
  smallest_clock_offset_seconds: 1,
  largest_clock_offset_seconds: 9,
  third_later_observed_at: '2026-01-31T13:30:00Z',
  third_later_clock_offset_seconds: 4,
  earlier_sample_count: 7,
  pruned_until: '2026-01-31T12:30:00Z',
};

const FAILED_POLL = {
  schema_version: 1,
  record: 'failed_poll',
  host: 'web-1',
  source: 'container',
  observed_at: '2026-01-31T12:00:00Z',
  access_key_id: 'ASIA1',
  expiration: '2026-01-31T17:00:00Z',
  reason: 'timeout',
  detail: 'after 1 s',
  clock_offset_seconds: 5,
  ordinal: 1,
};

const JOB_RUN = {
  schema_version: 1,
  record: 'job_run',
  host: 'web-1',
  source: 'imds',
  api_version: '2',
  role: 'app',
  job_name: 'nightly',
  started_at: '2026-01-31T12:00:00Z',
  remaining_at_start_seconds: 18_000,
  duration_seconds: 3600,
  exit_code: 1,
  remaining_at_end_seconds: 14_400,
  ordinal: 3,
};

const ALL = { SAMPLE, GENERATION, FAILED_POLL, JOB_RUN };

describe('archive records', () => {
  test.each(Object.entries(ALL))('every field of a record is read and written: %s', (_, fields) => {
    const written = toArchiveFields(parseArchiveRecord(fields));
    expect(written).toEqual(fields);
    expect(Object.keys(written)).toEqual(Object.keys(fields));
  });

  test.each(Object.entries(ALL))('a record from CSV equals the record from NDJSON: %s', (_, fields) => {
    const texts = Object.fromEntries(
      ARCHIVE_FIELD_NAMES.map((name) => [name, String((fields as Record<string, unknown>)[name] ?? '')]),
    );
    expect(parseArchiveRecord(texts)).toEqual(parseArchiveRecord(fields));
  });

  test('a generation without raw times, as in older exports, has the corrected times', () => {
    const { raw_first_seen_at: _, raw_last_seen_at: __, ...older } = GENERATION;
    expect(parseArchiveRecord(older)).toMatchObject({
      generation: { rawFirstSeen: Date.UTC(2026, 0, 31, 12), rawLastSeen: Date.UTC(2026, 0, 31, 13) },
    });
  });

  test('absent optional fields are null, empty, 0 or false', () => {
    const { clock_offset_seconds: _, last_updated: __, ordinal: ___, zoneless: ____, ...rest } = SAMPLE;
    const { api_version: _____, role: ______, access_key_id: _______, ...few } = rest;
    expect(parseArchiveRecord(few)).toEqual({
      record: 'sample',
      identity: { host: 'web-1', source: 'imds', apiVersion: '', role: '' },
      ordinal: 0,
      sample: {
        observedAt: Date.parse(SAMPLE.observed_at),
        clockOffset: null,
        accessKeyId: '',
        lastUpdated: null,
        expiration: Date.parse(SAMPLE.expiration),
        zoneless: false,
      },
    });
    expect(parseArchiveRecord({ ...GENERATION, third_later_observed_at: null })).toMatchObject({
      generation: { thirdLaterSample: null },
    });
    expect(parseArchiveRecord({ ...GENERATION, third_later_clock_offset_seconds: null })).toMatchObject({
      generation: { thirdLaterSample: { clockOffset: null } },
    });
    expect(parseArchiveRecord({ ...FAILED_POLL, access_key_id: '' })).toMatchObject({
      poll: { accessKeyId: null },
    });
  });

  test.each([
    [{ schema_version: 2 }, 'schema_version 2 is not 1'],
    [{ schema_version: null }, 'schema_version is not a whole number'],
    [{ record: 'other' }, 'record has an unknown value'],
    [{ host: '' }, 'host is empty'],
    [{ host: 'x'.repeat(1025) }, 'host is not a text of at most 1024 characters'],
    [{ host: 'web-\ud800' }, 'host has an unpaired surrogate'],
    [{ host: 7 }, 'host is not a text of at most 1024 characters'],
    [{ source: 'IMDS' }, 'source has an unknown value'],
    [{ access_key_id: 'A'.repeat(129) }, 'access_key_id is not an access key id'],
    [{ access_key_id: 'A B' }, 'access_key_id is not an access key id'],
    [{ observed_at: 5 }, 'observed_at is not a time like 2026-01-31T12:00:00Z'],
    [{ observed_at: '' }, 'observed_at is not a time like 2026-01-31T12:00:00Z'],
    [{ clock_offset_seconds: 1.5 }, 'clock_offset_seconds is not a whole number'],
    [{ clock_offset_seconds: '1.5' }, 'clock_offset_seconds is not a whole number'],
    [{ clock_offset_seconds: '1'.repeat(16) }, 'clock_offset_seconds is not a whole number'],
    [{ ordinal: -1 }, 'ordinal is negative'],
  ])('a sample with %j is rejected: %s', (changes, problem) => {
    expect(() => parseArchiveRecord({ ...SAMPLE, ...changes })).toThrow(problem);
  });

  test('the limits of texts and key ids are valid', () => {
    const record = parseArchiveRecord({
      ...SAMPLE,
      host: 'x'.repeat(1024),
      access_key_id: 'A'.repeat(128),
    });
    expect(record).toMatchObject({
      identity: { host: 'x'.repeat(1024) },
      sample: { accessKeyId: toStoredKeyId('A'.repeat(128)) },
    });
    expect(parseArchiveRecord({ ...SAMPLE, ordinal: '9'.repeat(15) })).toMatchObject({
      ordinal: 999_999_999_999_999,
    });
  });

  test.each([
    [true, true],
    ['true', true],
    ['1', true],
    [false, false],
    ['false', false],
    ['0', false],
    ['', false],
    [undefined, false],
  ])('the flag %j is %j', (value, flag) => {
    expect(parseArchiveRecord({ ...SAMPLE, zoneless: value })).toMatchObject({ sample: { zoneless: flag } });
  });

  test('a generation that ends before it begins is rejected', () => {
    const equal = { first_seen_at: '2026-01-31T13:00:00Z' };
    expect(() => parseArchiveRecord({ ...GENERATION, ...equal })).not.toThrow();
    const later = { first_seen_at: '2026-01-31T13:00:01Z' };
    expect(() => parseArchiveRecord({ ...GENERATION, ...later })).toThrow(
      'first_seen_at is after last_seen_at',
    );
  });
});

describe('writeArchive', () => {
  const records = (count: number) =>
    Array.from({ length: count }, (_, ordinal) => parseArchiveRecord({ ...SAMPLE, ordinal }));

  async function lines(count: number, format: 'ndjson' | 'csv'): Promise<string[][]> {
    const pieces: string[][] = [];
    for await (const piece of writeArchive(records(count), format)) pieces.push(piece.trimEnd().split('\n'));
    return pieces;
  }

  test('an export is written in order, in pieces of 1000 lines', async () => {
    const pieces = await lines(2001, 'ndjson');
    expect(pieces.map(({ length }) => length)).toEqual([1000, 1000, 1]);
    expect(pieces.flat().map((line) => JSON.parse(line).ordinal)).toEqual([...records(2001).keys()]);
    expect((await lines(1000, 'ndjson')).map(({ length }) => length)).toEqual([1000]);
    expect(await lines(0, 'ndjson')).toEqual([]);
  });

  test('an export as CSV begins with the names of the columns, even without records', async () => {
    expect(await lines(0, 'csv')).toEqual([[ARCHIVE_FIELD_NAMES.join(',')]]);
    const [header, rows] = await lines(2, 'csv');
    expect(header).toEqual([ARCHIVE_FIELD_NAMES.join(',')]);
    expect(rows).toHaveLength(2);
  });
});
