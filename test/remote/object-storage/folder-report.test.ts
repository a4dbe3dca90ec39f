import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { loadFolder } from '../../../src/remote/object-storage/read/load-folder.ts';
import { PARQUET_COLUMNS } from '../../../src/report/parquet/parquet-columns.ts';
import { renderParquet } from '../../../src/report/parquet/parquet-file.ts';
import { type RowValues, readValue } from '../../../src/report/parquet/rows.ts';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { createHostRows } from '../../../src/watch/push/objects/host-rows.ts';
import { catchRejection } from '../../support/catch-error.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { runAt } from '../../support/postgres/run-at.ts';
import { type Scenario, seedScenario } from '../../support/postgres/seed-fixture.ts';
import { chooseComparedFormats } from '../../support/report/compared-formats.ts';
import { describeDuckDb } from '../../support/report/duckdb.ts';
import {
  fillRichly,
  HOSTILE,
  IMDS,
  NOW,
  recordChangedRole,
  recordSamples,
  START,
} from '../../support/report/rich-store.ts';
import { sampleCases } from '../../support/thorough.ts';

interface Folders<T> {
  db: string;
  pushed: string;
  exported: string;
  filled: T;
}

/** A database without failed polls, and the folders that `push` and `export` write from it. */
async function createFolders<T>(
  fill: (store: SampleStore) => T,
  now: (filled: T) => number,
): Promise<Folders<T>> {
  const folder = temporaryFolder();
  const [db, pushed, exported] = ['samples.db', 'pushed', 'exported'].map((name) => join(folder, name));
  if (db === undefined || pushed === undefined || exported === undefined) throw new Error('no names');
  const store = SampleStore.open(db);
  const filled = fill(store);
  store.close();
  const connection = new Database(db);
  connection.exec('DELETE FROM failed_polls');
  connection.close();
  expect(await runAt(now(filled), ['push', '--to', pushed, '--db', db])).toMatchObject({
    code: 0,
    stderr: '',
  });
  const exportArgs = ['export', '-f', 'parquet', '-o', exported, '--db', db];
  expect(await runAt(now(filled), exportArgs)).toMatchObject({ code: 0 });
  return { db, pushed, exported, filled };
}

const ONLY_GENERATIONS = 'note: DATABASE has Parquet files, which contain no failed polls and no job runs\n';

async function expectSame<T>(
  { db, pushed, exported }: Folders<T>,
  args: readonly string[],
  now: number,
): Promise<string> {
  const ofFile = await runAt(now, [...args, '--db', db]);
  const expected = {
    ...ofFile,
    stderr: `${args[0] === 'report' || args[0] === 'status' ? ONLY_GENERATIONS : ''}${ofFile.stderr.replaceAll(db, 'DATABASE')}`,
  };
  for (const folder of [pushed, exported]) {
    const { stderr, ...run } = await runAt(now, [...args, '--db', folder]);
    expect({ ...run, stderr: stderr.replaceAll(folder, 'DATABASE') }, args.join(' ')).toEqual(expected);
  }
  return ofFile.stdout;
}

