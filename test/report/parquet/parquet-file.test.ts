import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { expect, test } from 'vitest';
import { PARQUET_COLUMNS } from '../../../src/report/parquet/parquet-columns.ts';
import { renderParquet } from '../../../src/report/parquet/parquet-file.ts';
import { toRows } from '../../../src/report/parquet/rows.ts';
import { groupByMonth, type MeasuredSeries } from '../../../src/report/parquet/series-rows.ts';
import { findSeriesToMeasure } from '../../../src/watch/parquet/measured-series.ts';
import { fillRichly, HOSTILE, IMDS, NOW, START } from '../../support/report/rich-store.ts';
import { temporaryStore } from '../../support/store/temporary-store.ts';
import { ciTest } from '../../support/thorough.ts';

const OPTIONS = { version: '1.2.3' };

/** Series of one endpoint, undated ones, retired ones and hostile names. */
function richSeries(): MeasuredSeries[] {
  const store = temporaryStore();
  fillRichly(store);
  return findSeriesToMeasure(store.historyReaders({}), NOW).map((each) => each.measure());
}

const indexesOf = ({ history }: MeasuredSeries) => [...history.generations.firstSeen.keys()];

/** A copy without the rest of a shared buffer. */
const toFile = (bytes: Uint8Array) => bytes.slice().buffer as ArrayBuffer;

const findSeries = (all: readonly MeasuredSeries[], host: string) => {
  const found = all.find(({ identity, isRetired }) => identity.host === host && !isRetired);
  if (found === undefined) throw new Error(`no series of ${host}`);
  return found;
};

test('the columns and their types are a contract', () => {
  const series = findSeries(richSeries(), IMDS.host);
  const { schema } = parquetMetadata(toFile(renderParquet(toRows(series, [0]), OPTIONS)));
  const lines = schema.slice(1).map(({ name, type, repetition_type, converted_type, logical_type }) => {
    const utc = logical_type?.type === 'TIMESTAMP' && logical_type.isAdjustedToUTC ? 'UTC' : '';
    return [name, type, repetition_type, converted_type, utc].filter(Boolean).join(' ');
  });
  expect(lines.join('\n')).toMatchSnapshot();
});

test('a file has the facts of every generation', async () => {
  for (const series of richSeries()) {
    const indexes = indexesOf(series);
    const rows = await parquetReadObjects({ file: toFile(renderParquet(toRows(series, indexes), OPTIONS)) });
    const expected = indexes.map((index) =>
      Object.fromEntries(PARQUET_COLUMNS.map(({ name, read }) => [name, read(series, index)])),
    );
    const read = rows.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [
          name,
          value instanceof Date ? value.getTime() : typeof value === 'bigint' ? Number(value) : value,
        ]),
      ),
    );
    expect(read).toEqual(expected);
  }
});

test('a row of a witnessed rotation has the facts of the report', () => {
  const series = findSeries(richSeries(), IMDS.host);
  const row = Object.fromEntries(PARQUET_COLUMNS.map(({ name, read }) => [name, read(series, 3)]));
  expect(row).toMatchObject({
    source: 'imds',
    api_version: '2',
    role: 'loader',
    retired: false,
    newest: false,
    sample_count: 6,
    first_seen_at: START + 3 * 3_600_000 + 7321,
    last_updated: START + 3 * 3_600_000,
    rotated_at: START + 4 * 3_600_000,
    witnessed: true,
    rotation_dated: true,
    lead_time_seconds: 5 * 3600,
    max_lead_time_seconds: 5 * 3600,
    lead_time_at_most: false,
    least_remaining_seconds: 5 * 3600,
    remaining_when_last_seen_seconds: 5 * 3600 + 600 - 8,
    validity_when_issued_seconds: 6 * 3600,
    rotation_interval_seconds: 3600,
    blind_time_seconds: 593,
  });
});

