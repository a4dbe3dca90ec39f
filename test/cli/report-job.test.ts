import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SeriesIdentity } from '../../src/domain/model.ts';
import { SampleStore } from '../../src/store/sample-store.ts';
import { fixturePath, runProgram } from './run-program.ts';
import { succeed } from './succeed.ts';
import { temporaryFolder } from './temporary-folder.ts';

const linux: SeriesIdentity = { host: 'linux', source: 'imds', apiVersion: '', role: '' };
const windows: SeriesIdentity = { ...linux, host: 'windows' };
const hms = (hours: number, minutes: number, seconds: number) => (hours * 60 + minutes) * 60 + seconds;

/** A run that started at this hour of the day of the logs; without a duration it has not ended. */
type Recorded = [job: string, identity: SeriesIdentity, hour: number, duration?: number, exitCode?: number];

function record(store: SampleStore, [job, identity, hour, duration, exitCode = 0]: Recorded): void {
  const startedAt = Date.UTC(2015, 10, 18, hour);
  const remainingAtStart = hms(5, 30, 0);
  const id = store.startJobRun({ job, identity, startedAt, remainingAtStart, end: null });
  if (duration === undefined) return;
  store.endJobRun(id, { duration, exitCode, remainingAtEnd: remainingAtStart - duration });
}

/** Both logs of 2015 and runs of several jobs, which no test changes. The worst case of linux is 4h 59m 36s. */
const db = join(temporaryFolder(afterAll), 'samples.db');
beforeAll(async () => {
  await succeed(['import', fixturePath('curl.log'), '--host', 'linux', '--db', db]);
  await succeed(['import', fixturePath('invoke.log'), '--host', 'windows', '--db', db]);
  const store = SampleStore.open(db);
  const runs: Recorded[] = [
    ['nightly', linux, 1, hms(3, 0, 0)],
    ['nightly', linux, 2, hms(4, 2, 11)],
    ['nightly', linux, 3, hms(0, 15, 0), 1],
    ['nightly', linux, 4],
    ['nightly', windows, 5, hms(4, 59, 0)],
    ['bold', linux, 1, hms(1, 0, 0)],
    ['bold', linux, 2, hms(5, 33, 0), 255],
    ['running', linux, 1],
    ['a "b"\n\u001b[31m', linux, 1, 60],
    ['turned\u202e', { ...linux, host: 'red\u001b[31m' }, 1, 60],
  ];
  for (const each of runs) record(store, each);
  store.close();
});

const report = (...args: string[]) => runProgram(['report', '--db', db, ...args]);

async function json(...args: string[]) {
  const { code, stdout, stderr } = await report('-f', 'json', ...args);
  return { code, stderr, ...JSON.parse(stdout) };
}

/** The words, without the width of the terminal. */
const unwrapped = (text: string) => text.replace(/\s+/g, ' ');

const hoursOf = (jobRuns: { longest: { started_at: string } }) =>
  new Date(jobRuns.longest.started_at).getUTCHours();

