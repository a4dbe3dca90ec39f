import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readReport } from '../../../src/library/index.ts';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { toMachineColumn } from '../../../src/store/series-rows.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { describePostgresInCi } from '../../support/postgres/describe-postgres.ts';
import { runAt } from '../../support/postgres/run-at.ts';
import { IMDS, recordSamples, START } from '../../support/report/rich-store.ts';
import { createMigrated, pushTo } from '../../support/watch/push-history.ts';

const HOUR = 3_600_000;
const HOURS = 24;
const AHEAD = 3 * 3600;
/** By AWS's clock, three and a half hours after the newest sample. */
const NOW = START + (HOURS + 3.5) * HOUR;

/** A host whose clock is three hours ahead. */
function createDatabase(machine: string): string {
  const file = join(temporaryFolder(), 'samples.db');
  using store = SampleStore.open(file);
  recordSamples(store, IMDS, { from: START, hours: HOURS, lifetime: 12, offset: AHEAD, machine });
  return file;
}

const JUDGING: readonly (readonly string[])[] = [
  ['report', '-j', '1h', '--margin', '0'],
  ['report', '-j', '1h', '--margin', '0', '--fleet'],
  ['status', '-j', '1h', '--margin', '0'],
  ['check', '-j', '1h', '--margin', '0', '--offline', '--source', 'imds', '--host', IMDS.host],
];

const runAll = (file: string, now: number, maxAge: string) =>
  Promise.all(JUDGING.map((args) => runAt(now, [...args, '--db', file, '--max-age', maxAge])));

describe('the newest sample of a host whose clock is three hours ahead', () => {
  test.for([
    ['another machine with the right time', 'web-1', NOW],
    ['the host itself', hostname(), NOW + 3 * HOUR],
    ['the host itself, under a chosen host name', toMachineColumn(hostname(), true), NOW + 3 * HOUR],
  ] as const)('%s judges by the real age', async ([, machine, now]) => {
    const file = createDatabase(machine);
    const [old, recent] = [await runAll(file, now, '3h'), await runAll(file, now, '4h')];
    expect(old.map(({ code }) => code)).toEqual([3, 3, 3, 3]);
    expect(recent.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
  });

  test('the age in JSON is the time from the newest sample to the report', async () => {
    const args = ['report', '--db', createDatabase('web-1'), '-f', 'json'];
    const [series] = JSON.parse((await runAt(NOW, args)).stdout).series;
    const lastSample = Date.parse(series.last_sample_at);
    expect(series.newest_sample_age_seconds).toBe(Math.floor((NOW - lastSample) / 1000));
  });
});

test('check --offline does not call a rotation overdue that no sample could show', async () => {
  const file = join(temporaryFolder(), 'samples.db');
  using store = SampleStore.open(file);
  recordSamples(store, IMDS, { from: START, hours: HOURS });
  const args = [
    'check',
    '--offline',
    '--source',
    'imds',
    '--host',
    IMDS.host,
    '--db',
    file,
    '--max-age',
    '3h',
  ];
  const { stdout } = await runAt(START + (HOURS + 2.5) * HOUR, [...args, '-j', '5h']);
  expect(stdout).toMatch(/was expected by .*, and no sample since then shows whether it happened/);
  expect(stdout).not.toContain('overdue');
});

test.each(['report', 'status'])('%s says that CRED_WATCH_HOST selects no host', async (command) => {
  const file = join(temporaryFolder(), 'samples.db');
  using store = SampleStore.open(file);
  for (const host of ['web-1', 'web-2']) recordSamples(store, { ...IMDS, host }, { from: START, hours: 4 });
  const env = { CRED_WATCH_HOST: 'web-1' };
  const run = (...more: string[]) => runAt(START + 4 * HOUR, [command, '--db', file, ...more], env);
  expect((await run()).stderr).toBe(
    `note: ${command} reads all 2 hosts, because CRED_WATCH_HOST selects none\nhint: to read one host, give --host web-1\n`,
  );
  expect((await run('--host', 'web-2')).stderr).toBe('');
});

test('the library judges by the real age, too', () => {
  const options = { db: createDatabase('web-1'), now: new Date(NOW) };
  expect(readReport({ ...options, maxAge: '3h' }).judge('1h').verdict).toBe('unknown');
  expect(readReport({ ...options, maxAge: '4h' }).judge('1h').verdict).toBe('safe');
});

describePostgresInCi('PostgreSQL', (server) => {
  test.each([
    ['ahead', AHEAD],
    // The clock of the reader may be wrong, too. In doubt, the larger age counts.
    ['behind', -AHEAD],
  ])('a host whose clock is three hours %s is silent by the larger age', async (_, offset) => {
    const file = join(temporaryFolder(), 'samples.db');
    using store = SampleStore.open(file);
    recordSamples(store, IMDS, { from: START, hours: HOURS, lifetime: 12, offset, machine: hostname() });
    const database = await createMigrated(server());
    await pushTo(database, store, { now: NOW });
    const judge = async (maxAge: string, ...more: string[]) => {
      const args = [
        'report',
        ...more,
        '-j',
        '1h',
        '--margin',
        '0',
        '--max-age',
        maxAge,
        '--db',
        database.url,
      ];
      return (await runAt(NOW, args, database.environment)).code;
    };
    const [tooShort, enough] = offset > 0 ? ['3h', '4h'] : ['6h', '7h'];
    for (const more of [[], ['--fleet']]) {
      expect(await judge(tooShort, ...more)).toBe(3);
      expect(await judge(enough, ...more)).toBe(0);
    }
  });
});
