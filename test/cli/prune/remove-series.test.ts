import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { main } from '../../../src/cli/main.ts';
import type { FailedPoll, Sample, SeriesIdentity } from '../../../src/domain/model.ts';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { minimalEnvironment } from '../../support/cli/program-run.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { succeed } from '../../support/cli/succeed.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { createTestIo } from '../../support/cli/test-io.ts';
import { recorder } from '../../support/installation/recorder.ts';

const GOOD: SeriesIdentity = { host: 'web-1', source: 'imds', apiVersion: '2', role: 'loader' };
const HOUR = 3_600_000;
const now = Date.now();

const failedPoll = (minutes: number): FailedPoll => ({
  observedAt: now - minutes * 60_000,
  reason: 'invalid-configuration',
  detail: 'the profile foo does not exist',
  accessKeyId: null,
  expiration: null,
  clockOffset: null,
});

const createSample = (minutesAgo: number, accessKeyId: string): Sample => ({
  accessKeyId,
  lastUpdated: null,
  expiration: now + HOUR,
  zoneless: false,
  observedAt: now - minutesAgo * 60_000,
  clockOffset: 0,
});

/** A good series with failed polls, and a host on which a mistyped profile was polled. */
function createDatabase(): string {
  const file = join(temporaryFolder(), 'samples.db');
  using store = SampleStore.open(file);
  for (const minutes of [5, 10, 70, 130])
    store.recordSample(GOOD, createSample(minutes, `ASIA${Math.floor(minutes / 60)}`), 'vm');
  store.recordFailedPoll('web-1', 'imds', failedPoll(20));
  store.recordFailedPoll('vm', 'profile', failedPoll(2));
  store.recordFailedPoll('vm', 'profile', failedPoll(1));
  return file;
}

const prune = (db: string, ...args: string[]) =>
  runCommand(['prune', '--db', db, '--remove-series', ...args]);

const readHosts = async (db: string): Promise<string[]> => {
  const { stdout } = await runCommand(['report', '--db', db, '-f', 'json']);
  return JSON.parse(stdout).series.map(({ host }: { host: string }) => host);
};

test('--remove-series removes a series without samples from the reports, and keeps the others', async () => {
  const db = createDatabase();
  expect(await readHosts(db)).toEqual(['web-1', 'vm']);
  expect(await prune(db, '--host', 'vm', '--yes')).toMatchObject({
    code: 0,
    stdout: 'vm · profile: 0 samples, 2 failed polls\n1 series removed: 0 samples, 2 failed polls\n',
    stderr: '',
  });
  expect(await readHosts(db)).toEqual(['web-1']);
});

test('--remove-series removes samples, generations and failed polls of a series', async () => {
  const db = createDatabase();
  const { code, stdout } = await prune(db, '--role', 'loader', '--yes');
  expect([code, stdout]).toEqual([
    0,
    'web-1 · imds v2 · loader: 4 samples, 3 generations, 1 failed poll\n' +
      '1 series removed: 4 samples, 3 generations, 1 failed poll\n',
  ]);
  expect(await readHosts(db)).toEqual(['vm']);
});

test('--dry-run shows the series and changes nothing', async () => {
  const db = createDatabase();
  expect(await prune(db, '--source', 'profile', '--dry-run')).toMatchObject({
    code: 0,
    stdout: 'vm · profile: 0 samples, 2 failed polls\n1 series would be removed\n',
  });
  expect(await readHosts(db)).toEqual(['web-1', 'vm']);
});

test('without a terminal, --remove-series needs --yes and changes nothing', async () => {
  const db = createDatabase();
  const { code, stdout, stderr } = await prune(db, '--host', 'vm');
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toBe(
    'error: --remove-series asks first, and standard input is not a terminal\n' +
      'hint: add --yes to remove without a question, or --dry-run to only see the series\n',
  );
  expect(await readHosts(db)).toEqual(['web-1', 'vm']);
});

