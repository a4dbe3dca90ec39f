import { spawn } from 'node:child_process';
import { mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { Sample, SeriesIdentity } from '../../src/domain/model.ts';
import { SampleStore } from '../../src/store/sample-store.ts';
import { openDatabase } from '../../src/store/sqlite/driver.ts';
import { bundleProgram, PROGRAM_ENV } from '../support/bundled-program.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import { temporaryStore } from '../support/store/temporary-store.ts';
import { ciTest } from '../support/thorough.ts';

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const at = (minute: number) => START + minute * MINUTE;

const series = (host: string): SeriesIdentity => ({ host, source: 'imds', apiVersion: '2', role: 'loader' });

const sample = (minute: number, accessKeyId = 'ASIA1', clockOffset: number | null = 0): Sample => ({
  accessKeyId,
  lastUpdated: null,
  expiration: at(600),
  zoneless: false,
  observedAt: at(minute),
  clockOffset,
});

/** Imports samples, in the given order. */
function importSamples(store: SampleStore, host: string, samples: readonly Sample[]): void {
  store.writeRecords(
    samples.map((each) => ({ record: 'sample', identity: series(host), sample: each, ordinal: 0 })),
  );
}

function poll(store: SampleStore, host: string, samples: readonly Sample[]): void {
  for (const each of samples) store.recordSample(series(host), each, 'machine');
}

/** The minutes of the remaining samples of a host, in ascending order. */
const listMinutes = (store: SampleStore, host: string) =>
  [...store.records({ host })]
    .flatMap((each) => (each.record === 'sample' ? [(each.sample.observedAt - START) / MINUTE] : []))
    .sort((a, b) => a - b);

const prune = (store: SampleStore, before: number, dryRun = false) => store.prune(before, { dryRun }).deleted;

describe('prune', () => {
  test('prune deletes the samples before the given time, and keeps a sample of exactly this time', () => {
    const store = temporaryStore();
    importSamples(store, 'web-1', [sample(30), sample(10), sample(40), sample(20)]);
    expect(prune(store, at(20))).toBe(1);
    expect(listMinutes(store, 'web-1')).toEqual([20, 30, 40]);
    expect(prune(store, at(20) + 1)).toBe(1);
    expect(listMinutes(store, 'web-1')).toEqual([30, 40]);
  });

  test('prune deletes the samples of every series, and returns their sum', () => {
    const store = temporaryStore();
    importSamples(store, 'web-2', [sample(0), sample(10), sample(20)]);
    importSamples(store, 'web-1', [sample(15), sample(5, 'ASIA2'), sample(25, 'ASIA2')]);
    importSamples(store, 'web-3', [sample(50), sample(60)]);
    expect(prune(store, at(15), true)).toBe(3);
    expect(listMinutes(store, 'web-2')).toEqual([0, 10, 20]);
    expect(prune(store, at(15))).toBe(3);
    expect(listMinutes(store, 'web-1')).toEqual([15, 25]);
    expect(listMinutes(store, 'web-2')).toEqual([20]);
    expect(listMinutes(store, 'web-3')).toEqual([50, 60]);
  });

  test('prune keeps the three newest samples of each polled series', () => {
    const store = temporaryStore();
    poll(store, 'one-key', [sample(10), sample(40), sample(30), sample(20), sample(0)]);
    poll(store, 'many-keys', [
      sample(0, 'ASIA1'),
      sample(10, 'ASIA1'),
      sample(20, 'ASIA2'),
      sample(30, 'ASIA3'),
      sample(40, 'ASIA4'),
    ]);
    poll(store, 'in-turns', [
      sample(0, 'ASIA1'),
      sample(5, 'ASIA2'),
      sample(10, 'ASIA1'),
      sample(15, 'ASIA2'),
    ]);
    poll(store, 'few', [sample(0), sample(10)]);
    importSamples(store, 'imported', [sample(0), sample(10), sample(20)]);
    expect(prune(store, at(100))).toBe(2 + 2 + 1 + 3);
    expect(listMinutes(store, 'one-key')).toEqual([20, 30, 40]);
    expect(listMinutes(store, 'many-keys')).toEqual([20, 30, 40]);
    expect(listMinutes(store, 'in-turns')).toEqual([5, 10, 15]);
    expect(listMinutes(store, 'few')).toEqual([0, 10]);
    expect(listMinutes(store, 'imported')).toEqual([]);
  });

  test('prune compares the corrected times of samples', () => {
    const store = temporaryStore();
    // The host is 20 minutes ahead, except for two seconds, which are not corrected.
    importSamples(store, 'web-1', [sample(30, 'ASIA1', 1200), sample(11, 'ASIA1', 2)]);
    expect(prune(store, at(11))).toBe(1);
    expect(listMinutes(store, 'web-1')).toEqual([11]);
  });

  test('a later prune with an earlier time deletes nothing and keeps the export', () => {
    const store = temporaryStore();
    importSamples(store, 'web-1', [sample(0), sample(10), sample(20), sample(30)]);
    expect(prune(store, at(25))).toBe(3);
    const before = [...store.records()];
    expect(before.at(-1)).toMatchObject({ record: 'generation', prunedUntil: at(25), earlierSampleCount: 3 });
    expect(prune(store, at(15))).toBe(0);
    expect([...store.records()]).toEqual(before);
    // A late sample from before the first prune is not stored again.
    importSamples(store, 'web-1', [sample(20)]);
    expect([...store.records()]).toEqual(before);
    expect(prune(store, at(30))).toBe(0);
    expect(prune(store, at(31))).toBe(1);
    expect([...store.records()]).toMatchObject([{ prunedUntil: at(31), earlierSampleCount: 4 }]);
  });

  test('pruning a sample of a clock that was set back keeps the time of the latest prune', () => {
    const store = temporaryStore();
    poll(store, 'web-1', [sample(0), sample(10), sample(20), sample(30), sample(40), sample(50)]);
    expect(prune(store, at(25))).toBe(3);
    poll(store, 'web-1', [sample(5)]);
    expect(prune(store, at(15))).toBe(1);
    expect([...store.records()].at(-1)).toMatchObject({ prunedUntil: at(25), earlierSampleCount: 4 });
  });
});

describe('the transactions of prune', () => {
  /** Fails after a number of deleted samples. The samples that remain are those of the failed transaction. */
  function pruneUntilFailure(samples: readonly Sample[], limit: number): number {
    const file = join(temporaryFolder(), 'samples.db');
    using store = SampleStore.open(file);
    importSamples(store, 'web-1', samples);
    const database = new Database(file);
    database.exec(`
      CREATE TABLE deletions (count INTEGER);
      INSERT INTO deletions VALUES (0);
      CREATE TRIGGER count_deletions AFTER DELETE ON sample_times BEGIN
        UPDATE deletions SET count = count + 1;
        SELECT RAISE(ABORT, 'the limit is reached') FROM deletions WHERE count > ${limit};
      END;`);
    database.close();
    expect(() => prune(store, at(1_000_000))).toThrow('SQLITE_CONSTRAINT_TRIGGER');
    return listMinutes(store, 'web-1').length;
  }

  const minutes = (count: number) => Array.from({ length: count }, (_, minute) => minute);

  ciTest('a transaction deletes at most 10,000 samples of a single generation', () => {
    const samples = minutes(25_000).map((minute) => sample(minute));
    expect(pruneUntilFailure(samples, 9_999)).toBe(25_000);
    expect(pruneUntilFailure(samples, 10_000)).toBe(15_000);
    expect(pruneUntilFailure(samples, 20_000)).toBe(5000);
  });

  test('a transaction deletes the samples of at most 200 generations', () => {
    const samples = minutes(500).map((minute) => sample(minute, `ASIA${minute}`));
    expect(pruneUntilFailure(samples, 200)).toBe(300);
    expect(pruneUntilFailure(samples, 400)).toBe(100);
  });

  test('a prune that failed is completed by the next one', () => {
    const store = temporaryStore();
    importSamples(
      store,
      'web-1',
      minutes(10_001).map((minute) => sample(minute)),
    );
    const generations = store.histories();
    expect(prune(store, at(10_000), true)).toBe(10_000);
    expect(prune(store, at(10_000))).toBe(10_000);
    expect(prune(store, at(20_000))).toBe(1);
    expect(store.histories()).toEqual(generations);
    expect([...store.records()]).toMatchObject([{ record: 'generation', earlierSampleCount: 10_001 }]);
  });

  test('prune cannot run inside writeTogether', () => {
    const store = temporaryStore();
    importSamples(store, 'web-1', [sample(0)]);
    for (const dryRun of [false, true]) {
      const run = () => store.writeTogether(() => prune(store, at(10), dryRun));
      expect(run).toThrow('prune cannot run inside writeTogether');
    }
    expect(listMinutes(store, 'web-1')).toEqual([0]);
  });

  test('the limit of a scan allows for a host whose clock is ahead', () => {
    const store = temporaryStore();
    // The clock is ahead by 100 minutes, so both samples are of minute 5.
    importSamples(store, 'web-1', [
      sample(0),
      sample(105, 'ASIA1', 6000),
      sample(5),
      sample(107, 'ASIA1', 6000),
    ]);
    expect(prune(store, at(6), true)).toBe(3);
    expect(prune(store, at(6))).toBe(3);
    expect(listMinutes(store, 'web-1')).toEqual([107]);
  });
});

ciTest('a poller that records during prune loses no sample', { timeout: 120_000 }, async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'samples.db');
  const program = await bundleProgram('store/recorder.ts', folder);
  using store = SampleStore.open(file);
  const generations = Array.from({ length: 400 }, (_, index) => `ASIA${index}`);
  for (const host of ['web-1', 'web-2']) {
    const samples = generations.flatMap((key, index) =>
      Array.from({ length: 60 }, (_, minute) => sample(60 * index + minute, key)),
    );
    importSamples(store, host, samples);
  }
  const polled = 2000;
  const poller = spawn(process.execPath, [program, file, 'poll', '1', String(polled)], {
    env: PROGRAM_ENV,
    stdio: 'inherit',
  });
  const ended = new Promise<number | null>((done) => poller.on('close', done));
  const countPolled = () => store.histories({ host: 'i-1' })[0]?.generations[0]?.samples ?? 0;
  while (countPolled() === 0) await new Promise((next) => setTimeout(next, 5));
  let deleted = 0;
  let rounds = 0;
  // Each round prunes some generations of both hosts and most polled samples, until the poller has ended.
  for (let end = 0; countPolled() < polled; end += 7) {
    deleted += prune(store, at(60 * end));
    rounds += 1;
    await new Promise((next) => setImmediate(next));
  }
  expect(await ended).toBe(0);
  deleted += prune(store, at(60 * 400));
  expect(rounds).toBeGreaterThan(1);
  expect(deleted).toBe(2 * 400 * 60 + polled - 3);
  expect(countPolled()).toBe(polled);
  expect([...store.records({ host: 'i-1' })].filter(({ record }) => record === 'sample')).toHaveLength(3);
  const connection = openDatabase(file);
  expect(connection.pragma('integrity_check', { simple: true })).toBe('ok');
  expect(connection.pragma('foreign_key_check')).toEqual([]);
  connection.close();
});

