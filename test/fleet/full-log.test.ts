import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PushInterrupted } from '../../src/watch/push/destination.ts';
import { noMountNamespace, OWN_MOUNTS } from '../support/cli/namespaces.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import { closeHosts, createHosts, expectHostReports } from '../support/fleet/hosts.ts';
import { describePostgresInCi } from '../support/postgres/describe-postgres.ts';
import { isThorough } from '../support/thorough.ts';
import { migrateDatabase, pushTo, recordHours, START } from '../support/watch/push-history.ts';

const HOUR = 3_600_000;
const HOURS = 40;
/** Pushes until one of them is interrupted. */
const MAX_PUSHES = 100;

/**
 * Mounts a disk of 40 MB for the write-ahead log, unless it is mounted. `$0` is a folder for the files that the log has
 * before, and the other arguments start the server.
 */
const MOUNT_LOG = `
  for argument; do [ "$before" = -D ] && log=$argument/pg_wal; before=$argument; done
  if ! mountpoint -q "$log"; then
    cp -a "$log/." "$0" && mount -t tmpfs -o size=40m,uid=65534,gid=65534,mode=700 log "$log" && cp -a "$0/." "$log/"
  fi
  exec "$@"`;

/** A namespace of mounts that stays when the server ends. Returns the command that enters it. */
function holdMounts(finished: (clean: () => void) => void): string[] {
  const holder = spawn(OWN_MOUNTS[0], [...OWN_MOUNTS.slice(1), 'sleep', '600'], { stdio: 'ignore' });
  finished(() => void holder.kill());
  return ['nsenter', '--mount', '--target', String(holder.pid)];
}

let enter: string[] = [];

/** Runs a command in the namespace of the server. */
function runInside(...command: string[]): void {
  const [nsenter = '', ...args] = enter;
  execFileSync(nsenter, [...args, ...command], { stdio: 'pipe' });
}

// A local run has the other test of a full disk.
if (!isThorough) {
  test.skip('a full disk of the write-ahead log', () => {});
} else {
  describePostgresInCi(
    'PostgreSQL whose disk of the write-ahead log is full',
    (server) => {
      test('the server stops, pushes are interrupted, and continue when the disk has space', async () => {
        expect(noMountNamespace).toBeNull();
        const database = await server().createDatabase();
        await migrateDatabase(database);
        const hosts = createHosts(2);
        for (const { store, identity } of hosts) {
          recordHours(store, 0, 5, identity);
          await pushTo(database, store);
        }
        await database.query('CREATE TABLE filler (text text)');
        const filled = database
          .query('INSERT INTO filler SELECT md5(n::text) FROM generate_series(1, 1000000) AS n')
          .then(
            () => null,
            (error: unknown) => error,
          );
        let interrupted: unknown = null;
        for (let push = 0; push < MAX_PUSHES && interrupted === null; push += 1) {
          for (const { store, identity } of hosts) {
            recordHours(store, 5, HOURS, identity);
            await pushTo(database, store, { timeout: 1 }).catch((error: unknown) => {
              interrupted = error;
            });
          }
        }
        expect(await filled).toMatchObject({ message: expect.any(String) });
        expect(server().readLog()).toMatch(/PANIC: .*pg_wal.*No space left on device/);
        expect(interrupted).toBeInstanceOf(PushInterrupted);
        await server().crash();
        runInside('mount', '-o', 'remount,size=400m', join(server().socketFolder, 'data', 'pg_wal'));
        await server().start();
        for (const { store } of hosts) {
          await pushTo(database, store);
          expect((await pushTo(database, store)).sent).toBe(0);
        }
        await expectHostReports(database, hosts, START + HOURS * HOUR);
        closeHosts(hosts);
      });
    },
    (finished) => {
      enter = holdMounts(finished);
      return { wrapper: [...enter, 'sh', '-c', MOUNT_LOG, temporaryFolder(finished)], isDurable: true };
    },
  );
}
