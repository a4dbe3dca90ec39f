import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { collectFigures } from '../../../../src/domain/fleet/collect-figures.ts';
import type { SeriesFigures } from '../../../../src/domain/fleet/series-figures.ts';
import { getSeriesKey } from '../../../../src/domain/series-key.ts';
import { analyseColumns } from '../../../../src/domain/verdict/analyse.ts';
import { PostgresConnection } from '../../../../src/remote/postgres/connection/postgres-connection.ts';
import { readFleetFigures } from '../../../../src/remote/postgres/read/fleet/read-fleet.ts';
import { resolveSettings } from '../../../../src/remote/postgres/settings/settings.ts';
import { SampleStore } from '../../../../src/store/sample-store.ts';
import { KINDS } from '../../../support/accuracy/kinds.ts';
import { temporaryFolder } from '../../../support/cli/temporary-folder.ts';
import { findViolations } from '../../../support/docs/schemas.ts';
import { describePostgresInCi } from '../../../support/postgres/describe-postgres.ts';
import { runAt } from '../../../support/postgres/run-at.ts';
import { seedScenario } from '../../../support/postgres/seed-fixture.ts';
import type { TestDatabase } from '../../../support/postgres/server.ts';
import { seededRandom } from '../../../support/random.ts';
import { IMDS, recordFailures, recordSamples, START } from '../../../support/report/rich-store.ts';
import { isThorough, sampleCases } from '../../../support/thorough.ts';
import { createContext, createMigrated, pushTo } from '../../../support/watch/push-history.ts';

const HOUR = 3_600_000;
const HOURS = 12;
const NOW = START + HOURS * HOUR + 60_000;

/** Reads the figures, and returns them with the statements. */
async function readFigures(database: TestDatabase, selection = {}) {
  const context = createContext(database);
  const statements: string[] = [];
  const connection = new PostgresConnection(resolveSettings(database.url, context), context, {
    onStatement: (sql) => void statements.push(sql),
  });
  const { fleet } = await readFleetFigures(connection, { selection, jobs: [] });
  await connection.close();
  return { hosts: fleet.hosts, figures: [...fleet.series], statements };
}

const analyseStore = (store: SampleStore): SeriesFigures[] =>
  store
    .historyReaders({})
    .map((read) =>
      collectFigures(analyseColumns(read(), { now: NOW, maxAge: 'default', machine: 'reader' })),
    );

const byKey = (figures: readonly SeriesFigures[]) =>
  new Map(figures.map((each) => [getSeriesKey(each.identity), each]));

/** Three hosts with different worst cases, tags and jobs, pushed from two databases. */
async function pushFleet(database: TestDatabase): Promise<string> {
  const folder = temporaryFolder();
  const open = (name: string) => SampleStore.open(join(folder, name));
  using web = open('web.db');
  for (const host of ['web-1', 'web-2']) recordSamples(web, { ...IMDS, host }, { from: START, hours: HOURS });
  recordFailures(web, { host: 'new-1', source: 'imds' }, START, ['timeout']);
  // The newest poll of a host with samples, and one before its newest sample.
  recordFailures(web, { host: 'web-2', source: 'imds' }, NOW - 40_000, ['throttled']);
  recordFailures(web, { host: 'web-1', source: 'imds' }, START + HOUR / 2, ['timeout']);
  using batch = open('batch.db');
  const batchSeries = { ...IMDS, host: 'batch-1', role: 'batch' };
  recordSamples(batch, batchSeries, { from: START, hours: HOURS, lifetime: 3 });
  for (const [store, duration] of [
    [web, 3600],
    [batch, 4 * 3600],
  ] as const) {
    const identity = { ...batchSeries, host: store === web ? 'web-1' : 'batch-1' };
    const run = { job: 'nightly', identity, startedAt: START, remainingAtStart: 20_000, end: null };
    store.endJobRun(store.startJobRun(run), { duration, exitCode: 0, remainingAtEnd: 0 });
  }
  const now = NOW - HOUR;
  await pushTo(database, web, { now, tags: new Map([['env', 'prod']]) });
  await pushTo(database, batch, { now, tags: new Map([['env', 'test']]) });
  // The same history in one file.
  using all = open('all.db');
  for (const store of [web, batch]) all.writeRecords([...store.records()]);
  return join(folder, 'all.db');
}

/** Without values that only a database of pushes has. */
function withoutPushes(text: string) {
  const { silent_hosts: silent, hosts, ...report } = JSON.parse(text);
  const drop = ({ pushed_at: _, tags: __, code: ___, ...rest }: Record<string, unknown>) => rest;
  return { ...report, silent_hosts: silent.map(drop), hosts: hosts.map(drop) };
}

