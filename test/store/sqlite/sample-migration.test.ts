import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeArchive } from '../../../src/store/archive/writer.ts';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { MIGRATIONS } from '../../../src/store/sqlite/schema.ts';
import { bundleProgram, PROGRAM_ENV } from '../../support/bundled-program.ts';
import { catchError } from '../../support/catch-error.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { seededRandom } from '../../support/random.ts';
import { SEED } from '../../support/seed.ts';
import { LAST_VERSION_WITH_PLAIN_SAMPLES, writeAsOldVersion } from '../../support/store/old-database.ts';
import { generateRandomSamples } from '../../support/store/random-samples.ts';
import { openReadOnly } from '../../support/store/temporary-store.ts';
import { ciTest, isThorough, sampleCases } from '../../support/thorough.ts';

const START = Date.UTC(2026, 0, 1);

async function exportText(file: string): Promise<string> {
  let text = '';
  using store = SampleStore.openReadOnly(file);
  for await (const piece of writeArchive(store?.exportParts() ?? [], 'ndjson')) text += piece;
  return text;
}

const readPragma = (file: string, name: string) => {
  const database = new Database(file);
  const value: unknown = database.pragma(name, { simple: true });
  database.close();
  return value;
};

/**
 * Creates a current database with all values that an older version can have.
 * @param version older versions have no job runs, no clock offsets of failed polls, or fewer values of generations
 */
function createCurrent(file: string, samples: number, version = LAST_VERSION_WITH_PLAIN_SAMPLES): void {
  using store = SampleStore.open(file);
  store.writeRecords(generateRandomSamples(samples, seededRandom(SEED)));
  const identity = { host: 'web-3', source: 'imds', apiVersion: '2', role: 'app' } as const;
  for (let index = 0; index < 10; index += 1) {
    const times = { lastUpdated: START, expiration: START + 3_600_000, zoneless: false };
    const sample = { accessKeyId: 'ASIA9', ...times, observedAt: START + index, clockOffset: 0 };
    store.recordSample(identity, sample, 'machine');
    const poll = { observedAt: START + index, reason: 'timeout', detail: '', accessKeyId: null } as const;
    store.recordFailedPoll('web-3', 'imds', {
      ...poll,
      expiration: null,
      clockOffset: version < 3 ? null : 1,
    });
  }
  if (version >= 2)
    store.startJobRun({ job: 'nightly', identity, startedAt: START, remainingAtStart: 60, end: null });
}

const VERSIONS = Array.from({ length: LAST_VERSION_WITH_PLAIN_SAMPLES }, (_, index) => index + 1);

describe(`a database of an older version (seed ${SEED})`, () => {
  test.for(sampleCases(VERSIONS, 3))(
    'the export of version %i is the same before and after the migration',
    async (version) => {
      const folder = temporaryFolder();
      const [current, old] = [join(folder, 'current.db'), join(folder, 'samples.db')];
      createCurrent(current, 400, version);
      if (version >= 3) {
        using store = SampleStore.open(current);
        expect(store.prune(START + 4 * 3_600_000, { dryRun: false }).deleted).toBeGreaterThan(10);
      }
      writeAsOldVersion(current, old, version);
      const expected = await exportText(current);
      // A reader migrates a copy.
      expect(await exportText(old)).toBe(expected);
      expect(readPragma(old, 'user_version')).toBe(version);
      SampleStore.open(old).close();
      expect(readPragma(old, 'user_version')).toBe(MIGRATIONS.length);
      expect(await exportText(old)).toBe(expected);
      // Older versions did not store the values of reports.
      if (version >= 3) expect(openReadOnly(old).histories()).toEqual(openReadOnly(current).histories());
      expect(readPragma(old, 'integrity_check')).toBe('ok');
    },
  );

  test('a migration rebuilds the file, which is then less than half of its size', () => {
    const folder = temporaryFolder();
    const [current, old] = [join(folder, 'current.db'), join(folder, 'samples.db')];
    createCurrent(current, 20_000);
    writeAsOldVersion(current, old, LAST_VERSION_WITH_PLAIN_SAMPLES);
    const before = statSync(old).size;
    SampleStore.open(old).close();
    expect(statSync(old).size).toBeLessThan(before * 0.5);
    expect(readPragma(old, 'freelist_count')).toBe(0);
    expect(readPragma(old, 'auto_vacuum')).toBe(2);
  });

  test('a migration reports a sample without a generation as damage, and changes nothing', () => {
    const folder = temporaryFolder();
    const [current, old] = [join(folder, 'current.db'), join(folder, 'samples.db')];
    createCurrent(current, 10);
    writeAsOldVersion(current, old, LAST_VERSION_WITH_PLAIN_SAMPLES);
    const database = new Database(old);
    database.pragma('foreign_keys = OFF');
    database.exec('DELETE FROM generations WHERE id = 1');
    database.close();
    expect(catchError(() => SampleStore.open(old))).toMatchObject({ code: 'DATABASE_DAMAGED' });
    expect(readPragma(old, 'user_version')).toBe(LAST_VERSION_WITH_PLAIN_SAMPLES);
  });
});