describe('the size of the file', () => {
  const fill = (file: string) => {
    using store = SampleStore.open(file);
    importSamples(
      store,
      'web-1',
      Array.from({ length: 5000 }, (_, minute) => sample(minute, `ASIA${minute}`)),
    );
    importSamples(
      store,
      'web-2',
      Array.from({ length: 20_000 }, (_, minute) => sample(minute)),
    );
  };
  const openFile = () => join(mkdtempSync(join(tmpdir(), 'prune-')), 'samples.db');
  const pruneFile = (file: string) => {
    using store = SampleStore.open(file);
    return prune(store, at(30_000));
  };

  ciTest('prune shrinks a new database, and one that was created without incremental vacuum', () => {
    for (const isOld of [false, true]) {
      const file = openFile();
      fill(file);
      if (isOld) {
        const connection = openDatabase(file);
        connection.exec('PRAGMA journal_mode = DELETE; PRAGMA auto_vacuum = NONE; VACUUM');
        expect(connection.pragma('auto_vacuum', { simple: true })).toBe(0);
        connection.close();
      }
      const before = statSync(file).size;
      expect(pruneFile(file)).toBe(25_000);
      expect(statSync(file).size).toBeLessThan(before * 0.6);
      const connection = openDatabase(file);
      expect(connection.pragma('freelist_count', { simple: true })).toBe(0);
      expect(connection.pragma('auto_vacuum', { simple: true })).toBe(2);
      expect(connection.pragma('integrity_check', { simple: true })).toBe('ok');
      connection.close();
    }
  });
});
