import { expect, test } from 'vitest';
import { loadHistories } from '../../../../src/remote/postgres/read/load-histories.ts';
import { withPostgres } from '../../../../src/remote/postgres/read/with-postgres.ts';
import { catchRejection } from '../../../support/catch-error.ts';
import { describePostgresInCi } from '../../../support/postgres/describe-postgres.ts';
import type { TestDatabase } from '../../../support/postgres/server.ts';
import { temporaryStore } from '../../../support/store/temporary-store.ts';
import { sampleCases } from '../../../support/thorough.ts';
import {
  createContext,
  createMigrated,
  IDENTITY,
  pushTo,
  recordEvents,
  recordHours,
  START,
} from '../../../support/watch/push-history.ts';

/** Values that no push writes. Each is an assignment to a column. */
const DAMAGES: Record<string, readonly string[]> = {
  series: ["source = 'moon'", "session_limit = 'unknown'", 'generation_count = 9007199254740993'],
  generations: [
    'expiration = 9007199254740993',
    'expiration = -8640000000000001',
    'first_seen = last_seen + 1',
    'raw_first_seen = raw_last_seen + 1',
    'latest_expiration = expiration - 1',
    'samples = -1',
    "role = 'other'",
    "generation_key = repeat('A', 70000)",
  ],
  failed_polls: [
    "reason = 'bad luck'",
    'poll_count = -1',
    "spans = '[[2, 1]]'",
    "spans = '[[1, 2, 3]]'",
    `spans = '[["1", 2]]'`,
    "spans = '{}'",
    "spans = '[[1'",
    'last_at = 8640000000000001',
  ],
  job_runs: ["source = ''", 'exit_code = NULL, duration = 1', 'started_at = 9007199254740993'],
  hosts: ['clock_offset = 9007199254740993'],
};

const CASES = Object.entries(DAMAGES).flatMap(([table, changes]) =>
  changes.map((change): [string, string] => [table, change]),
);

const load = (
  database: TestDatabase,
  limits?: { maxSeries: number; maxGenerations: number },
  since?: number,
) =>
  withPostgres(database.url, createContext(database), (connection) =>
    loadHistories(connection, {
      selection: { since },
      jobs: { names: null, selection: {} },
      ...(limits === undefined ? {} : { limits }),
    }),
  );

const catchLoad = (...args: Parameters<typeof load>) => catchRejection(load(...args));

