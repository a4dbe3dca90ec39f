import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SampleStore } from '../../../../src/store/sample-store.ts';
import { readFolder, temporaryFolder } from '../../../support/cli/temporary-folder.ts';
import { describePostgres } from '../../../support/postgres/describe-postgres.ts';
import { runAt } from '../../../support/postgres/run-at.ts';
import { type Scenario, seedScenario } from '../../../support/postgres/seed-fixture.ts';
import type { PostgresServer, TestDatabase } from '../../../support/postgres/server.ts';
import { chooseComparedFormats } from '../../../support/report/compared-formats.ts';
import {
  fillRichly,
  HOSTILE_WITHOUT_NUL,
  NOW,
  recordChangedRole,
} from '../../../support/report/rich-store.ts';
import { ciTest, sampleCases } from '../../../support/thorough.ts';
import { createMigrated, pushTo } from '../../../support/watch/push-history.ts';

/** The same history in a file and in a PostgreSQL database. */
interface Pair {
  file: string;
  database: TestDatabase;
}

async function createPair<T>(
  server: PostgresServer,
  fill: (store: SampleStore) => T,
  folder = temporaryFolder(),
): Promise<Pair & { filled: T }> {
  const file = join(folder, 'samples.db');
  using store = SampleStore.open(file);
  const filled = fill(store);
  const database = await createMigrated(server);
  expect(await pushTo(database, store)).toMatchObject({ rejected: [] });
  return { file, database, filled };
}

/** Runs the command line with both databases. The outputs may name the database. */
async function runWithBoth({ file, database }: Pair, args: readonly string[], now: number) {
  const ofFile = await runAt(now, [...args, '--db', file]);
  const ofPostgres = await runAt(now, [...args, '--db', database.url], database.environment);
  const { port, pathname } = new URL(database.url);
  const name = `postgres://127.0.0.1:${port}${pathname}`;
  const normalize = ({ code, stdout, stderr }: typeof ofFile, own: string) => ({
    code,
    stdout,
    stderr: stderr.replaceAll(own, 'DATABASE'),
  });
  return { file: normalize(ofFile, file), postgres: normalize(ofPostgres, name) };
}

async function expectSame(pair: Pair, args: readonly string[], now: number) {
  const { file, postgres } = await runWithBoth(pair, args, now);
  expect(postgres, args.join(' ')).toEqual(file);
  return file;
}

const toExpectedCode = ({ flags }: Scenario) => (flags.includes('-j') ? [0, 1, 3] : [0]);

