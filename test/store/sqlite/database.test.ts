import { spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { loadDriver } from '../../../src/store/sqlite/driver.ts';
import { bundleProgram, PROGRAM_ENV } from '../../support/store/bundled-program.ts';

const identity = { host: 'i-0abc', source: 'imds', apiVersion: '2', role: 'loader' } as const;

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cred-watch-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const sample = (observedAt: number) => ({
  accessKeyId: 'ASIAEXAMPLE1',
  lastUpdated: null,
  expiration: 2_000_000_000_000,
  zoneless: false,
  observedAt,
  clockOffset: null,
});

describe('a file that is not ours', () => {
  test('is refused and stays as it is', () => {
    const file = join(temporaryFolder(), 'other.db');
    const other = new Database(file);
    other.exec('CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)');
    other.close();
    const before = readFileSync(file);
    expect(() => SampleStore.open(file)).toThrow(/SQLite database of another program/);
    expect(() => SampleStore.openReadOnly(file)).toThrow(/SQLite database of another program/);
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test('is refused when it has a version and no tables', () => {
    const file = join(temporaryFolder(), 'other.db');
    const other = new Database(file);
    other.pragma('user_version = 1');
    other.close();
    const before = readFileSync(file);
    expect(() => SampleStore.open(file)).toThrow(/SQLite database of another program/);
    expect(() => SampleStore.openReadOnly(file)).toThrow(/SQLite database of another program/);
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test('is refused when it is text', () => {
    const file = join(temporaryFolder(), 'notes.txt');
    writeFileSync(file, 'my notes '.repeat(1000));
    expect(() => SampleStore.open(file)).toThrow(/is not a database/);
    expect(readFileSync(file, 'utf8')).toBe('my notes '.repeat(1000));
  });

  test('is refused when a newer program wrote it', () => {
    const file = join(temporaryFolder(), 'samples.db');
    SampleStore.open(file).close();
    const newer = new Database(file);
    newer.pragma('user_version = 99');
    newer.close();
    expect(() => SampleStore.open(file)).toThrow(/newer cred-watch \(schema 99/);
    expect(() => SampleStore.openReadOnly(file)).toThrow(/newer cred-watch/);
  });

  test('is refused when it is damaged, without a stack', () => {
    const file = join(temporaryFolder(), 'samples.db');
    const store = SampleStore.open(file);
    for (let at = 0; at < 2000; at += 1) store.recordSample(identity, sample(at), 'm');
    store.close();
    const bytes = readFileSync(file);
    bytes.fill(0xa5, 8192);
    writeFileSync(file, bytes);
    expect(() => SampleStore.openReadOnly(file)?.histories()).toThrow(/is damaged/);
  });
});

test('an empty file becomes a database, and no file at all is not read', () => {
  const file = join(temporaryFolder(), 'samples.db');
  expect(SampleStore.openReadOnly(file)).toBeNull();
  writeFileSync(file, '');
  expect(SampleStore.openReadOnly(file)).toBeNull();
  // Made by a process that has not come to its tables yet.
  const unfinished = new Database(file);
  unfinished.pragma('journal_mode = WAL');
  unfinished.close();
  expect(SampleStore.openReadOnly(file)).toBeNull();
  const store = SampleStore.open(file);
  store.recordSample(identity, sample(1), 'm');
  store.close();
  expect(SampleStore.openReadOnly(file)!.histories()).toHaveLength(1);
});

test('a full disk is told, and what was recorded before is still there', () => {
  const file = join(temporaryFolder(), 'samples.db');
  const store = SampleStore.open(file);
  store.recordSample(identity, sample(1), 'm');
  store.close();
  // SQLite's own limit fails as a full disk does, and needs no disk of its own.
  const limited = SampleStore.open(file, { maxPages: 14 });
  const fill = () => {
    for (let at = 0; at < 100_000; at += 1)
      limited.recordSample(identity, { ...sample(at), accessKeyId: `A${at}` }, 'm');
  };
  expect(fill).toThrow(/no space left/);
  limited.close();
  const after = SampleStore.open(file);
  expect([...after.records()].length).toBeGreaterThan(0);
  after.close();
});

test('a folder without write permission, or a copy of a live database in one, is still read', () => {
  const folder = temporaryFolder();
  const live = join(folder, 'samples.db');
  const store = SampleStore.open(live);
  store.recordSample(identity, sample(1), 'm');
  const frozen = join(folder, 'frozen');
  mkdirSync(frozen);
  // The sample is still in the write-ahead log alone.
  for (const end of ['', '-wal']) copyFileSync(`${live}${end}`, join(frozen, `samples.db${end}`));
  store.close();
  chmodSync(frozen, 0o500);
  expect(SampleStore.openReadOnly(join(frozen, 'samples.db'))!.histories()[0]!.generations[0]!.samples).toBe(
    1,
  );
  chmodSync(frozen, 0o700);
});

describe('the SQLite package', () => {
  function install(version: string): string {
    const folder = temporaryFolder();
    const place = join(folder, 'node_modules', 'better-sqlite3');
    mkdirSync(place, { recursive: true });
    writeFileSync(
      join(place, 'package.json'),
      JSON.stringify({ name: 'better-sqlite3', version, main: 'index.js' }),
    );
    writeFileSync(join(place, 'index.js'), 'throw new Error("must not be loaded")');
    return join(folder, 'program.js');
  }

  test('of the line that crashes Node 20 is refused there before it is loaded', () => {
    expect(() => loadDriver({ resolveFrom: install('13.2.0'), nodeVersion: '20.20.2' })).toThrow(
      /better-sqlite3 13.2.0 does not run on Node 20.20.2/,
    );
  });

  test('that is missing is named', () => {
    expect(() => loadDriver({ resolveFrom: join(temporaryFolder(), 'program.js') })).toThrow(
      /better-sqlite3 is not installed/,
    );
  });
});

test('four pollers, two that run jobs, an import and reports at once lose nothing', {
  timeout: 120_000,
}, async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'samples.db');
  const program = await bundleProgram('recorder.ts', folder);
  const run = (...args: string[]) =>
    new Promise<number | null>((done) => {
      const child = spawn(process.execPath, [program, file, ...args], {
        env: PROGRAM_ENV,
        stdio: 'inherit',
      });
      child.on('close', done);
    });
  const codes = await Promise.all([
    ...[1, 2, 3, 4].map((writer) => run('poll', String(writer), '150')),
    run('import', '5', '20000'),
    run('read', '6', '100'),
    // On one host and in the same millisecond: each ends its own.
    run('run', '7', '100'),
    run('run', '7', '100'),
  ]);
  expect(codes).toEqual(Array(8).fill(0));
  const store = SampleStore.open(file);
  const runs = store.jobRuns({ job: 'nightly' });
  expect([...store.records()]).toHaveLength(4 * 150 + 20_000 + runs.length);
  const durations = runs.map(({ end }) => end?.duration).sort((a, b) => Number(a) - Number(b));
  expect(durations).toEqual(Array.from({ length: 200 }, (_, index) => Math.floor(index / 2)));
  store.close();
});
