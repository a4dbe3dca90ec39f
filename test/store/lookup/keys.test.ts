import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toStoredKeyId } from '../../../src/key-id.ts';
import type { KeyPattern } from '../../../src/store/contract.ts';
import { FIND_KEY, FIND_MASKED_KEY } from '../../../src/store/lookup/keys.ts';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { writeLongSeries } from '../../support/store/long-series.ts';
import { ciTest } from '../../support/thorough.ts';

const NOW = Date.parse('2026-11-29T12:00:00Z');
const file = join(temporaryFolder(afterAll), 'samples.db');
const identity = (host: string) => ({ host, source: 'imds', apiVersion: '2', role: 'loader' }) as const;

const SHARED = 'ASIASHAREDSHARED0001';
const [FIRST, SECOND] = ['ASIAFIRSTFIRST000042', 'ASIASECONDSECOND0042'];
const DIGEST = toStoredKeyId('minioadmin');

beforeAll(() => {
  using store = SampleStore.open(file);
  const record = (host: string, accessKeyId: string, minute: number) =>
    store.recordSample(
      identity(host),
      {
        accessKeyId,
        lastUpdated: null,
        expiration: NOW + minute * 60_000 + 3_600_000,
        zoneless: false,
        observedAt: NOW + minute * 60_000,
        clockOffset: 90,
      },
      'machine',
    );
  for (const [minute, key] of [FIRST, SHARED, SECOND].entries()) record('one', key, minute);
  for (const [minute, key] of [SHARED, 'minioadmin', ''].entries()) record('two', key, minute);
});

function find(...patterns: KeyPattern[]) {
  using store = SampleStore.openReadOnly(file);
  const found: unknown[] = [];
  store?.findKeys(patterns, ({ identity: { host }, keys, generations, newestClockOffset }) => {
    for (const { pattern, accessKeyId } of keys) found.push([pattern, host, accessKeyId]);
    expect(generations.count).toBe(3);
    expect(newestClockOffset).toBe(90);
  });
  return found;
}

describe('finding keys', () => {
  test('a key is found in every series that has it', () => {
    expect(find({ keyId: SHARED })).toEqual([
      [0, 'one', SHARED],
      [0, 'two', SHARED],
    ]);
  });

  test('several keys are found at once', () => {
    expect(find({ keyId: DIGEST }, { keyId: 'ASIAUNKNOWNUNKNOWN00' }, { keyId: FIRST })).toEqual([
      [2, 'one', FIRST],
      [0, 'two', DIGEST],
    ]);
  });

  test('a masked key id finds all keys with its letters', () => {
    expect(find({ prefix: 'ASIA', suffix: '0042' })).toEqual([
      [0, 'one', FIRST],
      [0, 'one', SECOND],
    ]);
    expect(find({ prefix: 'AKIA', suffix: '0042' })).toEqual([]);
  });

  test.each([[''], ['sha256:%'], ['ASIA%'], [`${NOW}/${NOW}`]])("'%s' is not a pattern", (keyId) => {
    expect(find({ keyId })).toEqual([]);
  });
});

ciTest('of a long series, only generations around the keys are read', () => {
  const long = join(temporaryFolder(), 'long.db');
  writeLongSeries(long, 40_000);
  using store = SampleStore.openReadOnly(long);
  const toKeyId = (index: number) => `ASIA${String(index).padStart(16, '0')}`;
  const found: [number, string[]][] = [];
  const wanted = [39_999, 20_001, 20_000, 0].map(toKeyId);
  store?.findKeys(
    wanted.map((keyId) => ({ keyId })),
    ({ keys, generations }) => found.push([generations.count, keys.map(({ accessKeyId }) => accessKeyId)]),
  );
  expect(found).toEqual([
    [8761, [toKeyId(0)]],
    [17_521, [toKeyId(20_000), toKeyId(20_001)]],
    [8761, [toKeyId(39_999)]],
  ]);
});

test.each([
  ['a key id', FIND_KEY, /^SEARCH generations USING (COVERING )?INDEX \S+ \(series_id=\? AND key=\?\)$/],
  [
    'a masked key id',
    FIND_MASKED_KEY,
    /^SEARCH generations USING COVERING INDEX \S+ \(series_id=\? AND key>\? AND key<\?\)$/,
  ],
])('the search for %s reads only an index', (_, sql, plan) => {
  const database = new Database(file, { readonly: true });
  const parameters = { series: 1, keyId: FIRST, prefix: 'ASIA', end: 'ASIA[', suffix: '0042' };
  const steps = database.prepare<[object], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all(parameters);
  database.close();
  expect(steps.map(({ detail }) => detail)).toEqual([expect.stringMatching(plan)]);
});
