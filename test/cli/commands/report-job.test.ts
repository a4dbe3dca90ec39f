import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SeriesIdentity } from '../../../src/domain/model.ts';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { fixturePath } from '../../support/cli/program-run.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { succeed } from '../../support/cli/succeed.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { sampleCases } from '../../support/thorough.ts';

const linux: SeriesIdentity = { host: 'linux', source: 'imds', apiVersion: '', role: '' };
const windows: SeriesIdentity = { ...linux, host: 'windows' };
const hms = (hours: number, minutes: number, seconds: number) => (hours * 60 + minutes) * 60 + seconds;

/** A run that started at this hour on the day of the logs. Without a duration, the run has not ended. */
type Recorded = [job: string, identity: SeriesIdentity, hour: number, duration?: number, exitCode?: number];

function record(store: SampleStore, [job, identity, hour, duration, exitCode = 0]: Recorded): void {
  const startedAt = Date.UTC(2015, 10, 18, hour);
  const remainingAtStart = hms(5, 30, 0);
  const id = store.startJobRun({ job, identity, startedAt, remainingAtStart, end: null });
  if (duration === undefined) return;
  store.endJobRun(id, { duration, exitCode, remainingAtEnd: remainingAtStart - duration });
}

/** Both logs of 2015, and runs of several jobs. The worst case of linux is 4h 59m 36s. */
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
    ['failing', linux, 1, hms(5, 0, 0), 1],
    ['failing', linux, 2],
    ['a "b"\n\u001b[31m', linux, 1, 60],
    ['turned\u202e', { ...linux, host: 'red\u001b[31m' }, 1, 60],
  ];
  for (const each of runs) record(store, each);
  store.close();
});

const report = (...args: string[]) => runCommand(['report', '--db', db, ...args]);

async function json(...args: string[]) {
  const { code, stdout, stderr } = await report('-f', 'json', ...args);
  return { code, stderr, ...JSON.parse(stdout) };
}

/** The text without line breaks. */
const unwrapped = (text: string) => text.replace(/\s+/g, ' ');

/** The hint lists every job with runs. */
const NAMES = 'a "b"\\u{a}\\u{1b}[31m, bold, failing, nightly, running, turned\\u{202e}';

const getHour = (jobRuns: { longest_run: { started_at: string } }) =>
  new Date(jobRuns.longest_run.started_at).getUTCHours();

