import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { pathsIn, temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { findViolations } from '../../support/docs/schemas.ts';
import { describePostgres } from '../../support/postgres/describe-postgres.ts';
import { sampleCases } from '../../support/thorough.ts';
import { recordHours } from '../../support/watch/push-history.ts';

const CANARY = 'canary-password-4711';

function createDatabase(): string {
  const path = join(temporaryFolder(), 'samples.db');
  using store = SampleStore.open(path);
  recordHours(store, 0, 5);
  return path;
}

const push = (args: readonly string[], env: Record<string, string> = {}) =>
  runCommand(['push', ...args], { env: { HOME: '/nonexistent', ...env } });

describePostgres('push to PostgreSQL', (server) => {
  test('creates the tables, sends everything, and then only what is new', async () => {
    const { url, environment } = await server().createDatabase();
    const database = createDatabase();
    const run = (...args: string[]) => push(['--to', url, ...args], environment);
    const missing = await run('--db', database);
    expect(missing).toMatchObject({ code: 2, stdout: '' });
    expect(missing.stderr).toContain('has no tables of cred-watch');
    expect(missing.stderr).toContain(
      'hint: let the owner of the database run `cred-watch push --migrate --to`',
    );
    expect((await run('--migrate')).stdout).toMatch(/: created the tables \(version 2\)\n$/);
    expect((await run('--migrate')).stdout).toMatch(/: the tables are up to date \(version 2\)\n$/);
    expect(await run('--db', database)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/: 5 items sent\n$/),
      stderr: '',
    });
    expect((await run('--db', database)).stdout).toMatch(/: 0 items sent\n$/);
    const { code, stdout } = await run('--db', database, '-f', 'json', '--tag', 'team=loaders');
    expect(code).toBe(0);
    expect(findViolations('push', JSON.parse(stdout))).toEqual([]);
    expect(JSON.parse(stdout)).toMatchObject({ destinations: [{ status: 'complete', sent_count: 1 }] });
  });

  test('goes on with other destinations if one is down or wrong', async () => {
    const { url, environment } = await server().createDatabase();
    const database = createDatabase();
    await push(['--to', url, '--migrate'], environment);
    const down = 'postgres://127.0.0.1:9/fleet?sslmode=disable';
    const both = await push(
      ['--to', down, '--to', url, '--db', database, '--timeout', '1s', '-f', 'json'],
      environment,
    );
    expect(both.code).toBe(1);
    const report = JSON.parse(both.stdout);
    expect(findViolations('push', report)).toEqual([]);
    expect(report.destinations.map(({ status }: { status: string }) => status)).toEqual([
      'interrupted',
      'complete',
    ]);
    expect(both.stderr).toContain(
      'postgres://127.0.0.1:9/fleet is not available: connection refused (ECONNREFUSED)',
    );
    const wrong = await push(['--to', url, '--db', database], { PGPASSWORD: CANARY });
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect(wrong.stderr).toContain('rejected the password of the user postgres');
    using store = SampleStore.open(database);
    expect(store.outbox('postgres://127.0.0.1:9/fleet').readStatus()).toMatchObject({
      lastCompleteAt: null,
      lastError: expect.stringContaining('ECONNREFUSED'),
    });
    const status = store.outbox(url.replace(/^.*@/, 'postgres://').replace(/\?.*/, '')).readStatus();
    expect(status.lastCompleteAt).toBeGreaterThan(0);
    expect(status.lastError).toContain('rejected the password');
  });

  test('reports rejected items at each push, until --retry-rejected succeeds', async () => {
    const { url, environment, query } = await server().createDatabase();
    const database = createDatabase();
    await push(['--to', url, '--migrate'], environment);
    await query(
      "ALTER TABLE cred_watch.generations ADD CONSTRAINT test CHECK (generation_key NOT LIKE 'ASIAAAAC%')",
    );
    for (const sent of [4, 0]) {
      const { code, stdout, stderr } = await push(['--to', url, '--db', database], environment);
      expect(code).toBe(1);
      expect(stdout).toContain(`${sent} items sent, 1 item rejected`);
      expect(stderr).toContain('has rejected generation ASIA…BCDE of host i-0abc');
      expect(stderr).toContain('--retry-rejected');
    }
    await query('ALTER TABLE cred_watch.generations DROP CONSTRAINT test');
    expect(await push(['--to', url, '--db', database, '--retry-rejected'], environment)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('1 item sent'),
    });
  });

  test('reads the password from .pgpass and a service file, and never shows or stores it', async () => {
    const { url, environment, name } = await server().createDatabase();
    await push(['--to', url, '--migrate'], environment);
    const database = createDatabase();
    const folder = join(database, '..');
    writeFileSync(join(folder, 'right'), `127.0.0.1:*:${name}:postgres:test-password\n`, { mode: 0o600 });
    writeFileSync(join(folder, 'wrong'), `*:*:*:*:${CANARY}\n`, { mode: 0o600 });
    writeFileSync(
      join(folder, 'services'),
      `[fleet]\nhost=127.0.0.1\nport=${server().port}\ndbname=${name}\nuser=postgres\npassword=${CANARY}\nsslmode=disable\n`,
      { mode: 0o600 },
    );
    expect((await push(['--to', url, '--db', database], { PGPASSFILE: join(folder, 'right') })).code).toBe(0);
    const runs = [
      await push(['--debug', '--to', url, '--db', database], { PGPASSFILE: join(folder, 'wrong') }),
      await push(['--debug', '--to', url, '--db', database], { PGPASSWORD: CANARY }),
      await push(['--debug', '--to', 'postgres:///?service=fleet', '--db', database, '-f', 'json'], {
        PGSERVICEFILE: join(folder, 'services'),
      }),
      await push(['--debug', '--to', `postgres://postgres:${CANARY}@127.0.0.1/${name}`, '--db', database]),
    ];
    expect(runs.map(({ code }) => code)).toEqual([2, 2, 2, 2]);
    for (const { stdout, stderr } of runs) expect(stdout + stderr).not.toContain(CANARY);
    const written = pathsIn(folder).filter((path) => path.startsWith('samples'));
    expect(written.length).toBeGreaterThan(0);
    for (const path of written) expect(readFileSync(join(folder, path), 'latin1')).not.toContain(CANARY);
    expect(server().readLog()).not.toContain(CANARY);
  });

  test('prints the SQL of a migration without a connection', async () => {
    const { code, stdout } = await push([
      '--to',
      'postgres://127.0.0.1:9/fleet',
      '--migrate',
      '--print',
      '--monthly',
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^-- Part 1: tables\. .*\nBEGIN;\nCREATE SCHEMA IF NOT EXISTS cred_watch;\n/);
    expect(stdout).toMatch(/GRANT SELECT ON cred_watch.findings TO cred_watch_reader;\nCOMMIT;\n$/);
  });

  test('says at each migration which roles and privileges are missing', async () => {
    const { url, environment, name, query } = await server().createDatabase();
    await query(
      `CREATE ROLE owner LOGIN PASSWORD 'test-password'; GRANT CREATE ON DATABASE ${name} TO owner`,
    );
    await push(['--to', (await server().createDatabase()).url, '--migrate'], environment);
    await query('ALTER ROLE cred_watch_writer RENAME TO other_writer');
    const migrateAsOwner = () => push(['--to', url.replace('postgres@', 'owner@'), '--migrate'], environment);
    const missing = [
      'note: cred_watch_writer does not exist, and this user may not create roles',
      'hint: let an administrator run `CREATE ROLE cred_watch_writer NOLOGIN` in this server, then run this command again',
      '',
    ].join('\n');
    try {
      for (const message of ['created the tables', 'the tables are up to date']) {
        expect(await migrateAsOwner()).toMatchObject({
          code: 0,
          stdout: expect.stringContaining(message),
          stderr: missing,
        });
      }
      await query('CREATE ROLE cred_watch_writer NOLOGIN');
      expect((await migrateAsOwner()).stderr).toBe('');
      await query('DROP OWNED BY cred_watch_writer; DROP ROLE cred_watch_writer');
    } finally {
      await query('ALTER ROLE other_writer RENAME TO cred_watch_writer');
    }
  });

  test('deletes old rows with --retain', async () => {
    const { url, environment, query } = await server().createDatabase();
    await push(['--to', url, '--migrate'], environment);
    await push(['--to', url, '--db', createDatabase()], environment);
    await query("UPDATE cred_watch.generations SET last_seen = 0 WHERE generation_key LIKE 'ASIAAAAC%'");
    const { stdout } = await push(['--to', url, '--migrate', '--retain', '36500d'], environment);
    expect(stdout).toMatch(/: deleted what was last seen before \d{4}-/);
    await push(['--to', url, '--migrate', '--retain', '18000d'], environment);
    expect(await query('SELECT count(*)::int AS count FROM cred_watch.generations')).toEqual([{ count: 4 }]);
  });
});

