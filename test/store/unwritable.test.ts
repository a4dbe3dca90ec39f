import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SampleStore } from '../../src/store/sample-store.ts';
import { bundleProgram, PROGRAM_ENV } from '../support/bundled-program.ts';
import { mayBeSkipped, noMountNamespace, OWN_MOUNTS } from '../support/cli/namespaces.ts';
import { pathsIn, readFolder, temporaryFolder } from '../support/cli/temporary-folder.ts';
import { isThorough, sampleCases } from '../support/thorough.ts';

const identity = { host: 'i-0abc', source: 'imds', apiVersion: '2', role: 'loader' } as const;
const run = { job: 'nightly', identity, startedAt: 0, remainingAtStart: 3600, end: null };
const end = { duration: 60, exitCode: 0, remainingAtEnd: 3540 };
const poll = {
  observedAt: 0,
  reason: 'timeout',
  detail: '',
  accessKeyId: '',
  expiration: null,
  clockOffset: null,
} as const;

const sample = (observedAt: number, accessKeyId = 'ASIAEXAMPLE1') => ({
  accessKeyId,
  lastUpdated: null,
  expiration: 2_000_000_000_000,
  zoneless: false,
  observedAt,
  clockOffset: null,
});

/** Creates a database with samples of one generation. */
function makeDatabase(file: string, samples: number): void {
  const store = SampleStore.open(file);
  const list = Array.from({ length: samples }, (_, at) => sample(at));
  store.writeRecords(list.map((each) => ({ record: 'sample', identity, sample: each, ordinal: 0 })));
  store.close();
}

const countSamples = (store: SampleStore) =>
  store
    .histories()
    .flatMap(({ generations }) => generations)
    .reduce((sum, { samples }) => sum + samples, 0);

/** Calls every method that commands call. */
function useEveryMethod(store: SampleStore): void {
  store.recordSample(identity, sample(5_000_000, 'ASIAEXAMPLE2'), 'machine');
  store.recordFailedPoll('i-0abc', 'imds', poll);
  store.endJobRun(store.startJobRun(run), end);
  store.dropJobRun(store.startJobRun(run));
  expect(store.jobRuns({ job: 'nightly' })).toEqual([{ ...run, end }]);
  expect(store.findLastHost('machine', 'imds')).toBe('i-0abc');
  expect([...store.records()].length).toBeGreaterThanOrEqual(3);
  store.prune(1, { dryRun: false });
}