test.each([
  ['y\n', '1 series removed: 0 samples, 2 failed polls\n', ['web-1']],
  ['n\n', 'nothing changed\n', ['web-1', 'vm']],
  ['', 'nothing changed\n', ['web-1', 'vm']],
])('on a terminal, the answer %j decides', async (answer, lastLine, hosts) => {
  const db = createDatabase();
  const output = recorder();
  const io = createTestIo(minimalEnvironment({ LANG: 'C.UTF-8' }), answer, {
    ...output.outputs,
    canAsk: () => true,
  });
  expect(await main(['prune', '--db', db, '--remove-series', '--host', 'vm'], io)).toBe(0);
  expect(output.stderr()).toBe('Remove 1 series? This cannot be undone. [y/N] ');
  expect(output.stdout()).toBe(`vm · profile: 0 samples, 2 failed polls\n${lastLine}`);
  expect(await readHosts(db)).toEqual(hosts);
});

test('a selection without a match is refused, and the series of the database are listed', async () => {
  const db = createDatabase();
  const { code, stderr } = await prune(db, '--host', 'wm', '--source', 'profile', '--yes');
  expect(code).toBe(2);
  expect(stderr).toBe(
    `error: no series in ${db} has host wm and source profile\n` +
      'hint: the database has these series: web-1 · imds v2 · loader, vm · profile\n',
  );
});

test.each([
  [['--remove-series', '--yes'], '--remove-series needs --host, --source or --role'],
  [
    ['--remove-series', '--host', 'vm', '--older-than', '1d'],
    '--older-than and --remove-series cannot be combined',
  ],
  [['--older-than', '1d', '--host', 'vm'], '--host needs --remove-series'],
  [['--older-than', '1d', '--yes'], '--yes needs --remove-series'],
])('prune %j is wrong usage', async (args, message) => {
  const db = createDatabase();
  const { code, stderr } = await runCommand(['prune', '--db', db, ...args]);
  expect([code, stderr.split('\n')[0]]).toEqual([2, `error: ${message}`]);
  expect(await readHosts(db)).toEqual(['web-1', 'vm']);
});

test('variables of flags select no series for the removal', async () => {
  const db = createDatabase();
  const args = ['prune', '--db', db, '--remove-series', '--yes'];
  const { code } = await runCommand(args, {
    env: { CRED_WATCH_SOURCE: 'profile', CRED_WATCH_ROLE: 'loader' },
  });
  expect(code).toBe(2);
  expect(await readHosts(db)).toEqual(['web-1', 'vm']);
});

test('prune --older-than says which series without samples stay', async () => {
  const db = createDatabase();
  const { stdout, stderr } = await runCommand(['prune', '--db', db, '--older-than', '1s']);
  expect(stdout).toBe('1 sample deleted\n');
  expect(stderr).toBe(
    'note: reports still show 1 series without samples: vm · profile\n' +
      'hint: to remove a series, run `cred-watch prune --remove-series --host vm --source profile`\n',
  );
});

test('the advice about a series without samples names the command', async () => {
  const db = createDatabase();
  const text = await runCommand(['report', '--db', db, '--host', 'vm', '-j', '5h']);
  expect(text.stdout.replace(/\s+/g, ' ')).toContain('`cred-watch prune --remove-series`');
});

test('the database is consistent after the removal, and a poller that was open records again', async () => {
  const db = createDatabase();
  using store = SampleStore.open(db);
  const record = (minutes: number, role = 'loader') =>
    store.recordSample({ ...GOOD, role }, createSample(minutes, 'ASIA0'), 'vm');
  record(4);
  record(4, 'other');
  await succeed(['prune', '--db', db, '--remove-series', '--role', 'loader', '--yes']);
  record(3, 'other');
  record(2);
  const raw = new Database(db, { readonly: true });
  expect(raw.pragma('integrity_check', { simple: true })).toBe('ok');
  expect(raw.pragma('foreign_key_check')).toEqual([]);
  raw.close();
  const series = store.histories().map(({ identity, generations }) => [identity.role, generations.length]);
  expect(series).toEqual([
    ['loader', 1],
    ['other', 1],
    ['', 0],
  ]);
});

test('a damaged database is an error, and nothing is removed', async () => {
  const db = createDatabase();
  const raw = new Database(db);
  raw.pragma('foreign_keys = OFF');
  raw.exec('DELETE FROM sample_groups');
  raw.close();
  const { code, stdout, stderr } = await prune(db, '--host', 'web-1', '--yes');
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^error: .*damaged/);
  const after = new Database(db, { readonly: true });
  expect(after.prepare('SELECT count(*) FROM generations').pluck().get()).toBe(3);
  after.close();
});