describeDuckDb('the report of a folder', () => {
  test.each([...sampleCases(readdirSync('fixtures/histories'), 8).entries()])(
    'equals the report of the database for history %i, %s',
    async (index, name) => {
      const folders = await createFolders(
        (store) => seedScenario(store, name),
        ({ now }: Scenario) => now,
      );
      const { flags, now } = folders.filled;
      // A history with only failed polls has no rows. Parquet files have masked key ids, which are not known as false.
      if (!existsSync(folders.exported) || name === 'simulated-credentials') return;
      for (const format of chooseComparedFormats(index))
        await expectSame(folders, ['report', ...flags, '-f', format], now);
      await expectSame(folders, ['status', ...flags], now);
    },
  );

  test('hosts with long names and with the same name in another case are distinct', async () => {
    const hosts = ['x'.repeat(300), `${'x'.repeat(300)}y`, 'web', 'WEB', '..', '007', HOSTILE.host];
    const folders = await createFolders(
      (store) => {
        for (const host of hosts) recordSamples(store, { ...IMDS, host }, { from: START, hours: 3 });
      },
      () => NOW,
    );
    const { stdout } = await runAt(NOW, ['report', '-f', 'json', '--db', folders.pushed]);
    expect(
      JSON.parse(stdout)
        .series.map((each: { host: string }) => each.host)
        .sort(),
    ).toEqual(hosts.sort());
    for (const host of ['web', 'WEB', '..', '007'])
      await expectSame(folders, ['report', '--host', host], NOW);
  });

  test('a selected role that another role has replaced is retired', async () => {
    const folders = await createFolders(recordChangedRole, () => NOW);
    for (const format of ['table', 'json'])
      for (const until of ['2026-01-02', '2026-01-01T04:00:00Z'])
        await expectSame(
          folders,
          ['report', '-j', '1h', '--role', 'old', '-f', format, '--until', until],
          NOW,
        );
    const { stdout } = await runAt(NOW, ['report', '--role', 'old', '--db', folders.pushed]);
    expect(stdout).toContain('(retired: replaced by new since ');
  });

  test('the path of a folder can have any character', async () => {
    const { pushed, db } = await createFolders(fillRichly, () => NOW);
    const root = join(temporaryFolder(), `we[i]rd *?'{a} %20"\n**`);
    cpSync(pushed, root, { recursive: true });
    const run = await runAt(NOW, ['report', '-f', 'json', '--db', root]);
    expect(run.stdout).toBe((await runAt(NOW, ['report', '-f', 'json', '--db', db])).stdout);
  });

  test('an export from the folder has the same files, and other formats are refused', async () => {
    const { pushed, exported } = await createFolders(fillRichly, () => NOW);
    const again = join(temporaryFolder(), 'again');
    const run = await runAt(NOW, ['export', '-f', 'parquet', '-o', again, '--db', pushed]);
    expect(run.code).toBe(0);
    expect(readdirSync(again, { recursive: true }).sort()).toEqual(
      readdirSync(exported, { recursive: true }).sort(),
    );
    const refused = await runAt(NOW, ['export', '--db', pushed]);
    expect(refused.stderr).toMatch(
      /^error: .* is a folder: Parquet files have no samples and only masked key ids\n/,
    );
    expect(refused.code).toBe(2);
  });

  test('a generation of two databases on both sides of midnight is one generation', async () => {
    const folder = temporaryFolder();
    const pushed = join(folder, 'pushed');
    const midnight = START + 86_400_000;
    const truth = SampleStore.open(join(folder, 'truth.db'));
    // Generations that were issued 130 and 30 minutes before midnight, and 170 minutes after it.
    const findIssue = (minute: number) => (minute < -30 ? -130 : minute < 170 ? -30 : 170);
    const record = (name: string, minutes: readonly number[]) => {
      const store = SampleStore.open(join(folder, name));
      for (const minute of minutes) {
        const lastUpdated = midnight + findIssue(minute) * 60_000;
        const sample = {
          accessKeyId: `ASIAIOSFODNN7EXAM${findIssue(minute) + 500}`,
          lastUpdated,
          expiration: lastUpdated + 6 * 3_600_000,
          zoneless: false,
          observedAt: midnight + minute * 60_000,
          clockOffset: 0,
        };
        for (const each of [store, truth]) each.recordSample(IMDS, sample, '');
      }
      store.close();
    };
    const push = async (name: string) =>
      expect(await runAt(NOW, ['push', '--to', pushed, '--db', join(folder, name)])).toMatchObject({
        code: 0,
      });
    record('a.db', [-120, 180]);
    await push('a.db');
    record('b.db', [30]);
    await push('b.db');
    record('a.db', [-5, 20]);
    await push('a.db');
    truth.close();
    const report = async (db: string) =>
      JSON.parse((await runAt(NOW, ['report', '-f', 'json', '--db', db])).stdout);
    const [ofFolder, ofFile] = [await report(pushed), await report(join(folder, 'truth.db'))];
    expect(ofFolder.series[0].generation_count).toBe(ofFile.series[0].generation_count);
    expect(ofFolder.series[0].worst_case).toEqual(ofFile.series[0].worst_case);
  });

  test('a folder of a host or a month that cannot be read is an error', async () => {
    for (const part of ['host=gone', 'host=i-0abc/month=2019-01']) {
      const { pushed } = await createFolders(
        (store) => recordSamples(store, IMDS, { from: START, hours: 3 }),
        () => NOW,
      );
      // As with a folder of another user, DuckDB ignores it.
      symlinkSync('missing', join(pushed, part));
      const { code, stderr } = await runAt(NOW, ['report', '-j', '1h', '--db', pushed]);
      expect(stderr).toMatch(`error: could not read the folder ${join(pushed, part)}: `);
      expect(code).toBe(2);
    }
  });

  test('a selection above the limits is refused', async () => {
    const { pushed: root } = await createFolders(fillRichly, () => NOW);
    for (const limits of [
      { maxSeries: 3, maxGenerations: 1000 },
      { maxSeries: 10, maxGenerations: 5 },
    ]) {
      const error = await catchRejection(loadFolder({ root, hostFolder: null, selection: {}, limits }));
      expect(error.message).toMatch(/ has more than /);
    }
  });

  describe('with files of other programs', () => {
    /** A folder with one row, in which some values are replaced. */
    async function createRow(changes: RowValues): Promise<string> {
      const store = SampleStore.open(join(temporaryFolder(), 'samples.db'));
      recordSamples(store, IMDS, { from: START, hours: 1 });
      const histories = store.historyReaders({}).map((read) => read());
      const [row] = createHostRows(IMDS.host, histories, NOW)?.days.values().next().value ?? [];
      store.close();
      if (row === undefined) throw new Error('no row');
      const known = Object.fromEntries(
        PARQUET_COLUMNS.map((column) => [column.name, readValue(row, column)]),
      );
      const root = join(temporaryFolder(), 'history');
      const folder = join(root, 'host=a', 'month=2026-01');
      mkdirSync(folder, { recursive: true });
      writeFileSync(
        join(folder, '2026-01-01.parquet'),
        renderParquet([{ values: { ...known, ...changes } }], { version: '1' }),
      );
      return root;
    }

    const report = async (root: string) => runAt(NOW, ['report', '--db', root]);

    test.each([
      [{ source: 'moon' }],
      [{ access_key_id: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }],
      [{ expiration: Number.MAX_SAFE_INTEGER }],
      [{ newest: true, session_limit: 'NONE' }],
      [{ role: 'x'.repeat(70_000) }],
    ])('%j is refused', async (changes) => {
      const { code, stdout, stderr } = await report(await createRow(changes));
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(/has a row with missing or invalid values|DuckDB cannot read/);
      expect(stderr).not.toContain('wJalr');
    });

    test('names with control characters are escaped', async () => {
      const { stdout } = await report(await createRow({ role: '\u001b[2J\u202e', host_name: 'a\nb' }));
      expect(stdout).toContain('\\u{1b}');
      expect(stdout).not.toContain('\u001b');
    });

    test('a file that is not Parquet is reported', async () => {
      const root = await createRow({});
      writeFileSync(join(root, 'host=a', 'month=2026-01', 'x.parquet'), 'no Parquet');
      const { code, stderr } = await report(root);
      expect(code).toBe(2);
      expect(stderr).toMatch(/^error: DuckDB cannot read /);
    });
  });
});

test.skipIf(process.env.DUCKDB_FOLDER !== undefined)(
  'without DuckDB, the error names the command that installs it',
  async () => {
    const root = join(temporaryFolder(), 'history');
    mkdirSync(join(root, 'host=a'), { recursive: true });
    const { code, stderr } = await runAt(NOW, ['report', '--db', root]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: .* the package that reads them is not installed or does not load\n/);
    expect(stderr).toMatch(/\nhint: run `npm install @duckdb\/node-api@1\.5\.6-r\.1` /);
  },
);

test('a folder without hosts is not a database', async () => {
  const { code, stderr } = await runAt(NOW, ['report', '--db', temporaryFolder()]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/ is a folder without Parquet files of cred-watch\n/);
});