describe('a migration by a process', { timeout: 300_000 }, () => {
  const SAMPLES = isThorough ? 20_000 : 4000;
  const RANDOM_KILLS = isThorough ? 30 : 2;
  const folder = temporaryFolder(afterAll);
  const old = join(folder, 'old.db');
  const file = join(folder, 'samples.db');
  let [migration, recorder, expected] = ['', '', ''];

  beforeAll(async () => {
    const current = join(folder, 'current.db');
    createCurrent(current, SAMPLES);
    writeAsOldVersion(current, old, LAST_VERSION_WITH_PLAIN_SAMPLES);
    expected = await exportText(current);
    migration = await bundleProgram('store/killed-migration.ts', folder);
    recorder = await bundleProgram('store/recorder.ts', folder);
  });

  function restoreOld(): void {
    for (const end of ['-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
    copyFileSync(old, file);
  }

  /** The database is as before the migration, or as after it. */
  async function expectIntact(): Promise<number> {
    expect(readPragma(file, 'integrity_check')).toBe('ok');
    expect(await exportText(file)).toBe(expected);
    return Number(readPragma(file, 'user_version'));
  }

  ciTest('a database is intact if the migration is killed after any of its statements', async () => {
    const versions: number[] = [];
    for (let statements = 1; ; statements += 1) {
      restoreOld();
      const { status, signal } = spawnSync(process.execPath, [migration, file, String(statements)], {
        env: PROGRAM_ENV,
      });
      versions.push(await expectIntact());
      if (status === 0) break;
      expect(signal).toBe('SIGKILL');
    }
    // The last two are killed after the file was rebuilt, and not at all.
    const oldVersions = versions.slice(0, -2);
    expect(oldVersions.length).toBeGreaterThan(8);
    expect(new Set(oldVersions)).toEqual(new Set([LAST_VERSION_WITH_PLAIN_SAMPLES]));
    expect(versions.slice(-2)).toEqual([MIGRATIONS.length, MIGRATIONS.length]);
  });

  ciTest(
    `a database survives ${RANDOM_KILLS} kills of its migration at random times (seed ${SEED})`,
    async () => {
      const random = seededRandom(SEED);
      restoreOld();
      const begun = Date.now();
      expect(spawnSync(process.execPath, [migration, file, '0'], { env: PROGRAM_ENV }).status).toBe(0);
      const duration = Date.now() - begun;
      for (let kill = 0; kill < RANDOM_KILLS; kill += 1) {
        restoreOld();
        const timeout = Math.ceil(random() * duration);
        spawnSync(process.execPath, [migration, file, '0'], {
          env: PROGRAM_ENV,
          timeout,
          killSignal: 'SIGKILL',
        });
        await expectIntact();
      }
      SampleStore.open(file).close();
      expect(await expectIntact()).toBe(MIGRATIONS.length);
    },
  );

  ciTest('pollers that start during a migration wait for it, and lose no sample', async () => {
    restoreOld();
    const run = (...args: string[]) =>
      new Promise<number | null>((done) => {
        const child = spawn(process.execPath, [recorder, file, ...args], {
          env: PROGRAM_ENV,
          stdio: 'inherit',
        });
        child.on('close', done);
      });
    const names = ['1', '2', '3', '4'];
    expect(await Promise.all(names.map((name) => run('poll', name, '50')))).toEqual([0, 0, 0, 0]);
    using store = SampleStore.open(file);
    for (const name of names) expect([...store.records({ host: `i-${name}` })]).toHaveLength(50);
    expect((await exportText(file)).length).toBeGreaterThan(expected.length);
    expect(readPragma(file, 'integrity_check')).toBe('ok');
  });
});
