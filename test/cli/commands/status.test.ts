import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fixturePath } from '../../support/cli/program-run.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { succeed } from '../../support/cli/succeed.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { HOUR, startPlace } from '../../support/recipes/endpoints.ts';
import { parseNagiosLine } from '../../support/report/nagios-line.ts';
import { sampleCases } from '../../support/thorough.ts';

const folder = temporaryFolder(afterAll);
/** Both logs of 2015 in one database. No test changes it. */
const db = join(folder, 'samples.db');
beforeAll(async () => {
  await succeed(['import', fixturePath('curl.log'), '--host', 'linux', '--db', db]);
  await succeed(['import', fixturePath('invoke.log'), '--host', 'windows', '--db', db]);
});

const run = (command: string, ...args: string[]) => runCommand([command, '--db', db, ...args]);

test('status shows the worst series in one line', async () => {
  const { code, stdout, stderr } = await run('status', '-j', '5h', '--margin', '0');
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  expect(stdout).toMatch(
    /^not safe.{1,3}5h job.{1,3}safe only within 1h 00m 32s after a rotation.*4h 59m 36s at 2015-11-18 08:03:35Z, 24s short.*the worst of 2 series: linux, imds\n$/,
  );
});

test('status without a job succeeds and shows the longest safe job', async () => {
  const { code, stdout } = await run('status', '--host', 'windows');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^longest safe job 4h 59m 44s so far with a margin of 5m[^\n]*\n$/);
});

describe('exit codes', () => {
  const CASES = [
    [],
    ['-j', '4h'],
    ['-j', '5h'],
    ['-j', '9h', '-j', '1h'],
    ['-j', '4h', '--max-age', '1h'],
    ['-j', '4h', '--confidence', '95%'],
    ['-j', '5h', '--margin', '0', '--host', 'windows'],
    ['--job', 'nightly'],
    ['--host', 'nobody'],
    ['--host', 'nobody', '-j', '4h'],
    ['--confidence', '95%'],
    ['-j', 'soon'],
    ['--since', '2015-11-19', '-j', '1h'],
    ['-j', '1h', '--job', 'a', '--job', 'b'],
  ];

  test.each(sampleCases(CASES, 8))(
    'status %j has the exit code and the messages of report',
    async (...args) => {
      const [status, report] = [await run('status', ...args), await run('report', ...args)];
      expect(status.code).toBe(report.code);
      expect(status.stderr.replaceAll('cred-watch status', 'cred-watch report')).toBe(report.stderr);
    },
  );

  test('all styles of exit codes are the same as in report', async () => {
    for (const style of ['systemd', 'airflow', 'nagios'])
      for (const job of ['4h', '9h', 'soon']) {
        const args = ['-j', job, '--exit-codes', style];
        expect((await run('status', ...args)).code).toBe((await run('report', ...args)).code);
      }
  });
});

test('status -f json names the job, the series and the reasons', async () => {
  const { code, stdout } = await run('status', '-f', 'json', '-j', '4h', '--max-age', '1h');
  expect(code).toBe(3);
  expect(JSON.parse(stdout)).toMatchObject({
    verdict: 'unknown',
    job: { name: null, duration_seconds: 14_400, margin_seconds: 300, required_seconds: 14_700 },
    series_count: 2,
    stale_series_count: 2,
    series: {
      host: 'linux',
      polled: false,
      unknown_reasons: ['STALE_SAMPLES'],
      measured: { worst_case: { remaining_seconds: 17_976 }, longest_safe_job_seconds: 17_676 },
      last_poll: null,
    },
    failing_sources: [],
  });
});

test('samples of check are not shown as polls', async () => {
  const { env } = await startPlace('imds', 6 * HOUR);
  const options = { env: { ...env, CRED_WATCH_DB: join(temporaryFolder(), 'samples.db') } };
  const readLastPoll = async () =>
    JSON.parse((await runCommand(['status', '-f', 'json'], options)).stdout).series.last_poll;
  await runCommand(['check', '-j', '1h'], options);
  expect((await runCommand(['status'], options)).stdout).toMatch(/ no poll recorded, last sample \ds ago · /);
  expect(await readLastPoll()).toBeNull();
  await runCommand(['poll'], options);
  expect((await runCommand(['status'], options)).stdout).toMatch(/ · last poll \ds ago · /);
  expect(await readLastPoll()).toMatchObject({ failure: null });
});

describe('without samples', () => {
  test('status says on stdout that there are no samples', async () => {
    const { code, stdout, stderr } = await run('status', '--host', 'nobody', '-j', '4h');
    expect(stdout).toMatch(/^unknown.{1,3}4h job.{1,3}no samples\n$/);
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: expect.stringContaining('hosts with samples: linux, windows'),
    });
  });

  test('status -f json has no series', async () => {
    const { code, stdout } = await run('status', '--host', 'nobody', '-f', 'json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ verdict: null, series: null, series_count: 0 });
  });

  test('status writes nothing to a folder without a database', async () => {
    const home = join(folder, 'home');
    mkdirSync(home);
    const { stdout, stderr } = await runCommand(['status'], { env: { HOME: home, XDG_STATE_HOME: home } });
    expect(stdout).toBe('no samples\n');
    expect(stderr).toMatch(/^note: no samples: .*samples\.db does not exist\nhint: record samples with/);
  });
});

