import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Sample } from '../../src/domain/model.ts';
import { SampleStore } from '../../src/store/sample-store.ts';
import { KINDS } from '../support/accuracy/kinds.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import { closeHosts, createHosts, expectHostReports, type FleetHost } from '../support/fleet/hosts.ts';
import { describePostgresInCi } from '../support/postgres/describe-postgres.ts';
import { seedScenario } from '../support/postgres/seed-fixture.ts';
import type { PostgresServer, TestDatabase } from '../support/postgres/server.ts';
import { between, pick, seededRandom } from '../support/random.ts';
import { isThorough, longTimeout, sampleCases } from '../support/thorough.ts';
import {
  createMigrated,
  IDENTITY,
  pushTo,
  readRows,
  recordHours,
  START,
} from '../support/watch/push-history.ts';

const HOUR = 3_600_000;

/** The rows are those of one push of the same databases to an empty database. */
async function expectRowsOfFreshPush(
  database: TestDatabase,
  hosts: readonly FleetHost[],
  now: number,
  server: PostgresServer,
): Promise<void> {
  const fresh = await createMigrated(server);
  for (const { store } of hosts) await pushTo(fresh, store, { now });
  expect(await readRows(database)).toEqual(await readRows(fresh));
}

const record = ({ store, identity }: FleetHost, samples: readonly Sample[]): void =>
  store.writeTogether(() => {
    for (const sample of samples) store.recordSample(identity, sample, 'machine');
  });

/** Adds samples as an import does, which accepts them in any order. */
const importSamples = ({ store, identity }: FleetHost, samples: readonly Sample[]): void =>
  void store.writeRecords(samples.map((sample) => ({ record: 'sample', identity, sample, ordinal: 0 })));

const MAX_PIECES = 5;

/** Other tests read each history from PostgreSQL after one push. */
const FIXTURES = readdirSync('fixtures/histories').filter((_, index) => index % (isThorough ? 3 : 40) === 0);

function split(samples: readonly Sample[], random: () => number): Sample[][] {
  const count = between(2, MAX_PIECES, random);
  const cuts = Array.from({ length: count - 1 }, () => between(0, samples.length, random)).sort(
    (a, b) => a - b,
  );
  return [0, ...cuts].map((cut, index) => samples.slice(cut, cuts[index] ?? samples.length));
}

describePostgresInCi('the history of hosts in PostgreSQL', (server) => {
  test(
    'simulated hosts with any clock have the reports of their own databases after every push',
    longTimeout,
    async () => {
      const database = await createMigrated(server());
      const kinds = sampleCases(KINDS, 18);
      const hosts = createHosts(kinds.length);
      let now = START;
      for (const [index, kind] of kinds.entries()) {
        const host = hosts[index];
        if (host === undefined) continue;
        const random = seededRandom(index);
        const { samples } = kind.draw(random, isThorough ? 4 : 1.5);
        for (const piece of split(samples, random)) {
          record(host, piece);
          await pushTo(database, host.store, { now });
        }
        now = Math.max(now, ...samples.map(({ observedAt }) => observedAt));
        expect((await pushTo(database, host.store, { now })).sent, kind.name).toBe(0);
      }
      await expectHostReports(database, hosts, now);
      await expectRowsOfFreshPush(database, hosts, now, server());
      closeHosts(hosts);
    },
  );

  test(
    'imports of older logs and prune after a push change PostgreSQL as they change the database',
    longTimeout,
    async () => {
      const database = await createMigrated(server());
      const kinds = sampleCases(KINDS, 18);
      const hosts = createHosts(kinds.length);
      let now = START;
      for (const [index, kind] of kinds.entries()) {
        const host = hosts[index];
        if (host === undefined) continue;
        const random = seededRandom(100 + index);
        const { samples } = kind.draw(random, isThorough ? 4 : 1.5);
        const pieces = split(samples, random);
        while (pieces.length > 0) {
          const [piece = []] = pieces.splice(between(0, pieces.length - 1, random), 1);
          importSamples(host, piece);
          if (random() < 0.8) await pushTo(database, host.store, { now });
          if (random() < 0.5)
            host.store.prune(pick(samples as [Sample], random).observedAt, { dryRun: false });
        }
        await pushTo(database, host.store, { now });
        now = Math.max(now, ...samples.map(({ observedAt }) => observedAt));
      }
      await expectHostReports(database, hosts, now);
      await expectRowsOfFreshPush(database, hosts, now, server());
      closeHosts(hosts);
    },
  );

  test.each(FIXTURES)('the history %s, pushed in pieces, has the report of its database', async (name) => {
    const database = await createMigrated(server());
    const folder = temporaryFolder();
    const file = join(folder, 'part.db');
    using all = SampleStore.open(join(folder, 'all.db'));
    const { now } = seedScenario(all, name);
    const records = [...all.records()];
    const size = Math.ceil(records.length / (isThorough ? 4 : 3));
    using part = SampleStore.open(file);
    for (let start = 0; start < records.length; start += size) {
      part.writeRecords(records.slice(start, start + size));
      await pushTo(database, part, { now });
    }
    expect((await pushTo(database, part, { now })).sent).toBe(0);
    const hosts = [...new Set(records.map((each) => ('identity' in each ? each.identity.host : null)))];
    const names = hosts.filter((each) => each !== null);
    if (names.length > 0)
      await expectHostReports(
        database,
        names.map((each) => ({ name: each, file })),
        now,
      );
  });

  test('two hosts with the same history keep their own rows', async () => {
    const database = await createMigrated(server());
    const hosts = createHosts(2);
    for (const { store, identity } of hosts) recordHours(store, 0, 12, identity);
    await Promise.all(hosts.map(({ store }) => pushTo(database, store)));
    const [first] = hosts;
    // Only one of them goes on.
    if (first !== undefined) recordHours(first.store, 12, 15, first.identity);
    await Promise.all(hosts.map(({ store }) => pushTo(database, store)));
    const now = START + 15 * HOUR;
    await expectHostReports(database, hosts, now);
    await expectRowsOfFreshPush(database, hosts, now, server());
    closeHosts(hosts);
  });

  test('two machines with one host name and the same history have one set of rows', async () => {
    const database = await createMigrated(server());
    const machines = createHosts(2);
    for (const { store } of machines) recordHours(store, 0, 12);
    await Promise.all(machines.map(({ store }) => pushTo(database, store)));
    for (const { store } of machines) recordHours(store, 12, 15);
    await Promise.all(machines.map(({ store }) => pushTo(database, store)));
    const now = START + 15 * HOUR;
    for (const { file, store } of machines) {
      await pushTo(database, store);
      await expectHostReports(database, [{ name: IDENTITY.host, file }], now);
    }
    await expectRowsOfFreshPush(database, machines.slice(0, 1), now, server());
    closeHosts(machines);
  });
});