describePostgresInCi('a fleet in PostgreSQL', (server) => {
  test.each(sampleCases(readdirSync('fixtures/histories'), 16))(
    'the stored figures of %s are those of its analysis',
    async (name) => {
      using store = SampleStore.open(join(temporaryFolder(), 'samples.db'));
      const { now } = seedScenario(store, name);
      const database = await createMigrated(server());
      await pushTo(database, store, { now });
      const { figures } = await readFigures(database);
      expect(byKey(figures)).toEqual(byKey(analyseStore(store)));
    },
  );

  test('the stored figures of simulated histories are those of their analysis', async () => {
    using store = SampleStore.open(join(temporaryFolder(), 'samples.db'));
    for (const [index, kind] of sampleCases(KINDS, 16).entries()) {
      const identity = { ...IMDS, host: `host-${index}` };
      const { samples } = kind.draw(seededRandom(index), isThorough ? 4 : 2);
      store.writeTogether(() => {
        for (const sample of samples) store.recordSample(identity, sample, 'machine');
      });
    }
    const changed = { ...IMDS, host: 'changed' };
    recordSamples(store, changed, { from: START, hours: 9 * 24, every: 30 });
    recordSamples(store, changed, { from: START + 9 * 24 * HOUR, hours: 40, every: 30, lifetime: 3 });
    const database = await createMigrated(server());
    await pushTo(database, store);
    const { figures } = await readFigures(database);
    expect(figures.find(({ identity }) => identity.host === 'changed')?.measured?.changes).not.toEqual([]);
    expect(figures.length).toBeGreaterThan(3);
    expect(byKey(figures)).toEqual(byKey(analyseStore(store)));
  });

  test('a newer offset of the clock from another series of the host counts', async () => {
    using store = SampleStore.open(join(temporaryFolder(), 'samples.db'));
    recordSamples(store, IMDS, { from: START, hours: 4 });
    const database = await createMigrated(server());
    await pushTo(database, store);
    const task = { ...IMDS, source: 'container', apiVersion: '' } as const;
    recordSamples(store, task, { from: START + 4 * HOUR, hours: 4, offset: 90 });
    await pushTo(database, store);
    const { figures } = await readFigures(database);
    expect(figures.map(({ measured }) => measured?.clock.newestOffset)).toEqual([90, 90]);
    expect(byKey(figures)).toEqual(byKey(analyseStore(store)));
  });

  test('a fleet report reads no generations', async () => {
    const database = await createMigrated(server());
    await pushFleet(database);
    const { statements, hosts } = await readFigures(database);
    const tables = new Set(statements.flatMap((sql) => sql.match(/cred_watch\.\w+/g) ?? []));
    expect([...tables].sort()).toEqual([
      'cred_watch.failed_polls',
      'cred_watch.host_tags',
      'cred_watch.hosts',
      'cred_watch.retention',
      'cred_watch.series',
    ]);
    expect(hosts).toContainEqual({ host: 'web-1', tags: { env: 'prod' }, pushedAt: NOW - HOUR });
  });

  test.each([
    '-j 4h',
    '-j 1h --confidence 95%',
    '-j 1h --margin 0 --group-by role',
    '--job nightly --group-by source',
    '-j 4h --host web-1',
    '-j 4h --role batch --max-age 1m',
    '-j 4h --role unknown',
  ])('the report %s is the same as from a file', async (flags) => {
    const database = await createMigrated(server());
    const file = await pushFleet(database);
    const args = ['report', '--fleet', '-f', 'json', ...flags.split(' ')];
    const ofFile = await runAt(NOW, [...args, '--db', file]);
    const ofPostgres = await runAt(NOW, [...args, '--db', database.url], database.environment);
    expect(ofPostgres.code).toBe(ofFile.code);
    expect(findViolations('fleet', JSON.parse(ofPostgres.stdout))).toEqual([]);
    expect(withoutPushes(ofPostgres.stdout)).toEqual(withoutPushes(ofFile.stdout));
  });

  test('hosts are grouped by a tag', async () => {
    const database = await createMigrated(server());
    await pushFleet(database);
    const args = ['report', '--group-by', 'env', '-j', '4h', '--db', database.url];
    const { code, stdout, stderr } = await runAt(NOW, args, database.environment);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toMatch(/^ {2}env .*verdict .*hosts/m);
    expect(stdout).toMatch(/^ {2}test +not safe +1 +0% +2h/m);
    expect(stdout).toMatch(/^ {2}prod +unknown +3 +66\.66% +5h/m);
    const other = await runAt(
      NOW,
      ['report', '--group-by', 'team', '--db', database.url],
      database.environment,
    );
    expect([other.code, other.stdout]).toEqual([2, '']);
    expect(other.stderr).toContain('error: no host has the tag team\nhint: tags of these hosts: env');
  });

  test('a host that no longer pushes is silent', async () => {
    const database = await createMigrated(server());
    await pushFleet(database);
    const args = ['report', '--fleet', '--db', database.url];
    const { stdout } = await runAt(NOW + 30 * HOUR, args, database.environment);
    expect(stdout).toMatch(/web-1: no push since 2026-01-01 11:01:00Z; newest sample/);
  });

  test('a period has the worst case and the verdict of its generations', async () => {
    const database = await createMigrated(server());
    const file = await pushFleet(database);
    const since = ['--since', new Date(START + 6 * HOUR).toISOString(), '--host', 'batch-1', '-j', '4h'];
    const args = ['report', '--fleet', '-f', 'json', ...since];
    const ofFile = JSON.parse((await runAt(NOW, [...args, '--db', file])).stdout);
    const run = await runAt(NOW, [...args, '--db', database.url], database.environment);
    const ofPostgres = JSON.parse(run.stdout);
    expect(run.code).toBe(1);
    expect(findViolations('fleet', ofPostgres)).toEqual([]);
    expect(ofPostgres).toMatchObject({ from_stored_values_of_period: true, host_count: 1 });
    const { worst_case_seconds, newest_sample_at, judgements } = ofPostgres.hosts[0];
    const [expected] = ofFile.hosts;
    expect({ worst_case_seconds, newest_sample_at }).toEqual({
      worst_case_seconds: expected.worst_case_seconds,
      newest_sample_at: expected.newest_sample_at,
    });
    expect(judgements[0].spare_seconds).toBe(expected.judgements[0].spare_seconds);
    const table = await runAt(
      NOW,
      ['report', '--fleet', ...since, '--db', database.url],
      database.environment,
    );
    expect(table.stdout).toContain('trends are those of the whole history');
    const rejected = await runAt(
      NOW,
      [...args, '--min-watched', '90%', '--db', database.url],
      database.environment,
    );
    expect(rejected).toMatchObject({ code: 2, stdout: '' });
    expect(rejected.stderr).toContain('error: --min-watched needs the whole history');
  });

  test('a period without a rotation is unknown, as from a file', async () => {
    const database = await createMigrated(server());
    const file = await pushFleet(database);
    const until = new Date(START + 40 * 60_000).toISOString();
    const args = ['report', '--fleet', '--host', 'web-1', '-j', '1h', '--max-age', '30d', '--until', until];
    expect((await runAt(NOW, [...args, '--db', file])).code).toBe(3);
    const run = await runAt(NOW, [...args, '--db', database.url], database.environment);
    expect(run.code).toBe(3);
    expect(run.stdout).toContain('unknown');
  });

  test('a period that ends while a rotation is overdue is unknown, as from a file', async () => {
    const database = await createMigrated(server());
    const file = join(temporaryFolder(), 'samples.db');
    using store = SampleStore.open(file);
    recordSamples(store, IMDS, { from: START, hours: 5 });
    recordSamples(store, IMDS, { from: START + 6 * HOUR, hours: 3, rotateEvery: 200 });
    recordSamples(store, IMDS, { from: START + 9.5 * HOUR, hours: 2 });
    await pushTo(database, store, { now: NOW });
    const judge = async (db: string, ...args: string[]) =>
      (await runAt(NOW, ['report', '--fleet', '-j', '1h', '--db', db, ...args], database.environment)).code;
    const until = ['--max-age', '30d', '--until', new Date(START + 8 * HOUR).toISOString()];
    for (const db of [file, database.url]) {
      expect(await judge(db)).toBe(0);
      expect(await judge(db, ...until)).toBe(3);
    }
  });

  test('an invalid value in the database is reported', async () => {
    const database = await createMigrated(server());
    await pushFleet(database);
    const args = ['report', '--fleet', '-j', '4h', '--db', database.url];
    for (const [column, value] of [
      ['worst_case', 'NULL'],
      ['changes', `'[{"figure":"unknown"}]'`],
      ['changes', `'{'`],
      ['watched_share', '-1'],
    ] as const) {
      await database.query(`UPDATE cred_watch.series SET ${column} = ${value} WHERE host = 'web-2'`);
      const { code, stderr } = await runAt(NOW, args, database.environment);
      expect(code).toBe(2);
      expect(stderr).toContain(`invalid value in series.${column}`);
      await database.query(
        `UPDATE cred_watch.series SET worst_case = 18000, changes = '[]', watched_share = 1 WHERE host = 'web-2'`,
      );
    }
    expect((await runAt(NOW, args, database.environment)).code).toBe(1);
  });

  test('a fleet of many hosts is read in pages', async () => {
    const hostCount = isThorough ? 10_000 : 2500;
    const database = await createMigrated(server());
    await pushFleet(database);
    const columns = (
      await database.query<{ name: string }>(
        `SELECT column_name AS name FROM information_schema.columns
         WHERE table_schema = 'cred_watch' AND table_name = 'series' AND column_name <> 'host'`,
      )
    ).map(({ name }) => name);
    await database.query(
      `INSERT INTO cred_watch.series (host, ${columns.join(', ')})
       SELECT 'many-' || number, ${columns.join(', ')}
       FROM cred_watch.series, generate_series(1, ${hostCount}) AS number WHERE host = 'web-1'`,
    );
    const args = ['report', '--fleet', '-j', '4h', '-f', 'json', '--db', database.url];
    const { code, stdout } = await runAt(NOW, args, database.environment);
    expect(code).toBe(1);
    const report = JSON.parse(stdout);
    expect(report.jobs[0].hosts).toMatchObject({ safe_count: hostCount + 2, not_safe_count: 1 });
    expect(report.hosts[0].host).toBe('batch-1');
  });
});