describe('--exit-codes nagios prints one line and nothing on stderr', () => {
  const empty = join(folder, 'empty.db');
  const damaged = join(folder, 'damaged.db');
  beforeAll(() => {
    writeFileSync(empty, '');
    writeFileSync(damaged, 'no database at all, but long enough for a header of SQLite'.repeat(40));
  });

  const CASES: [command: string, args: string[], code: number][] = [
    ['status', [], 0],
    ['status', ['-j', '5h'], 2],
    ['status', ['-j', '4h', '--max-age', '1h'], 3],
    ['status', ['--host', 'nobody'], 3],
    ['status', ['-j', 'soon'], 3],
    ['status', ['--wrong'], 3],
    ['report', [], 0],
    ['report', ['-j', '4h'], 0],
    ['report', ['-j', '5h'], 2],
    ['report', ['-j', '4h', '-j', '9h'], 2],
    ['report', ['-j', '4h', '--max-age', '1h'], 3],
    ['report', ['--presign', '7d'], 2],
    ['report', ['-j', '4h', '--presign', '1h'], 0],
    ['report', ['--host', 'nobody'], 3],
    ['report', ['--job', 'nightly'], 3],
    ['report', ['-j', '4h', '-f', 'table'], 0],
    ['report', ['-j', '4h', '-o', join(folder, 'table.txt')], 0],
    ['report', ['-j', '4h', '-f', `html=${join(folder, 'report.html')}`], 0],
    ['report', ['-j', '4h', '-o', join(folder, 'missing', 'table.txt')], 3],
    ['report', ['--listen', '127.0.0.1:0'], 3],
    ['report', ['-f', 'jsn'], 3],
    ['report', ['--since', 'soon'], 3],
    ['report', ['--fleet'], 0],
    ['report', ['--fleet', '-j', '4h'], 0],
    ['report', ['--fleet', '-j', '5h'], 2],
    ['report', ['--fleet', '-j', '4h', '--max-age', '1h'], 3],
    ['report', ['--fleet', '--host', 'nobody'], 3],
    ['report', ['--group-by', 'role', '-j', '9h'], 2],
    ['report', ['--group-by', 'tag:team'], 3],
    ['report', ['--fleet', '--presign', '7d'], 3],
    ['report', ['--fleet', '-j', '4h', '-f', `csv=${join(folder, 'fleet.csv')}`], 0],
  ];

  test.each(sampleCases(CASES, 31))('%s %j has the exit code %i', async (command, args, code) => {
    const done = await run(command, ...args, '--exit-codes', 'nagios');
    expect({ code: done.code, stderr: done.stderr }).toEqual({ code, stderr: '' });
    const { state, data } = parseNagiosLine(done.stdout);
    expect(state).toBe(['OK', '', 'CRITICAL', 'UNKNOWN'][code]);
    if (code !== 3) expect(Object.keys(data)).not.toEqual([]);
  });

  test.each([
    ['status', empty],
    ['report', empty],
    ['status', damaged],
    ['report', damaged],
    ['report', join(folder, 'none.db')],
    ['status', join(folder, 'none.db')],
    ['status', 'postgres://user:hunter2@127.0.0.1:1/fleet'],
    ['report', 'postgres://user:hunter2@127.0.0.1:1/fleet'],
  ])('%s with the database %s is UNKNOWN', async (command, file) => {
    const { code, stdout, stderr } = await runCommand([command, '--db', file, '--exit-codes', 'nagios']);
    expect({ code, stderr }).toEqual({ code: 3, stderr: '' });
    expect(parseNagiosLine(stdout).state).toBe('UNKNOWN');
    expect(stdout).not.toContain('hunter2');
  });

  test('another format on stdout replaces the line', async () => {
    const { code, stdout } = await run('report', '-j', '5h', '-f', 'json', '--exit-codes', 'nagios');
    expect(code).toBe(2);
    expect(JSON.parse(stdout).verdict).toBe('start-after-rotation');
  });

  test('the line of a fleet counts hosts', async () => {
    const { stdout } = await run('report', '--fleet', '-j', '4h55m', '--exit-codes', 'nagios');
    const { text, data } = parseNagiosLine(stdout);
    expect(text).toMatch(
      /^not safe: .* safe on 1 of 2 hosts \(50%\); 1 not safe, 0 unknown; 1 safe so far, with a short history; worst host linux: /,
    );
    expect(data).toEqual({
      hosts: { value: 2, unit: '', min: 0 },
      safe: { value: 1, unit: '', min: 0, max: 2 },
      not_safe: { value: 1, unit: '', critical: '0', min: 0, max: 2 },
      unknown: { value: 0, unit: '', warning: '0', min: 0, max: 2 },
      silent: { value: 0, unit: '', min: 0 },
      failing: { value: 0, unit: '', min: 0 },
      worst_case: { value: 17_976, unit: 's', critical: '18000:' },
    });
  });
});

test('a plugin is UNKNOWN without a job if all polls have failed', async () => {
  const other = join(temporaryFolder(), 'failed.db');
  await succeed(['import', fixturePath('histories/only-failed-polls/observations.ndjson'), '--db', other]);
  for (const command of ['status', 'report']) {
    const { code, stdout } = await runCommand([command, '--exit-codes', 'nagios', '--db', other]);
    expect([code, parseNagiosLine(stdout).state]).toEqual([3, 'UNKNOWN']);
  }
});
