import { expect, test } from 'vitest';
import { PushInterrupted } from '../../src/watch/push/destination.ts';
import { closeHosts, createHosts, expectHostReports } from '../support/fleet/hosts.ts';
import { describePostgresInCi } from '../support/postgres/describe-postgres.ts';
import { between, seededRandom } from '../support/random.ts';
import { isThorough, longTimeout } from '../support/thorough.ts';
import { migrateDatabase, pushTo, readRows, recordHours, START } from '../support/watch/push-history.ts';

const CRASHES = isThorough ? 10 : 1;
const HOSTS = isThorough ? 4 : 2;
/** Pushes of two hosts send about 25 statements, and those of four about 50. */
const MAX_STATEMENT = isThorough ? 50 : 25;
const HOUR = 3_600_000;

describePostgresInCi(
  'PostgreSQL that is killed during pushes',
  (server) => {
    test(
      'the database has every row of every host after crashes at random moments',
      longTimeout,
      async () => {
        const random = seededRandom(9);
        const database = await server().createDatabase();
        await migrateDatabase(database);
        const hosts = createHosts(HOSTS);
        let [hours, interrupted] = [0, 0];
        for (let crash = 1; crash <= CRASHES; crash += 1) {
          const next = hours + between(1, 12, random);
          for (const { store, identity } of hosts) recordHours(store, hours, next, identity);
          hours = next;
          // A push with a short timeout ends, and a push with a long one waits until the server is back.
          const timeout = crash % 2 === 0 ? 20 : 0.05;
          const last = between(1, MAX_STATEMENT, random);
          let [statements, isDown] = [0, false];
          let crashed: Promise<void> = Promise.resolve();
          const onStatement = () => {
            statements += 1;
            if (statements < last || isDown) return;
            isDown = true;
            // The statement is sent before the server is killed, which may process it or not.
            crashed = new Promise<void>((resolve) => setTimeout(resolve, between(0, 4, random)))
              .then(() => server().crash())
              .then(() => server().start());
          };
          const pushes = await Promise.allSettled(
            hosts.map(({ store }) =>
              pushTo(database, store, { timeout, onStatement, now: START + hours * HOUR }),
            ),
          );
          if (!isDown) {
            crashed = server()
              .crash()
              .then(() => server().start());
          }
          await crashed;
          for (const push of pushes) {
            if (push.status === 'fulfilled') continue;
            expect(push.reason).toBeInstanceOf(PushInterrupted);
            interrupted += 1;
          }
        }
        expect(interrupted).toBeGreaterThan(0);
        expect(server().readLog()).toContain('database system was not properly shut down');
        for (const { store } of hosts) {
          const repeated = await pushTo(database, store, { now: START + hours * HOUR });
          expect(repeated.rejected).toEqual([]);
          expect((await pushTo(database, store, { now: START + hours * HOUR })).sent).toBe(0);
        }
        const now = START + hours * HOUR;
        await expectHostReports(database, hosts, now);
        const fresh = await server().createDatabase();
        await migrateDatabase(fresh);
        for (const { store } of hosts) await pushTo(fresh, store, { now });
        expect(await readRows(database)).toEqual(await readRows(fresh));
        closeHosts(hosts);
      },
    );
  },
  { isDurable: true },
);