describe('wrong usage of push', () => {
  const PG = 'postgres://127.0.0.1:9/fleet';

  test.each(
    sampleCases(
      [
        [[], '--to'],
        [['--to', 'fleet'], "--to 'fleet' is not a destination"],
        [['--to', `mysql://me:${CANARY}@db/fleet`], '--to is not a destination'],
        [['--to', '/tmp/x', '--tag', 'a=b'], '--tag needs --to postgres://HOST/DATABASE'],
        [['--to', '/tmp/x', '--migrate'], '--migrate needs --to postgres://HOST/DATABASE'],
        [['--to', PG, '--to', '/tmp/x', '--migrate'], '--migrate supports only PostgreSQL'],
        [['--to', PG, '--monthly'], '--monthly needs --migrate'],
        [['--to', PG, '--retain', '90d'], '--retain needs --migrate'],
        [['--to', PG, '--migrate', '--tag', 'a=b'], '--tag and --migrate cannot be combined'],
        [['--to', PG, '--migrate', '--print', '--retain', '90d'], '--retain and --print cannot be combined'],
        [['--to', PG, '--tag', 'Team=b'], "--tag 'Team=b' is not a tag"],
        [['--to', PG, '--tag', 'team'], "--tag 'team' is not a tag"],
        [
          ['--to', PG, '--endpoint-url', 'http://127.0.0.1:9'],
          '--endpoint-url needs --to s3://BUCKET/PREFIX',
        ],
        [['--to', PG, '--db', '/nonexistent/samples.db'], '/nonexistent/samples.db does not exist'],
        [
          ['--to', `${PG}?sslmode=prefer`, '--db', 'EXISTING'],
          'sslmode=prefer can send the password without encryption',
        ],
        [['--to', `postgres://me:${CANARY}@db/x`, '--db', 'EXISTING'], 'contains a password'],
      ],
      3,
    ),
  )('push %j says what is wrong', async (args, problem) => {
    const database = createDatabase();
    const { code, stdout, stderr } = await push(args.map((arg) => (arg === 'EXISTING' ? database : arg)));
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(problem);
    expect(stderr).toContain('hint: ');
    expect(stderr).not.toContain(CANARY);
  });

  test('a PostgreSQL database is not a database of samples for push', async () => {
    const { code, stderr } = await push(['--to', PG, '--db', `${PG}?sslmode=disable`]);
    expect(code).toBe(2);
    expect(stderr).toContain('hint: ');
  });
});
