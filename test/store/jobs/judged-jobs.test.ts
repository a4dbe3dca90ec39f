import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import type { SeriesIdentity } from '../../../src/domain/model.ts';
import type { JudgedJobs } from '../../../src/store/contract.ts';
import { MemoryStore } from '../../../src/store/memory-store.ts';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { catchError } from '../../support/catch-error.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';

const AT = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;
const identity: SeriesIdentity = { host: 'i-0abc', source: 'imds', apiVersion: '2', role: 'loader' };
const KEY = { process: 'p1', arguments: 'a1', identity };
const run = { job: 'nightly', identity, startedAt: AT, remainingAtStart: 60, end: null } as const;

function openStore(): { store: SampleStore; file: string; judged: JudgedJobs } {
  const file = join(temporaryFolder(), 'samples.db');
  const store = SampleStore.open(file);
  onTestFinished(() => store.close());
  if (store.judgedJobs === null) throw new Error('the store is temporary');
  return { store, file, judged: store.judgedJobs };
}

const countRows = (file: string) =>
  new Database(file, { readonly: true }).prepare('SELECT count(*) FROM judged_jobs').pluck().get();

test('a judged job is found by its process, arguments and series only', () => {
  const { judged } = openStore();
  expect(judged.find(KEY)).toBeNull();
  judged.record(KEY, AT, AT + HOUR);
  expect(judged.find(KEY)).toBe(AT);
  const others = [
    { ...KEY, process: 'p2' },
    { ...KEY, arguments: 'a2' },
    ...Object.entries({ host: 'i-1', source: 'container', apiVersion: '1', role: 'other' }).map(
      ([name, value]) => ({ ...KEY, identity: { ...identity, [name]: value } as SeriesIdentity }),
    ),
  ];
  expect(others.map((key) => judged.find(key))).toEqual(others.map(() => null));
});

test('a later judgement replaces the earlier one', () => {
  const { judged, file } = openStore();
  judged.record(KEY, AT, AT + HOUR);
  judged.record(KEY, AT + 1, AT + HOUR);
  expect([judged.find(KEY), countRows(file)]).toEqual([AT + 1, 1]);
});

test('a record deletes old rows and rows of the future', () => {
  const { judged, file } = openStore();
  judged.record({ ...KEY, process: 'old' }, AT, AT + HOUR);
  judged.record({ ...KEY, process: 'kept' }, AT, AT + 2 * HOUR);
  judged.record(KEY, AT + 2 * HOUR, AT + 3 * HOUR);
  expect([countRows(file), judged.find({ ...KEY, process: 'kept' })]).toEqual([2, AT]);
  judged.record({ ...KEY, process: 'p2' }, AT - 22 * HOUR, AT + 3 * HOUR);
  expect([countRows(file), judged.find(KEY)]).toEqual([3, AT + 2 * HOUR]);
  judged.record({ ...KEY, process: 'p2' }, AT - 22 * HOUR - 1, AT + 3 * HOUR);
  expect([countRows(file), judged.find(KEY)]).toEqual([2, null]);
});

test('a run is found by its process until it ends', () => {
  const { store, judged } = openStore();
  const id = store.startJobRun(run, 'p1');
  store.startJobRun({ ...run, startedAt: AT + 1 }, 'p2');
  store.startJobRun({ ...run, startedAt: AT + 2 });
  store.startJobRun({ ...run, job: 'hourly' }, 'p3');
  const found = { process: 'p1', identity, startedAt: AT, remainingAtStart: 60 };
  expect(judged.findRuns('nightly', ['p0', 'p1', 'p3'])).toEqual([found]);
  expect(judged.findRuns('nightly', ['p1', 'p2'])).toHaveLength(2);
  expect(judged.findRuns('nightly', [])).toEqual([]);
  store.endJobRun(id, { duration: 1, exitCode: 0, remainingAtEnd: 1 });
  expect(judged.findRuns('nightly', ['p1'])).toEqual([]);
});

test('the process of a run is deleted at its end', () => {
  const { store, file } = openStore();
  store.endJobRun(store.startJobRun(run, 'p1'), { duration: 1, exitCode: 0, remainingAtEnd: 1 });
  expect(
    new Database(file, { readonly: true }).prepare('SELECT process FROM job_runs').pluck().all(),
  ).toEqual(['']);
});

test('judged jobs are null if records would be lost', () => {
  const { file, store } = openStore();
  store.judgedJobs?.record(KEY, AT, AT + HOUR);
  store.close();
  const problems: string[] = [];
  // A path below a file can never be written, not even by root.
  const broken = SampleStore.openBestEffort(join(file, 'samples.db'), ({ message }) =>
    problems.push(message),
  );
  onTestFinished(() => broken.close());
  expect([broken.judgedJobs, problems.length]).toEqual([null, 1]);
  expect(new MemoryStore().judgedJobs).toBeNull();
});

test('judged jobs become null if the database turns out to be unusable', () => {
  const { file, store } = openStore();
  store.close();
  const problems: string[] = [];
  const full = SampleStore.openBestEffort(file, ({ message }) => problems.push(message), { maxPages: 1 });
  onTestFinished(() => full.close());
  const { judgedJobs } = full;
  for (let row = 0; row < 200; row += 1) judgedJobs?.record({ ...KEY, process: `p${row}` }, AT, AT + HOUR);
  expect(problems).toEqual([`no space left to write ${file}`]);
  expect(full.judgedJobs).toBeNull();
});

test('values of another type are damage', () => {
  const { file, judged } = openStore();
  judged.record(KEY, AT, AT + HOUR);
  const sqlite = new Database(file);
  sqlite.exec("UPDATE judged_jobs SET judged_at = 'now'");
  sqlite.close();
  expect(catchError(() => judged.find(KEY))).toMatchObject({ code: 'DATABASE_DAMAGED' });
});
