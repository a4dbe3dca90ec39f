import { join } from 'node:path';
import { expect, test } from 'vitest';
import { COMPLETE_COMMAND } from '../../../src/cli/command.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { describePostgres } from '../../support/postgres/describe-postgres.ts';
import { runAt } from '../../support/postgres/run-at.ts';
import { temporaryStore } from '../../support/store/temporary-store.ts';
import {
  createMigrated,
  IDENTITY,
  pushTo,
  recordEvents,
  recordHours,
  START,
} from '../../support/watch/push-history.ts';

const URL_OF_NOTHING = 'postgres://127.0.0.1:1/fleet?sslmode=disable';

const WRITERS: [string, string[], number][] = [
  ['poll', [], 2],
  ['poll', ['--interval', '5m'], 2],
  ['check', ['-j', '1h'], 2],
  ['exec', ['-j', '1h', '--', 'true'], 125],
  ['env', ['-j', '1h', '-f', 'json'], 2],
  ['import', ['fixtures/curl.log'], 2],
  ['import', ['fixtures/curl.log', '--dry-run'], 2],
  ['prune', ['--older-than', '90d'], 2],
  ['serve', [], 2],
  ['serve', ['--who'], 2],
  ['key', ['ASIAIOSFODNN7EXAMPLE'], 2],
  ['push', ['--to', './history'], 2],
];

test.each(WRITERS)('%s %j rejects a PostgreSQL database', async (command, args, expected) => {
  const reject = async (given: string[], env: Record<string, string>, place: string) => {
    const [code, stdout, stderr] = Object.values(await runAt(START, [command, ...given], env));
    expect([code, stdout]).toEqual([expected, '']);
    expect(stderr).toMatch(
      new RegExp(
        `^error: the PostgreSQL database ${place} can only be read, and this command needs a database file\nhint: `,
      ),
    );
  };
  const separator = args.indexOf('--');
  const [own, child] = separator === -1 ? [args, []] : [args.slice(0, separator), args.slice(separator)];
  await reject([...own, '--db', URL_OF_NOTHING, ...child], {}, 'of --db');
  await reject(args, { CRED_WATCH_DB: URL_OF_NOTHING }, 'in CRED_WATCH_DB');
});

test.each(['postgres:/u:canary-4711@h/db', 'postgres:u:canary-4711@h/db', ' postgres://u:canary-4711@h/db'])(
  'a URL with a typing error is neither a file nor quoted: %s',
  async (url) => {
    const own = ['--db', join(temporaryFolder(), 'samples.db')];
    const commands = [
      ['poll', '--db', url],
      ['report', '--db', url],
      ['push', '--to', url, '--migrate', ...own],
      ['poll', '--push', url, ...own],
      ['push', '--to', 'host=h password=canary-4711', ...own],
    ];
    for (const args of commands) {
      const { code, stdout, stderr } = await runAt(START, args);
      expect([args[0], code, stdout]).toEqual([args[0], 2, '']);
      expect(stderr).not.toContain('canary-4711');
    }
  },
);

const READERS: [string, string[]][] = [
  ['status', []],
  ['report', []],
  ['report', ['-f', 'json', '--fleet']],
  ['check', ['-j', '1h', '--offline', '--source', 'imds']],
  ['export', []],
  ['export', ['-f', 'parquet', '-o', '/nonexistent/parquet']],
];

test('every command that reads reports a database that is down', async () => {
  const run = ([command, args]: (typeof READERS)[number]) =>
    runAt(Date.now(), [command, ...args, '--db', URL_OF_NOTHING]);
  const stderr =
    'error: postgres://127.0.0.1:1/fleet is not available: connection refused (ECONNREFUSED)\n' +
    'hint: check that the server runs, and check the host and the port\n';
  // At the same time, because each tries for five seconds.
  expect(await Promise.all(READERS.map(run))).toEqual(READERS.map(() => ({ code: 2, stdout: '', stderr })));
});

test.each(READERS)('%s %j rejects a password in the URL, and does not print it', async (command, args) => {
  const { code, stderr } = await runAt(START, [command, ...args, '--db', 'postgres://me:CANARY@127.0.0.1/f']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^error: the URL of the PostgreSQL database contains a password/);
  expect(stderr).not.toContain('CANARY');
});

describePostgres('a PostgreSQL database of the command line', (server) => {
  test('a database without the tables is reported with the command that creates them', async () => {
    const { url, environment } = await server().createDatabase();
    const { code, stderr } = await runAt(START, ['report', '--db', url], environment);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^error: postgres:\S+ has no tables of cred-watch: .*\nhint: .*push --migrate --to/,
    );
  });

  test('a wrong password is reported', async () => {
    const { url } = await server().createDatabase();
    const { code, stderr } = await runAt(START, ['report', '--db', url], { PGPASSWORD: 'wrong' });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: postgres:\S+ rejected the password of the user postgres\nhint: /);
  });

  test('hosts and jobs are completed', async () => {
    const store = temporaryStore();
    recordHours(store, 0, 3);
    recordEvents(store);
    const database = await createMigrated(server());
    await pushTo(database, store);
    const complete = async (...words: string[]) =>
      (await runAt(Date.now(), [COMPLETE_COMMAND, 'zsh', '=', ...words], database.environment)).stdout;
    const db = ['--db', database.url];
    expect(await complete('report', ...db, '--host')).toContain(IDENTITY.host);
    expect(await complete('report', ...db, '--job')).toContain('nightly');
  });

  test('check --offline notes that the database does not know this machine', async () => {
    const database = await createMigrated(server());
    const args = ['check', '-j', '1h', '--offline', '--source', 'imds', '--db', database.url];
    const { code, stderr } = await runAt(START, args, database.environment);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^note: no samples in postgres:\S+\n$/);
    const store = temporaryStore();
    recordHours(store, 0, 3);
    await pushTo(database, store);
    expect((await runAt(START, args, database.environment)).stderr).toMatch(
      /^note: no samples of host \S+ in postgres:\S+\nhint: hosts with samples: i-0abc; choose one with --host\n$/,
    );
    expect(await runAt(START, [...args, '--host', 'web'], database.environment)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(
        /^error: no samples of the host web in postgres:\S+\nhint: hosts with samples: i-0abc\n$/,
      ),
    });
  });
});