describe('a temporary copy', () => {
  test('a temporary copy contains the samples of the file, accepts more, and is deleted when it is closed', () => {
    const folder = temporaryFolder();
    const file = join(folder, 'samples.db');
    makeDatabase(file, 10);
    const before = readFolder(folder);
    const store = SampleStore.openTemporary(file);
    expect(countSamples(store)).toBe(10);
    useEveryMethod(store);
    expect(countSamples(store)).toBe(11);
    store.close();
    expect(readFolder(folder)).toEqual(before);
    const again = SampleStore.openTemporary(file);
    expect(countSamples(again)).toBe(10);
    again.close();
  });

  test('a temporary copy contains the samples of the write-ahead log while a poller continues', () => {
    const folder = temporaryFolder();
    const file = join(folder, 'samples.db');
    const poller = SampleStore.open(file);
    poller.recordSample(identity, sample(1), 'machine');
    const store = SampleStore.openTemporary(file);
    poller.recordSample(identity, sample(2), 'machine');
    useEveryMethod(store);
    // The copy has the poller's first sample and the sample of useEveryMethod, but not the poller's second
    // sample.
    expect(countSamples(store)).toBe(2);
    expect(countSamples(poller)).toBe(2);
    expect(poller.jobNames()).toEqual([]);
    for (const each of [store, poller]) each.close();
  });

  const obstacle = noMountNamespace;
  const skipped = obstacle === null ? '' : ` (skipped: ${obstacle})`;
  let program = '';
  beforeAll(async () => {
    program = await bundleProgram('store/temporary-recorder.ts', temporaryFolder(afterAll));
  });

  /** Runs the recorder with some folders mounted read-only. */
  function recordReadOnly(file: string, readOnly: string[], temporary: string) {
    const mounts = readOnly.map(
      (_, at) => `mount --bind "$${at + 1}" "$${at + 1}"
      mount -o remount,ro,bind "$${at + 1}"`,
    );
    const script = `set -e\n${mounts.join('\n')}\nshift ${readOnly.length}\nexec "$@"`;
    const command = [...OWN_MOUNTS, 'sh', '-c', script, 'sh', ...readOnly, process.execPath, program];
    const { status, stdout, stderr } = spawnSync(command[0]!, [...command.slice(1), file, '500'], {
      env: { ...PROGRAM_ENV, TMPDIR: temporary },
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
    return JSON.parse(stdout) as { before: number; after: number; temporary: string[] };
  }

  test.skipIf(!isThorough || (obstacle !== null && mayBeSkipped))(
    `a temporary copy works on a read-only mount${skipped}`,
    () => {
      expect(obstacle).toBeNull();
      const [folder, temporary] = [temporaryFolder(), temporaryFolder()];
      makeDatabase(join(folder, 'samples.db'), 10);
      // The temporary folder is empty even while the copy is open, so a crash leaves nothing behind.
      expect(recordReadOnly(join(folder, 'samples.db'), [folder], temporary)).toEqual({
        before: 1,
        after: 501,
        temporary: [],
      });
      expect(pathsIn(temporary)).toEqual([]);
    },
  );

  test.skipIf(obstacle !== null && mayBeSkipped)(
    `a temporary copy is an empty database in memory if no folder is writable${skipped}`,
    () => {
      expect(obstacle).toBeNull();
      const folder = temporaryFolder();
      makeDatabase(join(folder, 'samples.db'), 10);
      const { before, after } = recordReadOnly(join(folder, 'samples.db'), [folder, '/dev/shm'], folder);
      expect([before, after]).toEqual([0, 500]);
    },
  );
});

/** Files that cannot be read as a database. */
const UNREADABLE: [string, (file: string) => void][] = [
  ['nothing', () => {}],
  ['an empty file', (file) => writeFileSync(file, '')],
  ['a text file', (file) => writeFileSync(file, 'Dear diary, '.repeat(1000))],
  ['a folder', (file) => mkdirSync(file)],
  ['a pipe', (file) => expect(spawnSync('mkfifo', [file]).status).toBe(0)],
  ['the database of another program', (file) => makeForeign(file, 100_000)],
  ['a small database of another program', (file) => makeForeign(file, 0)],
  ['a database without tables', (file) => setVersion(file, 2)],
  [
    'a database of a newer program',
    (file) => {
      makeDatabase(file, 10);
      setVersion(file, 99);
    },
  ],
  [
    'a database with a damaged page near its end',
    (file) => {
      makeDatabase(file, 3000);
      const bytes = readFileSync(file);
      bytes.fill(0xa5, bytes.length - 8192);
      writeFileSync(file, bytes);
    },
  ],
  [
    'a truncated database',
    (file) => {
      makeDatabase(file, 3000);
      writeFileSync(file, readFileSync(file).subarray(0, 20_000));
    },
  ],
];

function setVersion(file: string, version: number): void {
  const database = new Database(file);
  database.pragma(`user_version = ${version}`);
  database.close();
}

function makeForeign(file: string, length: number): void {
  const database = new Database(file);
  database.exec('CREATE TABLE other (text)');
  database.prepare('INSERT INTO other VALUES (?)').run('x'.repeat(length));
  database.close();
}

describe('a temporary store is empty and usable', () => {
  test.for(sampleCases(UNREADABLE, 4))('a temporary store is empty and usable in place of %s', ([, make]) => {
    const folder = temporaryFolder();
    const file = join(folder, 'samples.db');
    make(file);
    const before = readFolder(folder);
    const store = SampleStore.openTemporary(file);
    expect(countSamples(store)).toBe(0);
    useEveryMethod(store);
    expect(countSamples(store)).toBe(1);
    store.close();
    expect(readFolder(folder)).toEqual(before);
  });

  test('a temporary store is usable for an invalid path', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    for (const path of [
      '',
      'nul\0',
      ' ',
      join(folder, 'file', 'samples.db'),
      '/dev/null',
      'x'.repeat(5000),
    ]) {
      const store = SampleStore.openTemporary(path);
      useEveryMethod(store);
      store.close();
    }
    expect(pathsIn(folder)).toEqual(['file']);
  });

  const isRoot = process.getuid?.() === 0;
  test.skipIf(isRoot)(
    `a temporary store is empty in place of a file without read permission${isRoot ? ' (skipped: root can read every file)' : ''}`,
    () => {
      const file = join(temporaryFolder(), 'samples.db');
      makeDatabase(file, 10);
      chmodSync(file, 0o000);
      const store = SampleStore.openTemporary(file);
      expect(countSamples(store)).toBe(0);
      store.close();
    },
  );
});