describe('a job of which runs are recorded', () => {
  test('is judged by the longest of them, and a program is told of all', async () => {
    const { code, stderr, verdict, job, job_runs } = await json(
      '--job',
      'nightly',
      '--host',
      'linux',
      '--margin',
      '0',
    );
    expect([code, stderr, verdict]).toEqual([0, '', 'safe']);
    expect(job).toEqual({
      duration_seconds: hms(4, 2, 11),
      margin_seconds: 0,
      required_seconds: hms(4, 2, 11),
    });
    const longest = {
      host: 'linux',
      source: 'imds',
      api_version: '',
      role: '',
      started_at: '2015-11-18T02:00:00Z',
      remaining_at_start_seconds: hms(5, 30, 0),
      duration_seconds: hms(4, 2, 11),
      exit_code: 0,
      remaining_at_end_seconds: hms(1, 27, 49),
    };
    expect(job_runs).toEqual({
      job: 'nightly',
      run_count: 4,
      unfinished_count: 1,
      failed_count: 1,
      duration: { min_seconds: 900, median_seconds: hms(3, 0, 0), max_seconds: hms(4, 2, 11) },
      longest,
      closest: longest,
    });
  });

  test('is told to a person under the verdict', async () => {
    const { code, stdout, stderr } = await report('--job', 'nightly', '--host', 'linux', '--margin', '0');
    expect([code, stderr]).toEqual([0, '']);
    expect(unwrapped(stdout)).toMatch(
      new RegExp(
        '^linux · imds verdict safe: a 4h02m11s job with a margin of 0s at any measured start, 57m 25s to spare ' +
          'job 4 runs of nightly, 1 failed, 1 without a recorded end ' +
          'duration 15m 00s min · 3h 00m 00s median · 4h 02m 11s max ' +
          'longest run the run of 2015-11-18 02:00:00Z on linux, 4h 02m 11s long, exit code 0; ' +
          'its length is what was judged ' +
          'closest call 1h 27m 49s left at the end of the run of 2015-11-18 02:00:00Z on linux, 4h 02m 11s long ' +
          'samples 13 samples ',
      ),
    );
  });

  test('counts for its length where it failed, and may have outlived its credentials', async () => {
    const { code, verdict, job, job_runs } = await json('--job', 'bold', '--host', 'linux');
    expect([code, verdict]).toEqual([1, 'start-after-rotation']);
    expect(job.duration_seconds).toBe(hms(5, 33, 0));
    expect(job_runs.closest).toMatchObject({ exit_code: 255, remaining_at_end_seconds: -180 });
    expect(unwrapped((await report('--job', 'bold', '--host', 'linux')).stdout)).toContain(
      ' closest call outlived its credentials by 3m 00s: the run of 2015-11-18 02:00:00Z on linux, ' +
        '5h 33m 00s long, exit code 255 ',
    );
  });

  test('is judged by the length that is given, and its runs are only told', async () => {
    const { code, verdict, job, job_runs } = await json('--job', 'bold', '--host', 'linux', '-j', '1h');
    expect([code, verdict, job.duration_seconds]).toEqual([0, 'safe', 3600]);
    expect(job_runs).toMatchObject({ run_count: 2, longest: { duration_seconds: hms(5, 33, 0) } });
    const { stdout } = await report('--job', 'bold', '--host', 'linux', '-j', '1h');
    expect(unwrapped(stdout)).toContain(' longest run the run of 2015-11-18 02:00:00Z on linux, ');
    expect(stdout).not.toContain('what was judged');
  });

  test('on several hosts is told once, under the verdict on all', async () => {
    const { stdout } = await report('--job', 'nightly', '--margin', '0');
    expect(unwrapped(stdout)).toMatch(
      /^safe \(2 of 2 series: linux · imds; windows · imds\) job 5 runs of nightly, .* on windows, 4h 59m 00s long/,
    );
    expect(stdout.match(/runs of nightly/g)).toHaveLength(1);
  });

  test('may have a name that would draw on the terminal', async () => {
    const name = 'a "b"\n\u001b[31m';
    const own = join(temporaryFolder(), 'samples.db');
    // A name like this cannot be asked for; it comes in somebody's export.
    await succeed(['import', '-', '--db', own], { stdin: await succeed(['export', '--db', db]) });
    const { code, stdout, stderr } = await runProgram(['report', '--db', own, '--job', 'x']);
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toContain(
      'there are runs of a "b"\\u{a}\\u{1b}[31m, bold, nightly, running, turned\\u{202e}\n',
    );
    expect(await report('--job', name)).toMatchObject({ code: 2, stdout: '' });
    const shown = (await report('--job', 'turned\u202e')).stdout;
    expect(shown).toContain(' 1 run of turned\\u{202e}\n');
    expect(shown).toContain(' on red\\u{1b}[31m, ');
    expect(shown).not.toMatch(/[\u001b\u202e]/);
  });

  const NARROWED: [string[], number, number][] = [
    [['--host', 'linux'], 4, 2],
    [['--host', 'windows'], 1, 5],
    [['--source', 'imds'], 5, 5],
    [['--since', '2015-11-18T03:00:00Z'], 3, 5],
    [['--until', '2015-11-18T01:59:59Z'], 1, 1],
    [['--since', '2015-11-18T01:30:00Z', '--until', '2015-11-18T04:30:00Z'], 3, 2],
  ];
  test.for(NARROWED)('is known by the runs that %j selects', async ([args, count, hour]) => {
    const { job_runs } = await json('--job', 'nightly', ...args);
    expect([job_runs.run_count, hoursOf(job_runs)]).toEqual([count, hour]);
  });
});