describe('a job with recorded runs', () => {
  test('a job with recorded runs is judged by the longest run, and JSON has all runs', async () => {
    const { code, stderr, verdict, job, job_runs } = await json(
      ...'--job nightly --host linux --margin 0'.split(' '),
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
      job_name: 'nightly',
      run_count: 4,
      unfinished_count: 1,
      failed_count: 1,
      duration: { min_seconds: 900, median_seconds: hms(3, 0, 0), max_seconds: hms(4, 2, 11) },
      longest_run: longest,
      least_remaining_run: longest,
      running_seconds: null,
    });
  });

  test('a job with recorded runs is described under the verdict in the table', async () => {
    const { code, stdout, stderr } = await report('--job', 'nightly', '--host', 'linux', '--margin', '0');
    expect([code, stderr]).toEqual([0, '']);
    expect(unwrapped(stdout)).toMatch(
      new RegExp(
        '^linux · imds verdict safe so far: a 4h 02m 11s job with a margin of 0s at any measured start, 57m 25s to spare what to do .* is unknown ' +
          'job 4 runs of nightly, 1 failed, 1 without a recorded end ' +
          'duration 3h median · 15m min · 4h 02m 11s max ' +
          'longest run run of 2015-11-18 02:00:00Z on linux, 4h 02m 11s long, exit code 0; ' +
          'the verdict uses this length ' +
          'least time left 1h 27m 49s left at the end of the run of 2015-11-18 02:00:00Z on linux, 4h 02m 11s long ' +
          'samples 13 samples ',
      ),
    );
  });

  test('failed runs of a job are reported, because they may have outlived their credentials', async () => {
    const { code, verdict, job, job_runs } = await json('--job', 'bold', '--host', 'linux');
    expect([code, verdict]).toEqual([1, 'start-after-rotation']);
    expect(job.duration_seconds).toBe(hms(5, 33, 0));
    expect(job_runs.least_remaining_run).toMatchObject({ exit_code: 255, remaining_at_end_seconds: -180 });
    expect(unwrapped((await report('--job', 'bold', '--host', 'linux')).stdout)).toContain(
      ' least time left outlived its credentials by 3m: run of 2015-11-18 02:00:00Z on linux, ' +
        '5h 33m long, exit code 255 ',
    );
  });

  test('a job with recorded runs is judged by the given duration, and its runs are listed', async () => {
    const { code, verdict, job, job_runs } = await json('--job', 'bold', '--host', 'linux', '-j', '1h');
    expect([code, verdict, job.duration_seconds]).toEqual([0, 'safe', 3600]);
    expect(job_runs).toMatchObject({ run_count: 2, longest_run: { duration_seconds: hms(5, 33, 0) } });
    const { stdout } = await report('--job', 'bold', '--host', 'linux', '-j', '1h');
    expect(unwrapped(stdout)).toContain(' longest run run of 2015-11-18 02:00:00Z on linux, ');
    expect(stdout).not.toContain('the verdict uses');
  });

  test('a job with recorded runs on several hosts is described once', async () => {
    const { stdout } = await report('--job', 'nightly', '--margin', '0');
    expect(unwrapped(stdout)).toMatch(
      /^safe so far \(2 of 2 series: linux · imds; windows · imds\) job 5 runs of nightly, .* on windows, 4h 59m long/,
    );
    expect(stdout.match(/runs of nightly/g)).toHaveLength(1);
  });

  test('a job with recorded runs can have a name with control characters', async () => {
    const name = 'a "b"\n\u001b[31m';
    const own = join(temporaryFolder(), 'samples.db');
    // --job rejects such a name, but an imported export can contain it.
    await succeed(['import', '-', '--db', own], { stdin: await succeed(['export', '--db', db]) });
    const { code, stdout, stderr } = await runCommand(['report', '--db', own, '--job', 'x']);
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toContain(`jobs with runs: ${NAMES}\n`);
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
  test.for(sampleCases(NARROWED, 3))(
    'a job with recorded runs has the runs that %j selects',
    async ([args, count, hour]) => {
      const { job_runs } = await json('--job', 'nightly', ...args);
      expect([job_runs.run_count, getHour(job_runs)]).toEqual([count, hour]);
    },
  );
});

describe('a job that cannot be judged', () => {
  const EMPTY = { duration: null, longest_run: null, least_remaining_run: null, failed_count: 0 };
  const ERRORS: { args: string[]; error: string; hint: string; runs: object }[] = [
    {
      args: ['--job', 'nighly'],
      error: `no runs of job nighly in ${db}`,
      hint: `jobs with runs: ${NAMES}`,
      runs: { ...EMPTY, job_name: 'nighly', run_count: 0, unfinished_count: 0 },
    },
    {
      args: ['--job', 'running'],
      error: `no run of job running in ${db} has ended yet`,
      hint: 'give the job duration with -j',
      runs: { ...EMPTY, job_name: 'running', run_count: 1, unfinished_count: 1 },
    },
    {
      args: ['--job', 'failing'],
      error: `no run of job failing in ${db} has ended with exit code 0`,
      hint: 'give the job duration with -j',
      runs: {
        job_name: 'failing',
        run_count: 2,
        failed_count: 1,
        longest_run: { duration_seconds: hms(5, 0, 0) },
      },
    },
    {
      args: ['--job', 'bold', '--host', 'windows'],
      error: `no runs of job bold in ${db} match the filters`,
      hint: 'remove --host',
      runs: { ...EMPTY, job_name: 'bold', run_count: 0, unfinished_count: 0 },
    },
  ];
  test.for(sampleCases(ERRORS, 4))(
    'a report on a job that cannot be judged is an error with a hint: $args',
    async ({ args, error, hint, runs }) => {
      const stderr = `error: ${error}\nhint: ${hint}\n`;
      expect(await report(...args)).toEqual({ code: 3, signal: null, stdout: '', stderr });
      const result = await json(...args);
      expect(result).toMatchObject({ code: 3, stderr, verdict: 'unknown', job: null, job_runs: runs });
      expect(result.series[0]).toMatchObject({ judgement: null });
    },
  );

  test('the hint for a job without recorded runs or without a database says how to record runs', async () => {
    const folder = temporaryFolder();
    const own = join(folder, 'samples.db');
    await succeed(['import', fixturePath('curl.log'), '--host', 'linux', '--db', own]);
    const hint = 'hint: record runs: `cred-watch exec -j 4h --job NAME -- command`\n';
    expect(await runCommand(['report', '--db', own, '--job', 'x'])).toMatchObject({
      code: 3,
      stdout: '',
      stderr: `error: no runs of job x in ${own}\n${hint}`,
    });
    const env = { CRED_WATCH_DB: undefined, XDG_STATE_HOME: folder };
    const { stderr } = await runCommand(['report', '--job', 'x'], { env });
    expect(stderr).toMatch(/^error: no runs of job x: .*samples\.db does not exist\nhint: .+\n$/);
  });

  test('a job with a given duration and without runs is judged with a note', async () => {
    const stderr = `note: no runs of job nighly in ${db}\nhint: jobs with runs: ${NAMES}\n`;
    const result = await json('--job', 'nighly', '-j', '7h', '--host', 'linux');
    expect(result).toMatchObject({ code: 1, stderr, verdict: 'never', job_runs: { run_count: 0 } });
    const { code, stdout } = await report('--job', 'nighly', '-j', '7h', '--host', 'linux');
    expect([code, stdout.includes('nighly')]).toEqual([1, false]);
  });

  test('a job without samples is unknown, and JSON has its runs', async () => {
    const own = join(temporaryFolder(), 'samples.db');
    const store = SampleStore.open(own);
    record(store, ['nightly', linux, 1, 3600]);
    store.close();
    const run = await runCommand(['report', '--db', own, '--job', 'nightly', '-f', 'json']);
    expect(run).toMatchObject({ code: 3, stderr: expect.stringMatching(/^error: no samples in /) });
    expect(JSON.parse(run.stdout)).toMatchObject({
      verdict: 'unknown',
      job_runs: { run_count: 1 },
      series: [],
    });
  });

  test('a job without a name is wrong usage', async () => {
    for (const name of ['', ' ', 'a'.repeat(257)]) {
      const { code, stderr } = await report('--job', name);
      expect([code, stderr]).toEqual([2, expect.stringContaining('is not a valid name')]);
    }
  });
});

describe('a job whose newest run has not ended', () => {
  /** The logs of linux, a short run, and a run that started this long ago. */
  async function running(...ago: [host: string, seconds: number][]): Promise<string[]> {
    const own = join(temporaryFolder(), 'samples.db');
    await succeed(['import', fixturePath('curl.log'), '--host', 'linux', '--db', own]);
    const store = SampleStore.open(own);
    record(store, ['nightly', linux, 1, hms(1, 0, 0)]);
    for (const [host, seconds] of ago) {
      const startedAt = Date.now() - seconds * 1000;
      const identity = { ...linux, host };
      store.startJobRun({ job: 'nightly', identity, startedAt, remainingAtStart: 0, end: null });
    }
    store.close();
    return ['report', '--db', own, '--job', 'nightly', '--margin', '0'];
  }

  test('a job whose newest run has not ended is judged by the time since that start if no run took longer', async () => {
    const args = await running(['linux', hms(5, 10, 0)], ['red\u001b[31m', hms(2, 0, 0)]);
    const { code, stdout, stderr } = await runCommand([...args, '-f', 'json']);
    expect([code, stderr]).toEqual([1, '']);
    const { verdict, job, job_runs } = JSON.parse(stdout);
    expect(verdict).toBe('start-after-rotation');
    expect(job_runs.running_seconds).toBeGreaterThanOrEqual(hms(5, 10, 0));
    expect(job.duration_seconds).toBe(job_runs.running_seconds);
    expect(job_runs).toMatchObject({ unfinished_count: 2, duration: { max_seconds: hms(1, 0, 0) } });
    const result = await runCommand(args);
    expect(unwrapped(result.stdout)).toMatch(
      / newest run started at \S+ \S+ on linux, not ended after 5h 1\dm(?: \d\ds)?; longer than all finished runs, so the verdict uses this time duration /,
    );
    expect(unwrapped(result.stdout)).toContain(' 1h long, exit code 0 least time left ');
  });

  test('a job whose newest run has not ended is judged by the longest run or the given duration otherwise', async () => {
    const args = await running(['red\u001b[31m', hms(0, 30, 0)]);
    const { code, stdout } = await runCommand(args);
    expect(code).toBe(0);
    expect(unwrapped(stdout)).toMatch(
      / newest run started at \S+ \S+ on red\\u\{1b\}\[31m, not ended after 3\dm(?: \d\ds)? duration /,
    );
    expect(unwrapped(stdout)).toContain(' exit code 0; the verdict uses this length ');
    const longer = await running(['linux', hms(20, 0, 0)]);
    const given = await runCommand([...longer, '-j', '1h']);
    expect([given.code, given.stdout.includes('the verdict uses')]).toEqual([0, false]);
    expect(unwrapped(given.stdout)).toMatch(/ newest run started at \S+ \S+ on \S+, not ended after 20h /);
  });

  test('a job whose newest run has not ended ignores a run that must have lost its credentials', async () => {
    const { code, stdout } = await runCommand([...(await running(['linux', hms(37, 0, 0)])), '-f', 'json']);
    expect([code, JSON.parse(stdout).job_runs.running_seconds]).toEqual([0, null]);
  });
});

test('a job is judged by the series of its runs, or by all series if those have no samples', async () => {
  // The job is safe by the logs of windows, and not safe by those of linux.
  const own = join(temporaryFolder(), 'samples.db');
  await succeed(['import', '-', '--db', own], { stdin: await succeed(['export', '--db', db]) });
  const store = SampleStore.open(own);
  record(store, ['load', windows, 1, hms(5, 0, 0)]);
  record(store, ['lost', { ...windows, role: 'swapped' }, 1, hms(5, 0, 0)]);
  store.close();
  const judge = async (job: string) => {
    const args = ['report', '--db', own, '--job', job, '--margin', '0', '-f', 'json'];
    const { code, stdout } = await runCommand(args);
    const { verdict, series } = JSON.parse(stdout);
    return [
      code,
      verdict,
      ...series.map((each: { judgement: { verdict: string } }) => each.judgement?.verdict),
    ];
  };
  expect(await judge('load')).toEqual([0, 'safe', undefined, 'safe']);
  expect(await judge('lost')).toEqual([1, 'start-after-rotation', 'start-after-rotation', 'safe']);
});

test('a report without a job does not mention runs', async () => {
  const { job_runs, verdict } = await json('--host', 'linux');
  expect([job_runs, verdict]).toEqual([null, null]);
  expect((await report('--host', 'linux')).stdout).not.toMatch(
    /^ {2}(job|duration|longest run|least time left) /m,
  );
});

test('export and import copy runs to another database', async () => {
  for (const format of ['ndjson', 'csv']) {
    const own = join(temporaryFolder(), 'samples.db');
    const archive = await succeed(['export', '--db', db, '-f', format]);
    await succeed(['import', '-', '--db', own], { stdin: archive });
    const again = await succeed(['import', '-', '--db', own], { stdin: archive });
    expect(again).toMatch(/^38 records in 1 file: 0 added, 38 already stored$/m);
    expect(again).toContain(' 26 samples, 24 generations, 12 job runs\n');
    expect(await succeed(['export', '--db', own, '-f', format])).toBe(archive);
  }
});

test('several jobs are each judged, and the fields of one job show the first of the worst', async () => {
  const result = await json('--job', 'nightly', '--job', 'bold', '--job', 'unrecorded', '--margin', '0');
  expect([result.code, result.verdict]).toEqual([1, 'start-after-rotation']);
  expect(result.stderr).toBe(`error: no runs of job unrecorded in ${db}\nhint: jobs with runs: ${NAMES}\n`);
  expect(result.job_runs.job_name).toBe('bold');
  expect(
    result.jobs.map((job: Record<string, unknown>) => [job.name, job.verdict, job.duration_seconds]),
  ).toEqual([
    ['nightly', 'safe', hms(4, 59, 0)],
    ['bold', 'start-after-rotation', hms(5, 33, 0)],
    ['unrecorded', 'unknown', null],
  ]);
  // The runs of bold were recorded only on linux.
  expect(result.series.map((each: { judgements: unknown[] }) => each.judgements)).toMatchObject([
    [
      { job_name: 'nightly', verdict: 'safe' },
      { job_name: 'bold', verdict: 'start-after-rotation' },
    ],
    [{ job_name: 'nightly', verdict: 'safe' }],
  ]);
  expect(result.series[1].judgement).toBeNull();
});

test('several jobs are described in the table under the series of each', async () => {
  const { code, stdout, stderr } = await report(...'-j 5h -j 90m --host linux --margin 0'.split(' '));
  expect([code, stderr]).toEqual([1, '']);
  expect(unwrapped(stdout)).toMatch(
    /^linux · imds verdict not safe: a 5h job .* verdict safe so far: a 1h 30m job with a margin of 0s .* samples /,
  );
  const both = await report('-j', '5h', '-j', '90m', '--margin', '0');
  expect(unwrapped(both.stdout)).toMatch(
    /^5h: not safe: safe only after rotations \(1 of 2 series: linux · imds\) series verdict .* 1h 30m: safe so far \(2 of 2 series: /,
  );
});

test('several jobs cannot mix durations and names', async () => {
  for (const flags of [
    ['-j', '5h', '-j', '6h', '--job', 'nightly'],
    ['-j', '5h', '--job', 'bold', '--job', 'nightly'],
  ]) {
    const { code, stderr, stdout } = await report(...flags);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(
      /^error: the flags do not say which --job-duration belongs to which --job\nhint: .*\n$/,
    );
  }
});