test('the newest generation has no rotation, and key ids are masked', () => {
  const series = findSeries(richSeries(), IMDS.host);
  const last = series.history.generations.count - 1;
  const row = Object.fromEntries(PARQUET_COLUMNS.map(({ name, read }) => [name, read(series, last)]));
  const ofRotation = Object.entries(row).filter(([name]) =>
    /^(witnessed|rotat|lead_time|max_lead|blind)/.test(name),
  );
  expect(ofRotation.length).toBe(10);
  expect(ofRotation.filter(([, value]) => value !== null)).toEqual([]);
  expect(row.newest).toBe(true);
  expect(row.access_key_id).toMatch(/^ASIA….{4}$/);
});

test('every page has version 1, no dictionary and snappy', () => {
  const bytes = renderParquet(toRows(findSeries(richSeries(), HOSTILE.host), [0]), OPTIONS);
  const { row_groups: groups, created_by: createdBy } = parquetMetadata(toFile(bytes));
  expect(createdBy).toBe('cred-watch version 1.2.3');
  const chunks = groups.flatMap(({ columns }) => columns.flatMap(({ meta_data }) => meta_data ?? []));
  expect(chunks.length).toBe(PARQUET_COLUMNS.length);
  for (const { data_page_offset: offset, codec, encodings, dictionary_page_offset } of chunks) {
    // The first field of a page header is the type of the page: 0 is version 1, 3 (as 6) is version 2.
    expect([...bytes.subarray(Number(offset), Number(offset) + 2)]).toEqual([0x15, 0]);
    expect({ codec, encodings, dictionary_page_offset }).toEqual({
      codec: 'SNAPPY',
      encodings: ['PLAIN', 'RLE'],
      dictionary_page_offset: undefined,
    });
  }
});

test('readers can skip row groups by the range of each integer column', () => {
  const series = findSeries(richSeries(), IMDS.host);
  const indexes = indexesOf(series);
  const { row_groups: groups } = parquetMetadata(toFile(renderParquet(toRows(series, indexes), OPTIONS)));
  const toNumber = (value: unknown) => (value instanceof Date ? value.getTime() : Number(value));
  for (const [position, { name, type, read }] of PARQUET_COLUMNS.entries()) {
    const statistics = groups[0]?.columns[position]?.meta_data?.statistics;
    const values = indexes.map((index) => read(series, index)).filter((value) => value !== null);
    expect(statistics?.null_count, name).toBe(BigInt(indexes.length - values.length));
    if (type === 'string' || type === 'boolean' || values.length === 0) continue;
    const range = [statistics?.min_value, statistics?.max_value].map(toNumber);
    expect(range, name).toEqual([Math.min(...values.map(Number)), Math.max(...values.map(Number))]);
  }
});

ciTest('many rows are split into row groups', async () => {
  const count = 60_000;
  const series = findSeries(richSeries(), IMDS.host);
  const indexes = Array.from({ length: count }, (_, index) => index % series.history.generations.count);
  const file = toFile(renderParquet(toRows(series, indexes), OPTIONS));
  const { row_groups: groups, num_rows: rows } = parquetMetadata(file);
  expect([rows, groups.map(({ num_rows }) => num_rows)]).toEqual([60_000n, [50_000n, 10_000n]]);
  const read = await parquetReadObjects({
    file,
    columns: ['first_seen_at'],
    rowStart: 49_990,
    rowEnd: 50_010,
  });
  expect(read.map(({ first_seen_at: seen }) => seen.getTime())).toEqual(
    indexes.slice(49_990, 50_010).map((index) => series.history.generations.firstSeen[index]),
  );
});

test('the same rows give the same bytes', () => {
  const [first, second] = [richSeries(), richSeries()].map((all) => findSeries(all, 'task'));
  if (first === undefined || second === undefined) throw new Error('no series');
  expect(Buffer.from(renderParquet(toRows(first, indexesOf(first)), OPTIONS))).toEqual(
    Buffer.from(renderParquet(toRows(second, indexesOf(second)), OPTIONS)),
  );
});

test('each generation is in the month of its first sample', () => {
  for (const series of richSeries()) {
    const months = [...groupByMonth(series)];
    expect(months.flatMap(([, indexes]) => indexes).sort((a, b) => a - b)).toEqual(indexesOf(series));
    for (const [month, indexes] of months)
      for (const index of indexes)
        expect(new Date(series.history.generations.firstSeen[index] ?? 0).toISOString()).toMatch(month);
  }
});