describePostgres('the output for a database file and for PostgreSQL', (server) => {
  const folder = temporaryFolder(afterAll);
  /** Has every kind of series. No test changes it. */
  let rich: Pair;
  beforeAll(async () => {
    // PostgreSQL shows every detail as polls store it.
    const detail = 'no such "thing"';
    rich = await createPair(server(), (store) => fillRichly(store, HOSTILE_WITHOUT_NUL, detail), folder);
  });

  test.each(sampleCases([...sampleCases(readdirSync('fixtures/histories'), 20).entries()], 4))(
    'report shows history %i, %s, in the same way',
    async (index, name) => {
      const pair = await createPair(server(), (store) => seedScenario(store, name));
      const { flags, now } = pair.filled;
      for (const format of chooseComparedFormats(index)) {
        const { code, stdout } = await expectSame(pair, ['report', ...flags, '-f', format], now);
        expect(toExpectedCode(pair.filled)).toContain(code);
        expect(stdout.length).toBeGreaterThan(100);
      }
    },
  );

  ciTest('report selects in the same way', async () => {
    const selections = [
      ['--host', 'i-0abc'],
      ['--source', 'container'],
      ['--role', 'loader'],
      ['--host', 'unknown'],
      ['--role', 'unknown'],
      ['--presign', '7d', '-f', 'json'],
      ['--since', '2026-01-01T10:00:00Z', '--until', '2026-01-01T20:00:00Z'],
      ['--since', '2026-01-01T10:00:00Z', '-f', 'prometheus'],
      ['--since', '2027-01-01'],
      ['-j', '4h', '--job', 'unknown'],
    ];
    for (const selection of selections) await expectSame(rich, ['report', ...selection], NOW);
  });

  test('a selected role that another role has replaced is retired', async () => {
    const pair = await createPair(server(), recordChangedRole);
    const args = ['-j', '1h', '--role', 'old'];
    const { stdout } = await expectSame(pair, ['report', ...args], NOW);
    expect(stdout).toContain('(retired: replaced by new since ');
    await expectSame(pair, ['report', ...args, '--until', '2026-01-01T04:00:00Z'], NOW);
    const { postgres } = await runWithBoth(pair, ['report', '--fleet', ...args], NOW);
    expect(postgres.stdout).toContain('the judged series is retired on 1 host');
  });

  test('status shows the same line and JSON', async () => {
    for (const flags of [
      [],
      ['-j', '4h'],
      ['--job', 'nightly'],
      ['--host', 'unknown'],
      ['-f', 'json', '-j', '9h'],
    ])
      await expectSame(rich, ['status', ...flags], NOW);
  });

  test('check --offline judges in the same way', async () => {
    for (const flags of [
      ['-j', '1h', '-f', 'json'],
      ['-j', '9h'],
      ['-j', '9h', '-f', 'json'],
      ['-j', '1h', '--max-age', '1s'],
    ])
      await expectSame(rich, ['check', '--offline', '--source', 'imds', '--host', 'i-0abc', ...flags], NOW);
  });

  test('a command that check suggests has the file, but no address with a password', async () => {
    const check = ['check', '--offline', '--source', 'imds', '--host', 'i-0abc', '-j', '59m'];
    const { file, database } = rich;
    const words = (text: string) => text.replaceAll(/\s+/g, ' ');
    expect(words((await runAt(NOW, [...check, '--db', file])).stdout)).toContain(
      `cred-watch report -j 59m --db ${file}`,
    );
    const { stdout } = await runAt(NOW, [...check, '--db', database.url], database.environment);
    expect(words(stdout)).toContain('run `cred-watch report -j 59m`, with the same database');
    expect(stdout).not.toContain('postgres');
  });

  test('a Parquet export has the same files', async () => {
    const [ofFile, ofPostgres] = [join(temporaryFolder(), 'file'), join(temporaryFolder(), 'postgres')];
    const parquet = ['export', '-f', 'parquet', '-o'];
    await runAt(NOW, [...parquet, ofFile, '--db', rich.file]);
    const run = await runAt(
      NOW,
      [...parquet, ofPostgres, '--db', rich.database.url],
      rich.database.environment,
    );
    expect(run).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(Object.keys(readFolder(ofFile)).length).toBeGreaterThan(5);
    expect(readFolder(ofPostgres)).toEqual(readFolder(ofFile));
  });

  ciTest('an export that is imported gives the same report', async () => {
    const pair = await createPair(server(), (store) =>
      seedScenario(store, 'two-endpoints-rotate-independently'),
    );
    const { now, flags } = pair.filled;
    const folder = temporaryFolder();
    const report = async (db: string) => (await runAt(now, ['report', ...flags, '--db', db])).stdout;
    const copyOf = async (name: string, args: string[], env = {}) => {
      const ndjson = join(folder, `${name}.ndjson`);
      expect((await runAt(now, ['export', '-o', ndjson, ...args], env)).code).toBe(0);
      const db = join(folder, `${name}.db`);
      expect((await runAt(now, ['import', ndjson, '--db', db])).code).toBe(0);
      return report(db);
    };
    const ofPostgres = await copyOf('postgres', ['--db', pair.database.url], pair.database.environment);
    expect(ofPostgres).toBe(await copyOf('file', ['--db', pair.file]));
  });
});
