import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { runCommand, startCommand } from '../../support/cli/run-command.ts';
import { SIMULATED_NOTE } from '../../support/cli/simulated-note.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { textWritten } from '../../support/cli/text-written.ts';
import { describePostgres } from '../../support/postgres/describe-postgres.ts';
import type { PostgresServer } from '../../support/postgres/server.ts';
import { startSimulated } from '../../support/server/simulated-endpoint.ts';
import { ciTest } from '../../support/thorough.ts';
import { createMigrated } from '../../support/watch/push-history.ts';

const DOWN = 'postgres://127.0.0.1:9/fleet?sslmode=disable';

async function prepare(server: PostgresServer) {
  const database = await createMigrated(server);
  const { origin } = await startSimulated();
  const file = join(temporaryFolder(), 'samples.db');
  const env = {
    HOME: '/nonexistent',
    AWS_EC2_METADATA_SERVICE_ENDPOINT: origin,
    ...database.environment,
  };
  const countSamples = async () => {
    const [row] = await database.query<{ count: number }>(
      'SELECT coalesce(sum(samples), 0)::int AS count FROM cred_watch.generations',
    );
    return row?.count;
  };
  const countLocal = () => {
    using store = SampleStore.open(file);
    return store
      .histories()
      .reduce(
        (sum, { generations }) => sum + generations.reduce((count, each) => count + each.samples, 0),
        0,
      );
  };
  return { database, file, env, origin, countSamples, countLocal, args: ['--db', file, '--host', 'h1'] };
}

describePostgres('poll --push', (server) => {
  test('pushes once after a single poll', async () => {
    const { database, env, args, countSamples } = await prepare(server());
    const run = () => runCommand(['poll', ...args, '--push', database.url, '--tag', 'team=loaders'], { env });
    expect(await run()).toMatchObject({ code: 0, stderr: SIMULATED_NOTE });
    expect(await countSamples()).toBe(1);
    await run();
    expect(await countSamples()).toBe(2);
    expect(await database.query('SELECT host, name, value FROM cred_watch.host_tags')).toEqual([
      { host: 'h1', name: 'team', value: 'loaders' },
    ]);
  });

  ciTest(
    'does not fail a single poll if the database rejects the user, a file is missing, or nothing is there',
    async () => {
      const { database, env, args, countLocal } = await prepare(server());
      const causes = [
        [{ ...env, PGPASSWORD: 'wrong' }, database.url, 'rejected the password'],
        [
          env,
          `${database.url}&sslrootcert=/nonexistent/ca.pem`.replace('sslmode=disable', ''),
          'ca.pem does not exist',
        ],
      ] as const;
      for (const [index, [environment, url, problem]] of causes.entries()) {
        const { code, stdout, stderr } = await runCommand(['poll', ...args, '--push', url], {
          env: environment,
        });
        expect(code).toBe(0);
        expect(stdout).toContain('h1 · imds v2');
        expect(stderr).toContain(`note: push: `);
        expect(stderr).toContain(problem);
        expect(countLocal()).toBe(index + 1);
      }
    },
  );

  test('rejects a destination that is not one before the first poll', async () => {
    const { env, args, countLocal } = await prepare(server());
    for (const url of [
      'fleet',
      'postgres://me:secret-4711@db/fleet',
      `${DOWN.replace('disable', 'prefer')}`,
    ]) {
      const { code, stderr } = await runCommand(['poll', ...args, '--push', url], { env });
      expect(code).toBe(2);
      expect(stderr).not.toContain('secret-4711');
    }
    expect((await runCommand(['poll', ...args, '--tag', 'a=b'], { env })).stderr).toContain(
      '--tag needs --push',
    );
    expect(countLocal()).toBe(0);
  });

  test('pushes after the polls of an interval, and a last time at the end', async () => {
    const { database, env, args, countSamples, countLocal } = await prepare(server());
    const { code, stderr } = await runCommand(
      ['poll', ...args, '--interval', '1s', '--for', '3s', '--push', database.url],
      { env },
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: SIMULATED_NOTE });
    expect(await countSamples()).toBe(countLocal());
    expect(countLocal()).toBeGreaterThan(1);
  });

  ciTest('polls while the database is down, says so once, and sends everything when it is back', async () => {
    const { database, env, args, countSamples, countLocal } = await prepare(server());
    await server().stop();
    const program = startCommand(
      ['poll', ...args, '--interval', '1s', '--for', '20s', '--push', database.url],
      { env, timeoutMs: 60_000 },
    );
    // The poller notices it after five seconds.
    await textWritten(program.child.stderr, 'is not available');
    await server().start();
    const { code, stderr } = await program.done;
    expect(code).toBe(0);
    const lines = stderr.split('\n').filter((line) => line.startsWith('note: push'));
    expect(lines).toEqual([
      expect.stringContaining('is not available: connection refused'),
      expect.stringMatching(/is available again, \d items? sent$/),
    ]);
    expect(await countSamples()).toBe(countLocal());
    expect(countLocal()).toBeGreaterThan(3);
  });

  test('without --interval, a database that is down costs a few seconds and one line', async () => {
    const { env, args, countLocal } = await prepare(server());
    const startedAt = performance.now();
    const { code, stderr } = await runCommand(['poll', ...args, '--push', DOWN], { env });
    expect(code).toBe(0);
    expect(stderr.replace(SIMULATED_NOTE, '')).toMatch(/^note: push: postgres:\S+ is not available: .*\n$/);
    expect(performance.now() - startedAt).toBeLessThan(15_000);
    expect(countLocal()).toBe(1);
  });

  ciTest('ends soon although a database does not answer', async () => {
    const { env, args, countLocal } = await prepare(server());
    const startedAt = performance.now();
    const { code } = await runCommand(['poll', ...args, '--interval', '1s', '--for', '2s', '--push', DOWN], {
      env,
    });
    expect(code).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(20_000);
    expect(countLocal()).toBeGreaterThan(1);
  });

  test('works with a list of targets', async () => {
    const { database, env, file, origin, countSamples } = await prepare(server());
    const targets = join(temporaryFolder(), 'targets.json');
    const list = ['a', 'b', 'c'].map((host) => ({ host, source: 'imds', url: origin }));
    writeFileSync(targets, JSON.stringify({ schema_version: 1, targets: list }), { mode: 0o600 });
    const run = (...more: string[]) =>
      runCommand(['poll', '--targets', targets, '--db', file, '--push', database.url, ...more], { env });
    const once = await run();
    expect(once, once.stderr).toMatchObject({ code: 0 });
    expect(await countSamples()).toBe(3);
    expect((await run('--interval', '1s', '--for', '3s')).code).toBe(0);
    expect(await countSamples()).toBeGreaterThan(5);
    expect(await database.query('SELECT host FROM cred_watch.hosts ORDER BY 1')).toEqual([
      { host: 'a' },
      { host: 'b' },
      { host: 'c' },
    ]);
  });
});
