import { afterAll, expect, test } from 'vitest';
import { mayBeSkipped, noMountNamespace, OWN_MOUNTS } from '../support/cli/namespaces.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import { closeHosts, createHosts, expectHostReports } from '../support/fleet/hosts.ts';
import { describePostgresInCi } from '../support/postgres/describe-postgres.ts';
import { runAt } from '../support/postgres/run-at.ts';
import type { TestDatabase } from '../support/postgres/server.ts';
import { isThorough } from '../support/thorough.ts';
import { migrateDatabase, recordHours, START } from '../support/watch/push-history.ts';

const HOUR = 3_600_000;
const [BEFORE, HOURS] = [5, 200];
const HOSTS = isThorough ? 3 : 1;
const NOW = START + HOURS * HOUR;

const disk = temporaryFolder(afterAll);

/** Mounts a disk of 8 MB in a namespace that only the server sees. It ends with the server. */
const WITH_SMALL_DISK = [
  ...[...OWN_MOUNTS, 'sh', '-c'],
  'mount -t tmpfs -o size=8m,uid=65534,gid=65534,mode=700 small "$0" && exec "$@"',
  disk,
];

/** Inserts smaller and smaller pieces until not even one page is left. */
async function fillDisk({ query }: TestDatabase): Promise<void> {
  await query('CREATE TABLE filler (text text)');
  for (let rows = 4096; rows >= 1; ) {
    try {
      await query(`INSERT INTO filler SELECT repeat(md5(n::text), 50) FROM generate_series(1, ${rows}) AS n`);
    } catch (error) {
      expect(error).toMatchObject({ code: '53100' });
      rows /= 2;
    }
  }
}

if (noMountNamespace !== null && mayBeSkipped) {
  test.skip(`a full disk of PostgreSQL: ${noMountNamespace}`, () => {});
} else {
  describePostgresInCi(
    'PostgreSQL with a full disk',
    (server) => {
      test('a push ends with exit code 1 and the reason, and continues when the disk has space', async () => {
        const database = await server().createDatabase();
        await database.query(`CREATE TABLESPACE small LOCATION '${disk}'`);
        await database.query(`ALTER DATABASE ${database.name} SET default_tablespace = small`);
        await migrateDatabase(database);
        const hosts = createHosts(HOSTS);
        for (const { store, identity } of hosts) recordHours(store, 0, BEFORE, identity);
        const push = ({ file }: { file: string }) =>
          runAt(NOW, ['push', '--to', database.url, '--db', file, '--timeout', '1s'], database.environment);
        for (const host of hosts) expect(await push(host)).toMatchObject({ code: 0, stderr: '' });
        await fillDisk(database);
        for (const { store, identity } of hosts) recordHours(store, BEFORE, HOURS, identity);
        for (const host of hosts) {
          const { code, stderr } = await push(host);
          expect(code).toBe(1);
          expect(stderr).toMatch(
            /is not available: could not extend file .*No space left on device \(53100\)/,
          );
          expect(stderr).toContain('the next push sends it');
        }
        // What was sent before can still be read.
        const report = ['report', '--fleet', '-f', 'json', '--db', database.url];
        const { code, stdout } = await runAt(START + BEFORE * HOUR, report, database.environment);
        expect(code).toBe(0);
        expect(JSON.parse(stdout)).toMatchObject({
          host_count: hosts.length,
          worst_case: { remaining_seconds: 18_000 },
        });
        await database.query('DROP TABLE filler');
        for (const host of hosts) expect(await push(host)).toMatchObject({ code: 0, stderr: '' });
        await expectHostReports(database, hosts, NOW);
        closeHosts(hosts);
      });
    },
    { wrapper: WITH_SMALL_DISK },
  );
}