describePostgresInCi('loadHistories from tables that others have changed', (server) => {
  async function createFleet(hosts = 1): Promise<TestDatabase> {
    const store = temporaryStore();
    for (let host = 0; host < hosts; host += 1)
      recordHours(store, 0, 5, { ...IDENTITY, host: `host-${host}` });
    recordEvents(store);
    const database = await createMigrated(server());
    await pushTo(database, store);
    return database;
  }

  test.each(sampleCases(CASES, 7))('a value of %s is rejected: %s', async (table, change) => {
    const database = await createFleet();
    await load(database);
    // A series that exists twice is no invalid value, so only one row changes.
    await database.query(
      `UPDATE cred_watch.${table} SET ${change} WHERE ctid = (SELECT min(ctid) FROM cred_watch.${table})`,
    );
    const { message, hint, code } = await catchLoad(database);
    expect(message).toMatch(
      new RegExp(`^postgres://127\\.0\\.0\\.1:\\d+/test_\\d+ has an invalid value in ${table}\\.\\w+$`),
    );
    expect(hint).toMatch(/another program/);
    expect(code).toBe('DATABASE_DAMAGED');
  });

  test('a key id of an unknown form is shown as a digest, because it can be a secret', async () => {
    const database = await createFleet();
    await database.query(
      "UPDATE cred_watch.generations SET generation_key = 'wJalrXUtnFEMI' WHERE first_seen = (SELECT min(first_seen) FROM cred_watch.generations)",
    );
    const [series] = (await load(database)).series;
    expect(series?.generations.accessKeyIds.at(0)).toMatch(/^sha256:[\da-f]{16}$/);
  });

  test('secrets and escape sequences in the text of a failed poll are removed', async () => {
    const database = await createFleet();
    await database.query('UPDATE cred_watch.failed_polls SET last_detail = $1', [
      '\u001b[31mSecretAccessKey=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\u0007',
    ]);
    const histories = (await load(database)).historyReaders({}).map((read) => read());
    const text = JSON.stringify(histories.map(({ failedPolls }) => failedPolls));
    expect(text).toContain('[redacted]');
    expect(text).not.toMatch(/wJalr|u001b/);
  });

  test('a day on which every other poll of a second failed is read', async () => {
    const database = await createFleet();
    const spans = Array.from({ length: 43_200 }, (_, index) => [START + 2000 * index, START + 2000 * index]);
    await database.query('UPDATE cred_watch.failed_polls SET spans = $1', [JSON.stringify(spans)]);
    const histories = (await load(database)).historyReaders({}).map((read) => read());
    expect(histories.some(({ failedPolls }) => failedPolls.length > 0)).toBe(true);
  });

  test('a generation that is stored in two months is joined', async () => {
    const database = await createFleet();
    const columns = (
      await database.query<{ name: string }>(
        "SELECT column_name AS name FROM information_schema.columns WHERE table_name = 'generations'",
      )
    ).map(({ name }) => name);
    const changed = columns.map((name) =>
      name === 'month' ? "DATE '2020-01-01'" : name === 'last_seen' ? 'last_seen + 60000' : name,
    );
    const insert = `INSERT INTO cred_watch.generations (${columns}) SELECT ${changed} FROM cred_watch.generations`;
    const before = (await load(database)).series[0]?.generations;
    await database.query(insert);
    const after = (await load(database)).series[0]?.generations;
    expect(before?.count).toBe(5);
    expect(after).toEqual({ ...before, lastSeen: before?.lastSeen.map((at) => at + 60_000) });
  });

  test('a selection with too many series or generations is refused', async () => {
    const database = await createFleet(3);
    const refusal = /has more than 2 series or 100 generations$/;
    const { message, hint } = await catchLoad(database, { maxSeries: 2, maxGenerations: 100 });
    expect(message).toMatch(refusal);
    expect(hint).toMatch(/^select less with --host, --source, --role or --since/);
    // Of a period, only the rows show how much is selected.
    expect((await catchLoad(database, { maxSeries: 2, maxGenerations: 100 }, START)).message).toMatch(
      refusal,
    );
    expect((await catchLoad(database, { maxSeries: 9, maxGenerations: 14 })).message).toMatch(
      /9 series or 14/,
    );
    expect((await catchLoad(database, { maxSeries: 9, maxGenerations: 14 }, START)).message).toMatch(/or 14/);
    expect((await load(database, { maxSeries: 4, maxGenerations: 15 })).series).toHaveLength(4);
  });

  test('all rows are from one state of the database, also if a push runs in between', async () => {
    const database = await createFleet();
    const context = createContext(database);
    let statements = 0;
    const loaded = await withPostgres(database.url, context, (connection) => {
      const transaction: typeof connection.transaction = (action) =>
        connection.transaction(({ query }) =>
          action({
            async query(sql, values) {
              const rows = await query(sql, values);
              statements += 1;
              // After the snapshot was taken by the first query.
              if (sql.includes('count(*)')) await database.query('DELETE FROM cred_watch.generations');
              return rows as never;
            },
          }),
        );
      return loadHistories({ name: connection.name, transaction }, { selection: {} });
    });
    expect(statements).toBeGreaterThan(5);
    expect(loaded.series.find(({ identity }) => identity.host === 'host-0')?.generations.count).toBe(5);
    expect((await load(database)).series.every(({ generations }) => generations.count === 0)).toBe(true);
  });
});
