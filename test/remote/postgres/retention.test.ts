import { expect, test } from 'vitest';
import { describePostgresInCi } from '../../support/postgres/describe-postgres.ts';
import { runAt } from '../../support/postgres/run-at.ts';
import type { TestDatabase } from '../../support/postgres/server.ts';
import {
  createMigrated,
  IDENTITY,
  openTemporaryStore,
  pushTo,
  recordEvents,
  recordHours,
  START,
} from '../../support/watch/push-history.ts';

const HOUR = 3_600_000;

const migrateAt = (database: TestDatabase, now: number, ...args: string[]) =>
  runAt(now, ['push', '--to', database.url, '--migrate', ...args], database.environment);

async function reportFleet(database: TestDatabase, now: number) {
  const args = ['report', '--fleet', '-j', '4h', '--db', database.url, '-f', 'json', '--max-age', '30d'];
  return JSON.parse((await runAt(now, args, database.environment)).stdout);
}

const listHosts = (database: TestDatabase, table: string) =>
  database
    .query(`SELECT DISTINCT host FROM cred_watch.${table}`)
    .then((rows) => rows.map(({ host }) => host));

const TABLES = ['generations', 'failed_polls', 'job_runs', 'series', 'host_tags', 'hosts'];

describePostgresInCi('after --retain', (server) => {
  test('the next push corrects the figures, also if it has nothing new', async () => {
    const database = await createMigrated(server());
    using store = openTemporaryStore();
    recordHours(store, 0, 40);
    await pushTo(database, store);
    const { stdout } = await migrateAt(database, START + 40 * HOUR, '--retain', '10h');
    expect(stdout).toContain(
      'deleted what was last seen before 2026-11-02T06:00:00Z: 30 generations and 0 hosts\n',
    );
    const figures = () => database.query('SELECT generation_count, first_sample FROM cred_watch.series');
    expect(await figures()).toMatchObject([{ generation_count: '40' }]);
    expect((await pushTo(database, store)).sent).toBe(0);
    expect(await figures()).toEqual([
      { generation_count: '10', first_sample: String(START + 30 * HOUR + 300_000) },
    ]);
    const revision = () => database.query('SELECT revision FROM cred_watch.series');
    const before = await revision();
    await pushTo(database, store);
    expect(await revision()).toEqual(before);
  });

  test('two databases of one host correct the figures once', async () => {
    const database = await createMigrated(server());
    const [one, two] = [openTemporaryStore(), openTemporaryStore()];
    recordHours(one, 0, 20);
    recordHours(two, 18, 40);
    const pushBoth = async () => {
      for (const store of [one, two]) await pushTo(database, store);
    };
    await pushBoth();
    await pushBoth();
    await migrateAt(database, START + 40 * HOUR, '--retain', '30h');
    await pushBoth();
    const series = () => database.query('SELECT revision, generation_count FROM cred_watch.series');
    const corrected = await series();
    expect(corrected).toMatchObject([{ generation_count: '30' }]);
    await pushBoth();
    expect(await series()).toEqual(corrected);
    for (const store of [one, two]) store.close();
  });

  test('a host without rows is gone with its tags, and comes back with its next sample', async () => {
    const database = await createMigrated(server());
    const [old, alive] = [openTemporaryStore(), openTemporaryStore()];
    recordHours(old, 0, 3);
    recordEvents(old);
    recordHours(alive, 100, 110, { ...IDENTITY, host: 'alive' });
    const tags = new Map([['env', 'prod']]);
    for (const store of [old, alive]) await pushTo(database, store, { tags });
    await database.query(`UPDATE cred_watch.hosts SET pushed_at = ${START} WHERE host = '${IDENTITY.host}'`);
    const { stdout } = await migrateAt(database, START + 110 * HOUR, '--retain', '50h');
    expect(stdout).toContain(': 3 generations and 1 host\n');
    for (const table of ['generations', 'series', 'host_tags', 'hosts'])
      expect(await listHosts(database, table), table).toEqual(['alive']);
    recordHours(old, 109, 110);
    await pushTo(database, old, { tags });
    for (const table of ['generations', 'series', 'host_tags', 'hosts'])
      expect(await listHosts(database, table), table).toContain(IDENTITY.host);
    for (const store of [old, alive]) store.close();
  });

  test('a host that still pushes has a state of its own', async () => {
    const database = await createMigrated(server());
    using store = openTemporaryStore();
    recordHours(store, 0, 3);
    await pushTo(database, store);
    await database.query(`UPDATE cred_watch.hosts SET pushed_at = ${START + 110 * HOUR}`);
    await migrateAt(database, START + 110 * HOUR, '--retain', '50h');
    const { silent_hosts } = await reportFleet(database, START + 110 * HOUR);
    expect(silent_hosts).toMatchObject([
      { host: IDENTITY.host, code: 'SAMPLES_DELETED', samples_deleted_before: '2026-11-03T12:00:00Z' },
    ]);
    const args = ['report', '--fleet', '-j', '4h', '--db', database.url];
    const { stdout } = await runAt(START + 110 * HOUR, args, database.environment);
    expect(stdout).toContain('no sample since 2026-11-03, and older samples were deleted');
    expect(stdout).toContain('--forget-host NAME');
  });
});

describePostgresInCi('--forget-host', (server) => {
  test('deletes all rows of one host', async () => {
    const database = await createMigrated(server());
    const [gone, kept] = [openTemporaryStore(), openTemporaryStore()];
    const tags = new Map([['env', 'prod']]);
    for (const store of [gone, kept]) recordEvents(store);
    recordHours(gone, 0, 3);
    recordHours(kept, 0, 3, { ...IDENTITY, host: 'kept' });
    await pushTo(database, gone, { tags });
    await pushTo(database, kept, { tags });
    const hosts = await listHosts(database, 'hosts');
    expect(hosts).toContain(IDENTITY.host);
    const { code, stdout } = await migrateAt(database, START, '--forget-host', IDENTITY.host);
    expect([code, stdout]).toEqual([0, expect.stringContaining(`: deleted the host ${IDENTITY.host}\n`)]);
    for (const table of TABLES) expect(await listHosts(database, table), table).not.toContain(IDENTITY.host);
    expect(await listHosts(database, 'generations')).toEqual(['kept']);
    expect(await migrateAt(database, START, '--forget-host', 'nosuch')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/ has no host nosuch\nhint: /),
    });
    expect((await pushTo(database, gone, { tags })).sent).toBeGreaterThan(3);
    expect(await listHosts(database, 'host_tags')).toContain(IDENTITY.host);
    for (const store of [gone, kept]) store.close();
  });
});