describe('a job that cannot be judged', () => {
  const NAMES = 'a "b"\\u{a}\\u{1b}[31m, bold, nightly, running, turned\\u{202e}';
  const EMPTY = { duration: null, longest: null, closest: null, failed_count: 0 };
  const FAULTS: { args: string[]; error: string; hint: string; runs: object }[] = [
    {
      args: ['--job', 'nighly'],
      error: `no run of nighly in ${db}`,
      hint: `there are runs of ${NAMES}`,
      runs: { ...EMPTY, job: 'nighly', run_count: 0, unfinished_count: 0 },
    },
    {
      args: ['--job', 'running'],
      error: `no run of running has ended yet, as far as ${db} knows`,
      hint: 'give its length with -j',
      runs: { ...EMPTY, job: 'running', run_count: 1, unfinished_count: 1 },
    },
    {
      args: ['--job', 'bold', '--host', 'windows'],
      error: `no run of bold in ${db} matches`,
      hint: 'leave out --host, --source, --role, --since or --until',
      runs: { ...EMPTY, job: 'bold', run_count: 0, unfinished_count: 0 },
    },
  ];
  test.for(FAULTS)('by $args is an error that helps', async ({ args, error, hint, runs }) => {
    const stderr = `error: ${error}\nhint: ${hint}\n`;
    expect(await report(...args)).toEqual({ code: 3, signal: null, stdout: '', stderr });
    const told = await json(...args);
    expect(told).toMatchObject({ code: 3, stderr, verdict: 'unknown', job: null, job_runs: runs });
    expect(told.series[0]).toMatchObject({ verdict: null });
  });

  test('where no job was ever recorded, or there is no database, says how to record one', async () => {
    const folder = temporaryFolder();
    const own = join(folder, 'samples.db');
    await succeed(['import', fixturePath('curl.log'), '--host', 'linux', '--db', own]);
    const hint = 'hint: record runs: `cred-watch exec -j 4h --job NAME -- command`\n';
    expect(await runProgram(['report', '--db', own, '--job', 'x'])).toMatchObject({
      code: 3,
      stdout: '',
      stderr: `error: no run of x in ${own}\n${hint}`,
    });
    const none = join(folder, 'none.db');
    const { stderr } = await runProgram(['report', '--db', none, '--job', 'x'], { env: { HOME: folder } });
    expect(stderr).toMatch(/^error: no run of x is known: there is no .*none\.db\nhint: .+\n$/);
  });

  test('of which the length is given is judged all the same, with a note', async () => {
    const stderr = `note: no run of nighly in ${db}\nhint: there are runs of ${NAMES}\n`;
    const told = await json('--job', 'nighly', '-j', '7h', '--host', 'linux');
    expect(told).toMatchObject({ code: 1, stderr, verdict: 'never', job_runs: { run_count: 0 } });
    const { code, stdout } = await report('--job', 'nighly', '-j', '7h', '--host', 'linux');
    expect([code, stdout.includes('nighly')]).toEqual([1, false]);
  });

  test('for want of samples is unknown, and its runs are told to programs', async () => {
    const own = join(temporaryFolder(), 'samples.db');
    const store = SampleStore.open(own);
    record(store, ['nightly', linux, 1, 3600]);
    store.close();
    const run = await runProgram(['report', '--db', own, '--job', 'nightly', '-f', 'json']);
    expect(run).toMatchObject({ code: 3, stderr: expect.stringMatching(/^error: no samples in /) });
    expect(JSON.parse(run.stdout)).toMatchObject({
      verdict: 'unknown',
      job_runs: { run_count: 1 },
      series: [],
    });
  });

  test('because it has no name is wrong usage', async () => {
    for (const name of ['', ' ', 'a'.repeat(257)]) {
      const { code, stderr } = await report('--job', name);
      expect([code, stderr]).toEqual([2, expect.stringContaining('is not a name')]);
    }
  });
});

test('a report without a job says nothing of runs, and is as it was', async () => {
  const { job_runs, verdict } = await json('--host', 'linux');
  expect([job_runs, verdict]).toEqual([null, null]);
  expect((await report('--host', 'linux')).stdout).not.toMatch(
    /^ {2}(job|duration|longest run|closest call) /m,
  );
});

test('runs go from one database to another by export and import', async () => {
  for (const format of ['ndjson', 'csv']) {
    const own = join(temporaryFolder(), 'samples.db');
    const archive = await succeed(['export', '--db', db, '-f', format]);
    await succeed(['import', '-', '--db', own], { stdin: archive });
    const again = await succeed(['import', '-', '--db', own], { stdin: archive });
    expect(again).toBe('36 records in 1 file: 0 added, 36 there already\n');
    expect(await succeed(['export', '--db', own, '-f', format])).toBe(archive);
  }
});
