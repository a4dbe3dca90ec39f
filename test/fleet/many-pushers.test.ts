import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { bundleProgram, PROGRAM_ENV } from '../support/bundled-program.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import type { PushedHost } from '../support/fleet/push-many.ts';
import { describePostgresInCi } from '../support/postgres/describe-postgres.ts';
import { runAt } from '../support/postgres/run-at.ts';
import type { PostgresServer, TestDatabase } from '../support/postgres/server.ts';
import { isThorough, longTimeout } from '../support/thorough.ts';
import { migrateDatabase, START } from '../support/watch/push-history.ts';

/** CI runs this test with 2,000 hosts on its own, because other tests need the same cores. */
const HOSTS = Number(process.env.PUSHING_HOSTS ?? 20);
const isLarge = HOSTS > 100;
const [PROCESSES, MAX_CONNECTIONS] = isLarge ? [4, 20] : [2, 8];
/** PostgreSQL keeps three connections for superusers. */
const MAX_PUSHERS = MAX_CONNECTIONS - 3;
/** `--timeout` of every push. */
const TIMEOUT = isLarge ? 800 : isThorough ? 120 : 30;
const HOUR = 3_600_000;

/** A user with the privileges of a writer, and no others. */
async function createWriter(database: TestDatabase): Promise<string> {
  await database.query(
    `CREATE USER pusher PASSWORD '${database.environment.PGPASSWORD}' IN ROLE cred_watch_writer`,
  );
  return database.url.replace('//postgres@', '//pusher@');
}

interface Pusher {
  start(): void;
  finished: Promise<PushedHost[]>;
}

async function startPusher(program: string, args: readonly string[], env: object): Promise<Pusher> {
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...PROGRAM_ENV, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  expect(await once(lines, 'line')).toEqual(['ready']);
  const finished = once(lines, 'line').then(([line]): PushedHost[] => JSON.parse(line));
  return { start: () => void child.stdin.end('go\n'), finished };
}

/** The largest number of connections that pushers had at one moment. Uses one connection of its own. */
async function watchConnections(server: PostgresServer, signal: AbortSignal): Promise<() => Promise<number>> {
  const { socketFolder: host, port, superuser } = server;
  const client = new Client({ host, port, database: 'postgres', user: superuser.user });
  await client.connect();
  let most = 0;
  async function watch(): Promise<number> {
    while (!signal.aborted) {
      const { rows } = await client.query<{ count: number }>(
        `SELECT count(*)::int AS count FROM pg_stat_activity WHERE usename = 'pusher'`,
      );
      most = Math.max(most, rows[0]?.count ?? 0);
      await sleep(20);
    }
    await client.end();
    return most;
  }
  const watched = watch();
  return () => watched;
}

describePostgresInCi(
  'many hosts that push at once',
  (server) => {
    test(
      `${HOSTS} hosts push everything to a server with ${MAX_CONNECTIONS} connections`,
      longTimeout,
      async () => {
        const database = await server().createDatabase();
        await migrateDatabase(database);
        const url = await createWriter(database);
        const folder = temporaryFolder();
        const program = await bundleProgram('fleet/push-many.ts', folder);
        const count = HOSTS / PROCESSES;
        const pushers = await Promise.all(
          Array.from({ length: PROCESSES }, (_, index) =>
            startPusher(
              program,
              [url, folder, index * count, count, TIMEOUT].map(String),
              database.environment,
            ),
          ),
        );
        const stop = new AbortController();
        const readMost = await watchConnections(server(), stop.signal);
        for (const { start } of pushers) start();
        const pushed = (await Promise.all(pushers.map(({ finished }) => finished))).flat();
        stop.abort();
        const most = await readMost();
        expect(pushed.filter(({ error }) => error !== null)).toEqual([]);
        expect(pushed).toHaveLength(HOSTS);
        for (const { sent, seconds } of pushed) {
          expect(sent).toBe(3);
          expect(seconds).toBeLessThan(TIMEOUT);
        }
        // The server was busy, and has refused the others.
        expect(most).toBeLessThanOrEqual(MAX_PUSHERS);
        if (isLarge) expect(most).toBeGreaterThan(MAX_PUSHERS / 2);
        expect(server().readLog()).toMatch(/remaining connection slots are reserved|too many clients/);
        const report = ['report', '--fleet', '-f', 'json', '--db', database.url];
        const { stdout } = await runAt(START + 3 * HOUR, report, database.environment);
        const { hosts } = JSON.parse(stdout);
        expect(hosts).toHaveLength(HOSTS);
        for (const { host, worst_case_seconds: worstCase } of hosts)
          expect(worstCase, host).toBe(5 * 3600 + Number(host.slice('host-'.length)));
      },
    );
  },
  { settings: { max_connections: MAX_CONNECTIONS } },
);
