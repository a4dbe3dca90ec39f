import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import type { Sample } from '../../src/domain/model.ts';
import type { CredWatchError } from '../../src/errors.ts';
import type { StoreLimits } from '../../src/store/contract.ts';
import { SampleStore } from '../../src/store/sample-store.ts';
import { catchError } from '../support/catch-error.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import { openReadOnly } from '../support/store/temporary-store.ts';
import { ciTest } from '../support/thorough.ts';

const SERIES = { host: 'h', source: 'imds', apiVersion: '2', role: 'loader' } as const;
const AT = Date.UTC(2026, 0, 1);

const sample = (key: string): Sample => ({
  accessKeyId: key,
  lastUpdated: AT,
  expiration: AT + 21_600_000,
  zoneless: false,
  observedAt: AT,
  clockOffset: 0,
});

function open(file: string, limits: StoreLimits = {}) {
  const errors: CredWatchError[] = [];
  const store = SampleStore.openBestEffort(file, (error) => errors.push(error), limits);
  onTestFinished(() => store.close());
  const keys = () =>
    store.histories().flatMap(({ generations }) => generations.map(({ accessKeyId }) => accessKeyId));
  return { store, errors, keys };
}

test('a writable database is used without an error', () => {
  const file = join(temporaryFolder(), 'samples.db');
  const { store, errors } = open(file);
  store.recordSample(SERIES, sample('ASIA1'), 'm');
  expect(openReadOnly(file).histories()).toHaveLength(1);
  expect(errors).toEqual([]);
});

test('a database that cannot be opened is reported once and replaced by a temporary one', () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'file'), '');
  const { store, errors, keys } = open(join(folder, 'file', 'samples.db'));
  store.recordSample(SERIES, sample('ASIA1'), 'm');
  store.recordSample(SERIES, sample('ASIA2'), 'm');
  expect(keys()).toEqual(['ASIA1', 'ASIA2']);
  expect(errors).toHaveLength(1);
});

ciTest('a full database is copied, and the copy accepts further samples', () => {
  const file = join(temporaryFolder(), 'samples.db');
  const { store, errors, keys } = open(file, { maxPages: 26 });
  const written = Array.from({ length: 800 }, (_, number) => `ASIA${number}`);
  for (const key of written) store.recordSample(SERIES, sample(key), 'm');
  expect(errors.map(({ message }) => message)).toEqual([`no space left to write ${file}`]);
  expect(keys().sort()).toEqual(written.sort());
  const onDisk = openReadOnly(file)
    .histories()
    .flatMap(({ generations }) => generations);
  expect(onDisk.length).toBeLessThan(800);
  const id = store.startJobRun({ job: 'j', identity: SERIES, startedAt: AT, remainingAtStart: 1, end: null });
  store.endJobRun(id, { duration: 1, exitCode: 0, remainingAtEnd: 0 });
  expect(errors).toHaveLength(1);
});

test('a best-effort store throws an error that is not a CredWatchError', () => {
  const { store } = open(join(temporaryFolder(), 'samples.db'));
  expect(() => store.recordSample(SERIES, { ...sample('ASIA1'), expiration: Number.NaN }, 'm')).toThrow();
  const openInvalid = () => SampleStore.openBestEffort('nul\0', () => expect.unreachable());
  expect(openInvalid).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }));
});

/** Damages every page after the schema, which SQLite notices when it reads them. */
function damage(file: string): void {
  const database = new Database(file);
  const pages = database
    .prepare<[], number>("SELECT pageno FROM dbstat WHERE name <> 'sqlite_schema'")
    .pluck()
    .all();
  database.close();
  const bytes = readFileSync(file);
  for (const page of pages) bytes.fill(0xa5, 4096 * (page - 1), 4096 * page);
  writeFileSync(file, bytes);
}

test('a database that proves damaged is replaced by an empty one', () => {
  const file = join(temporaryFolder(), 'samples.db');
  SampleStore.open(file).close();
  damage(file);
  const { store, errors, keys } = open(file);
  store.recordSample(SERIES, sample('ASIA1'), 'm');
  expect(keys()).toEqual(['ASIA1']);
  expect(errors.map(({ code }) => code)).toEqual(['DATABASE_DAMAGED']);
});

const READS: [string, (store: SampleStore) => unknown, unknown][] = [
  ['histories', (store) => store.histories({ host: 'h' }), []],
  ['the last host', (store) => store.findLastHost('m', 'imds'), null],
  ['names', (store) => store.seriesNames('host'), []],
];
test.for(READS)(
  'a best-effort store reads %s from an empty copy if the database is damaged',
  ([, read, empty]) => {
    const file = join(temporaryFolder(), 'samples.db');
    SampleStore.open(file).close();
    damage(file);
    const { store, errors } = open(file);
    expect(read(store)).toEqual(empty);
    expect(errors.map(({ code }) => code)).toEqual(['DATABASE_DAMAGED']);
  },
);

test('a run that began before the database was replaced can end', () => {
  const file = join(temporaryFolder(), 'samples.db');
  const { store, errors } = open(file, { maxPages: 26 });
  const run = { job: 'j', identity: SERIES, startedAt: AT, remainingAtStart: 1, end: null };
  const end = { duration: 1, exitCode: 0, remainingAtEnd: 0 };
  const id = store.startJobRun(run);
  store.endJobRun(id, end);
  // The run is missing in this database.
  expect(() => store.endJobRun(99, end)).toThrow('no longer has the start');
  for (let number = 0; errors.length === 0; number += 1)
    store.recordSample(SERIES, sample(`ASIA${number}`), 'm');
  expect(() => store.endJobRun(99, end)).not.toThrow();
  expect(store.jobRuns({ job: 'j' })).toEqual([{ ...run, end }]);
});

test('the end of a run without its start is an error with a hint', () => {
  const file = join(temporaryFolder(), 'samples.db');
  using store = SampleStore.open(file);
  const endRun = () => store.endJobRun(1, { duration: 1, exitCode: 0, remainingAtEnd: 0 });
  expect(catchError(endRun)).toMatchObject({
    code: 'RUN_NOT_FOUND',
    message: `${file} no longer has the start of this run`,
    hint: 'do not move or delete the database while jobs run',
  });
});

test('every method reports a damaged database', () => {
  const file = join(temporaryFolder(), 'samples.db');
  SampleStore.open(file).close();
  damage(file);
  using store = SampleStore.open(file);
  for (const read of [
    () => store.histories(),
    () => store.historyReaders({}),
    () => [...store.records()],
    () => store.jobRuns({ job: 'j' }),
    () => store.jobNames(),
    () => store.seriesNames('host'),
    () => store.findLastHost('m', 'imds'),
    () => store.prune(AT, { dryRun: true }),
  ]) {
    expect(catchError(read)).toMatchObject({ code: 'DATABASE_DAMAGED' });
  }
});
