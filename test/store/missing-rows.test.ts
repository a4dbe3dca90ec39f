import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Sample, SeriesIdentity } from '../../src/domain/model.ts';
import { SampleStore } from '../../src/store/sample-store.ts';
import { catchError } from '../support/catch-error.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';

const START = Date.UTC(2026, 0, 1);

const series = (host: string): SeriesIdentity => ({ host, source: 'imds', apiVersion: '2', role: 'app' });

const sample = (accessKeyId: string, second: number): Sample => ({
  accessKeyId,
  lastUpdated: null,
  expiration: START + 3_600_000,
  zoneless: false,
  observedAt: START + second * 1000,
  clockOffset: null,
});

/** The database has two series with two generations of two samples each. The changes ignore foreign keys. */
function openChanged(...statements: string[]): SampleStore {
  const file = join(temporaryFolder(), 'samples.db');
  {
    using store = SampleStore.open(file);
    for (const host of ['web-1', 'web-2']) {
      for (const second of [0, 1, 10, 11])
        store.recordSample(series(host), sample(second < 10 ? 'ASIA1' : 'ASIA2', second), 'm');
    }
  }
  const database = new Database(file);
  database.pragma('foreign_keys = OFF');
  for (const statement of statements) database.exec(statement);
  database.close();
  const store = SampleStore.open(file);
  onTestFinished(() => store.close());
  return store;
}

const DAMAGED = { code: 'DATABASE_DAMAGED' };

describe('a database without all of its rows is damaged', () => {
  test('a poll of a new series notices that another series is missing', () => {
    const store = openChanged("DELETE FROM series WHERE host = 'web-1'");
    const poll = (host: string) => store.recordSample(series(host), sample('ASIA3', 20), 'm');
    expect(catchError(() => poll('web-1'))).toMatchObject(DAMAGED);
    expect(catchError(() => poll('web-3'))).toMatchObject(DAMAGED);
    // A poll of a known series does not read the whole table.
    expect(() => poll('web-2')).not.toThrow();
  });

  test('a poll of a series without generations notices that they are missing', () => {
    const store = openChanged('DELETE FROM generations WHERE series_id = 1');
    const poll = (host: string) => store.recordSample(series(host), sample('ASIA3', 20), 'm');
    expect(catchError(() => poll('web-1'))).toMatchObject(DAMAGED);
    expect(() => poll('web-2')).not.toThrow();
  });

  test('a poll of a known generation does not read the whole table', () => {
    const store = openChanged("DELETE FROM generations WHERE series_id = 1 AND key = 'ASIA1'");
    for (const key of ['ASIA2', 'ASIA3'])
      expect(() => store.recordSample(series('web-1'), sample(key, 20), 'm')).not.toThrow();
  });

  test('a series without generations is noticed by reports, exports and prune', () => {
    const store = openChanged(
      `DELETE FROM sample_times WHERE group_id IN (
         SELECT sample_groups.id FROM sample_groups JOIN generations ON generation_id = generations.id
         WHERE series_id = 1)`,
      'DELETE FROM sample_groups WHERE id NOT IN (SELECT group_id FROM sample_times)',
      'DELETE FROM generations WHERE series_id = 1',
    );
    expect(catchError(() => store.histories())).toMatchObject(DAMAGED);
    expect(catchError(() => store.histories({ host: 'web-1' }))).toMatchObject(DAMAGED);
    expect(catchError(() => [...store.records()])).toMatchObject(DAMAGED);
    expect(store.histories({ host: 'web-2' })).toHaveLength(1);
    expect(catchError(() => openChanged('DELETE FROM series').prune(START, { dryRun: true }))).toMatchObject(
      DAMAGED,
    );
  });

  test('an export notices missing samples of a generation', () => {
    const store = openChanged('DELETE FROM sample_times WHERE group_id = 2 AND elapsed = 0');
    expect(catchError(() => [...store.records()])).toMatchObject(DAMAGED);
    expect([...store.records({ host: 'web-2' })]).toHaveLength(4);
    // A report needs no samples.
    expect(store.histories()).toHaveLength(2);
  });

  test('an export of a pruned generation has fewer samples', () => {
    const store = openChanged();
    store.prune(START + 5000, { dryRun: false });
    expect([...store.records()].map(({ record }) => record)).toEqual([
      'sample',
      'generation',
      'sample',
      'sample',
      'sample',
      'generation',
      'sample',
      'sample',
    ]);
  });
});

test('an empty result of a damaged database is an error', () => {
  const file = join(temporaryFolder(), 'samples.db');
  {
    using store = SampleStore.open(file);
    const records = Array.from({ length: 2000 }, (_, second) => sample('ASIA1', second));
    store.writeRecords(
      records.map((each) => ({ record: 'sample', identity: series('web-1'), sample: each, ordinal: 0 })),
    );
    const poll = {
      observedAt: START,
      reason: 'timeout',
      detail: '',
      accessKeyId: null,
      expiration: null,
    } as const;
    store.recordFailedPoll('web-2', 'imds', { ...poll, clockOffset: null });
  }
  const database = new Database(file);
  // Checks of generations read the first and the last page.
  const [, page] = database
    .prepare<[], number>(
      "SELECT pageno FROM dbstat WHERE name = 'sample_times' AND pagetype = 'leaf' ORDER BY path",
    )
    .pluck()
    .all();
  database.close();
  const bytes = readFileSync(file);
  bytes.fill(0xa5, 4096 * (Number(page) - 1), 4096 * Number(page));
  writeFileSync(file, bytes);
  using store = SampleStore.open(file);
  // These read no samples.
  expect(store.histories()).toHaveLength(2);
  expect(store.histories({ host: 'web-2' })).toHaveLength(1);
  expect(store.jobNames()).toEqual([]);
  for (const read of [
    () => store.histories({ host: 'web-3' }),
    () => [...store.records({ host: 'web-3' })],
    () => store.jobRuns({ job: 'nightly' }),
  ]) {
    expect(catchError(read)).toMatchObject(DAMAGED);
  }
});
