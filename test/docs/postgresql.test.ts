import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { SampleStore } from '../../src/store/sample-store.ts';
import { runCommand } from '../support/cli/run-command.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import { listCodeBlocks } from '../support/docs/markdown.ts';
import { describePostgres, describePostgresInCi } from '../support/postgres/describe-postgres.ts';
import { runScript } from '../support/postgres/run-script.ts';
import type { PostgresServer } from '../support/postgres/server.ts';
import { ciTest } from '../support/thorough.ts';
import { IDENTITY, recordHours } from '../support/watch/push-history.ts';

const DOCUMENT = 'docs/postgresql.md';
const PASSWORD = 'test-password';

const [SET_UP = '', ROW_SECURITY = '', HOST_USER = ''] = listCodeBlocks(DOCUMENT)
  .filter(({ language }) => language === 'sql')
  .map(({ code }) => code.replaceAll("'…'", `'${PASSWORD}'`));

/** A database file with three hours of each host. */
function createSamples(...hosts: string[]): string {
  const path = join(temporaryFolder(), 'samples.db');
  using store = SampleStore.open(path);
  for (const host of hosts) recordHours(store, 0, 3, { ...IDENTITY, host });
  return path;
}

/** Runs SQL and commands as users of the document. */
function createClient(server: PostgresServer) {
  return {
    sql: (user: string, database: string, script: string) => runScript(server, user, database, script),
    run(user: string, ...args: string[]) {
      const url = `postgres://${user}@127.0.0.1:${server.port}/fleet`;
      return runCommand(
        args.map((arg) => (arg === 'URL' ? url : arg)),
        { env: { HOME: '/nonexistent', PGPASSWORD: PASSWORD, PGSSLMODE: 'disable' } },
      );
    },
  };
}

type Client = ReturnType<typeof createClient>;

/** The users of the document can push and report, and nothing else. */
async function expectUsable({ run }: Client): Promise<void> {
  const samples = createSamples('i-0abc');
  expect(await run('loader', 'push', '--to', 'URL', '--db', samples)).toMatchObject({ code: 0, stderr: '' });
  expect(await run('analyst', 'report', '--fleet', '--db', 'URL')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('i-0abc'),
  });
  expect((await run('analyst', 'push', '--to', 'URL', '--db', samples)).code).toBe(2);
  expect((await run('loader', 'push', '--to', 'URL', '--migrate')).code).toBe(2);
}

describePostgres('the set-up of the document', (server) => {
  beforeAll(async () => {
    const { sql } = createClient(server());
    await sql('postgres', 'postgres', 'CREATE ROLE administrator LOGIN CREATEROLE CREATEDB');
    await sql('administrator', 'postgres', SET_UP);
  });

  /** Migrates as an owner who may not create roles. */
  const migrate = ({ run }: Client) => run('fleet_owner', 'push', '--to', 'URL', '--migrate');

  test('works for an owner without CREATEROLE and an administrator who is no superuser', async () => {
    const client = createClient(server());
    for (const _ of ['first', 'second']) expect(await migrate(client)).toMatchObject({ code: 0, stderr: '' });
    await expectUsable(client);
  });

  test('limits a user to the rows of the host with its name', async () => {
    const client = createClient(server());
    const { run } = client;
    await migrate(client);
    await client.sql('fleet_owner', 'fleet', ROW_SECURITY);
    await client.sql('administrator', 'fleet', HOST_USER);
    await client.sql(
      'administrator',
      'fleet',
      `CREATE ROLE "i-0def" LOGIN PASSWORD '${PASSWORD}' IN ROLE cred_watch_writer`,
    );
    const push = (user: string, ...hosts: string[]) =>
      run(user, 'push', '--to', 'URL', '--tag', `team=${user}`, '--db', createSamples(...hosts));
    expect(await push('i-0abc', 'i-0abc')).toMatchObject({ code: 0, stderr: '' });
    expect(await push('i-0def', 'i-0def')).toMatchObject({ code: 0, stderr: '' });
    expect(await push('i-0def', 'i-0new')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('row-level security'),
    });
    for (const table of ['hosts', 'series', 'generations']) {
      await client.sql('i-0def', 'fleet', `UPDATE cred_watch.${table} SET host = host`);
      await expect(
        client.sql('i-0def', 'fleet', `UPDATE cred_watch.${table} SET host = 'i-0abc'`),
      ).rejects.toThrow('row-level security');
    }
    await client.sql(
      'i-0def',
      'fleet',
      'DELETE FROM cred_watch.generations; DELETE FROM cred_watch.host_tags',
    );
    const report = async () =>
      JSON.parse((await run('analyst', 'report', '--fleet', '-f', 'json', '--db', 'URL')).stdout);
    expect((await report()).hosts.map(({ host }: { host: string }) => host).sort()).toEqual([
      'i-0abc',
      'i-0def',
    ]);
    const { stdout } = await run('analyst', 'export', '-f', 'ndjson', '--db', 'URL');
    expect(stdout).toContain('i-0abc');
    expect(stdout).not.toContain('i-0def');
    // The owner of the tables still deletes the rows of all hosts.
    expect(await run('fleet_owner', 'push', '--to', 'URL', '--migrate', '--retain', '1s')).toMatchObject({
      code: 0,
    });
  });
});

describePostgresInCi('the set-up by a superuser', (server) => {
  ciTest('creates the roles, and the users can be created afterwards', async () => {
    const client = createClient(server());
    await client.sql('postgres', 'postgres', 'CREATE DATABASE fleet');
    expect(await client.run('postgres', 'push', '--to', 'URL', '--migrate', '--monthly')).toMatchObject({
      code: 0,
      stderr: '',
    });
    await client.sql(
      'postgres',
      'postgres',
      SET_UP.replace(/^CREATE (?:DATABASE|ROLE cred_watch).*\n/gm, ''),
    );
    await expectUsable(client);
  });
});
