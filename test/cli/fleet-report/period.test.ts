import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { findViolations } from '../../support/docs/schemas.ts';
import { describePostgresInCi } from '../../support/postgres/describe-postgres.ts';
import { runAt } from '../../support/postgres/run-at.ts';
import { describeDuckDb } from '../../support/report/duckdb.ts';
import { IMDS, recordFailures, recordSamples, START } from '../../support/report/rich-store.ts';
import { createMigrated, pushTo } from '../../support/watch/push-history.ts';

const HOUR = 3_600_000;
const NOW = START + 48 * HOUR + 60_000;
const hoursAgo = (hours: number) => new Date(NOW - hours * HOUR).toISOString();

/**
 * A host that is polled, one that was polled until 36 hours ago, and one whose role has changed since then. Another host
 * is new.
 */
function createDatabase(): string {
  const file = join(temporaryFolder(), 'samples.db');
  using store = SampleStore.open(file);
  recordSamples(store, { ...IMDS, host: 'web-1' }, { from: START, hours: 48 });
  recordSamples(store, { ...IMDS, host: 'gone-1' }, { from: START, hours: 12 });
  recordSamples(store, { ...IMDS, host: 'role-1', role: 'old' }, { from: START, hours: 12 });
  recordSamples(store, { ...IMDS, host: 'role-1' }, { from: START + 13 * HOUR, hours: 35 });
  recordSamples(store, { ...IMDS, host: 'new-1' }, { from: START + 40 * HOUR, hours: 8 });
  return file;
}

const JOB = ['-j', '1h', '--margin', '0', '--max-age', '3d'];

async function judgeFleet(db: string, env = {}, ...args: string[]) {
  const run = await runAt(NOW, ['report', '--fleet', ...JOB, '--db', db, '-f', 'json', ...args], env);
  const json = JSON.parse(run.stdout);
  expect(findViolations('fleet', json)).toEqual([]);
  const hosts: [string, string, string[]][] = json.hosts.map(
    (each: { host: string; verdict: string; judgements: { unknown_reasons: string[] }[] }) => [
      each.host,
      each.verdict,
      each.judgements[0]?.unknown_reasons,
    ],
  );
  return { code: run.code, hosts: hosts.sort(([a], [b]) => (a < b ? -1 : 1)) };
}

const GONE = ['gone-1', 'unknown', ['NO_SAMPLES_IN_PERIOD']];
const SAFE = [
  ['new-1', 'safe', []],
  ['role-1', 'safe', []],
  ['web-1', 'safe', []],
];

describe('a fleet of a period that begins after the last sample of a host', () => {
  test('the verdict of this host is unknown, and the fleet is not safe', async () => {
    expect(await judgeFleet(createDatabase(), {}, '--since', hoursAgo(24))).toEqual({
      code: 3,
      hosts: [GONE, ...SAFE],
    });
  });

  test('a selected host is judged alone', async () => {
    const { code, hosts } = await judgeFleet(
      createDatabase(),
      {},
      '--since',
      hoursAgo(24),
      '--host',
      'web-1',
    );
    expect({ code, hosts }).toEqual({ code: 0, hosts: [['web-1', 'safe', []]] });
  });

  test('a host that began after the period is left out', async () => {
    const { hosts } = await judgeFleet(createDatabase(), {}, '--until', hoursAgo(24));
    expect(hosts.map(([host]) => host)).toEqual(['gone-1', 'role-1', 'web-1']);
  });

  test('a host whose polls fail in the period has both reasons', async () => {
    const file = createDatabase();
    using store = SampleStore.open(file);
    recordFailures(store, { host: 'gone-1', source: 'imds' }, NOW - HOUR, ['timeout']);
    const { code, hosts } = await judgeFleet(file, {}, '--since', hoursAgo(24));
    expect(code).toBe(3);
    expect(hosts[0]?.slice(0, 2)).toEqual(['gone-1', 'unknown']);
  });
});

describe('a report of a period that begins after the last sample of a series', () => {
  test.for([
    ['report', /gone-1, imds v2, loader +unknown/],
    ['status', /^unknown. .*, no samples in the selected period, .*gone-1/],
    [
      'junit',
      /<error type="Unknown"[^>]*>no samples in the selected period, the newest one is from 2026-01-01/,
    ],
    ['github', /::warning title=.*gone-1.*no samples in the selected period/],
    ['markdown', /`gone-1 · imds v2 · loader` \| ❔ unknown/],
    ['nagios', /^CREDWATCH UNKNOWN - unknown.*no samples in the selected period/],
    ['html', /no samples in the selected period/],
  ] as const)('%s shows the series and ends with 3', async ([format, expected]) => {
    const args =
      format === 'status'
        ? ['status']
        : [
            'report',
            ...(format === 'report' ? [] : format === 'nagios' ? ['--exit-codes', format] : ['-f', format]),
          ];
    const run = await runAt(NOW, [...args, ...JOB, '--db', createDatabase(), '--since', hoursAgo(24)]);
    expect(run.code).toBe(3);
    expect(run.stdout).toMatch(expected);
    expect(run.stdout).not.toContain('no samples, ');
  });
});

describePostgresInCi('PostgreSQL', (server) => {
  test('a host without samples in the period is unknown, as from a file', async () => {
    const file = createDatabase();
    using store = SampleStore.open(file);
    const database = await createMigrated(server());
    await pushTo(database, store, { now: NOW });
    const since = ['--since', hoursAgo(24)];
    expect(await judgeFleet(database.url, database.environment, ...since)).toEqual(
      await judgeFleet(file, {}, ...since),
    );
    const until = ['--until', hoursAgo(24)];
    expect(await judgeFleet(database.url, database.environment, ...until)).toEqual(
      await judgeFleet(file, {}, ...until),
    );
    const args = ['report', ...JOB, ...since, '-f', 'json'];
    const [ofPostgres, ofFile] = [
      await runAt(NOW, [...args, '--db', database.url], database.environment),
      await runAt(NOW, [...args, '--db', file]),
    ];
    expect(ofPostgres.code).toBe(3);
    expect(ofPostgres.stdout).toBe(ofFile.stdout);
  });
});

describeDuckDb('a folder of Parquet files', () => {
  test('a host without samples in the period is unknown, as from a file', async () => {
    const file = createDatabase();
    const folder = join(temporaryFolder(), 'history');
    expect((await runAt(NOW, ['export', '-f', 'parquet', '-o', folder, '--db', file])).code).toBe(0);
    const since = ['--since', hoursAgo(24)];
    expect(await judgeFleet(folder, {}, ...since)).toEqual(await judgeFleet(file, {}, ...since));
    const args = ['report', ...JOB, ...since, '-f', 'json'];
    const ofFolder = await runAt(NOW, [...args, '--db', folder]);
    expect(ofFolder).toMatchObject({ code: 3, stdout: (await runAt(NOW, [...args, '--db', file])).stdout });
  });
});
