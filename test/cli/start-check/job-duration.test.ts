import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseJobDurationFlag, resolveJob } from '../../../src/cli/start-check/job-duration.ts';
import type { JobRun } from '../../../src/domain/model.ts';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { metadataService, ROLES, roleDocument } from '../../support/cli/metadata-script.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { startEndpoint } from '../../support/sources/scripted-endpoint.ts';

const NOW = Date.parse('2026-11-29T12:00:00Z');
const HOUR = 3_600_000;

const createRun = (startedAt: number, end: JobRun['end']): JobRun => ({
  job: 'nightly',
  identity: { host: 'i-0abc', source: 'imds', apiVersion: '2', role: 'loader' },
  startedAt,
  remainingAtStart: 20_000,
  end,
});
const ended = (duration: number, exitCode = 0) => ({ duration, exitCode, remainingAtEnd: 1000 });

const resolve = (runs: readonly JobRun[], jobDuration: number | 'auto' | undefined = 'auto') => {
  const flags = { job: 'nightly', margin: 300, ...(jobDuration === undefined ? {} : { jobDuration }) };
  return resolveJob(flags, { jobRuns: () => [...runs], jobNames: () => [] }, NOW);
};

test('a duration or auto is accepted', () => {
  expect(['90m', 'auto', ' AUTO '].map(parseJobDurationFlag)).toEqual([5400, 'auto', 'auto']);
});

describe('the duration of a job', () => {
  test('is the given one', async () => {
    expect(await resolve([], 3600)).toEqual({ duration: 3600, margin: 300 });
  });

  test('is 0 without margin for a job that refreshes its credentials', async () => {
    const flags = { margin: 300 };
    expect(await resolveJob(flags, null, NOW)).toEqual({ duration: 0, margin: 0 });
  });

  test('is that of the longest run with auto, also of a failed or running one', async () => {
    const short = createRun(NOW - 30 * HOUR, ended(600));
    expect(await resolve([short, createRun(NOW - 20 * HOUR, ended(900))])).toEqual({
      duration: 900,
      margin: 300,
    });
    expect((await resolve([short, createRun(NOW - 20 * HOUR, ended(700, 1))])).duration).toBe(700);
    expect((await resolve([short, createRun(NOW - 2 * HOUR, null)])).duration).toBe(7200);
  });

  test.each([
    ['no run', []],
    ['a failed run', [createRun(NOW - HOUR, ended(600, 1))]],
    ['a running run', [createRun(NOW - HOUR, null)]],
  ])('is an error after only %s', async (_, runs) => {
    await expect(resolve(runs)).rejects.toMatchObject({
      message: "no successful run of the job 'nightly' is recorded",
      hint: expect.stringContaining('exec -j 4h --job nightly'),
    });
  });

  test('shows a command that a shell can run', async () => {
    const flags = { jobDuration: 'auto', job: '$(id) x', margin: 0 } as const;
    await expect(resolveJob(flags, null, NOW)).rejects.toMatchObject({
      hint: expect.stringContaining("--job '$(id) x' -- …"),
    });
  });
});

describe('a command with -j auto', () => {
  const prepare = async () => {
    const endpoint = await startEndpoint(
      metadataService({ [`GET ${ROLES}loader`]: { body: roleDocument() } }),
    );
    const database = join(temporaryFolder(), 'samples.db');
    const run = (...args: string[]) =>
      runCommand(args, { env: { AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint.url } });
    return { endpoint, database, run };
  };

  test('judges by the longest run of the job', async () => {
    const { database, run } = await prepare();
    using store = SampleStore.open(database);
    const start = { ...createRun(Date.now() - 20 * HOUR, null), end: null };
    store.endJobRun(store.startJobRun(start), ended(7200));
    const check = ['check', '-j', 'auto', '--job', 'nightly', '-f', 'json', '--db', database];
    const { code, stdout } = await run(...check);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).job).toEqual({
      duration_seconds: 7200,
      margin_seconds: 300,
      required_seconds: 7500,
    });
    const text = await run('check', '-j', 'auto', '--job', 'nightly', '--db', database);
    expect(text.stderr).toBe('note: the longest run of job nightly took 2h\n');
    const misspelt = await run('check', '-j', 'auto', '--job', 'Nightly', '--db', database);
    expect(misspelt).toMatchObject({
      code: 2,
      stderr: "error: no run of the job 'Nightly' is recorded\nhint: jobs with runs: nightly\n",
    });
    const offline = await run(...check, '--offline');
    expect(JSON.parse(offline.stdout).job.duration_seconds).toBe(7200);
  });

  test('check rejects a job beside a duration, and suggests -j auto for a job alone', async () => {
    const { endpoint, run } = await prepare();
    expect(await run('check', '-j', '4h', '--job', 'nightly')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /^error: --job and -j with a duration cannot be combined\nhint: use -j auto /,
      ),
    });
    expect((await run('check', '--job', 'nightly')).stderr).toMatch(
      /`cred-watch check -j auto --job nightly`/,
    );
    expect((await run('env', '--job', 'x', '-f', 'fish')).stderr).toMatch(
      /`cred-watch env -j auto -f fish --job x`/,
    );
    expect((await run('env', '-j', '4h', '--job', 'x', '-f', 'process')).stderr).toMatch(
      /^error: --job needs -j auto or --judge once-per-job\n/,
    );
    expect((await run('check', '-j', 'x')).stderr).toMatch(
      /^hint: .*; or auto, for the longest run of --job$/m,
    );
    expect((await run('report', '-j', 'auto')).stderr).toMatch(/^hint: remove -j: --job NAME judges /m);
    expect(endpoint.requests).toEqual([]);
  });

  test.each([
    ['check', [], [], 2],
    ['env', ['-f', 'env'], [], 2],
    ['exec', [], ['--', 'true'], 125],
  ])(
    '%s fails without a request if the job is missing or has no run',
    async (command, flags, child, code) => {
      const { endpoint, database, run } = await prepare();
      const fail = (...more: string[]) =>
        run(command, '-j', 'auto', ...flags, ...more, '--db', database, ...child);
      expect(await fail()).toMatchObject({
        code,
        stdout: '',
        stderr: expect.stringMatching(/^error: -j auto needs a job/),
      });
      expect(await fail('--job', 'nightly')).toMatchObject({
        code,
        stdout: '',
        stderr: expect.stringMatching(/^error: no successful run of the job 'nightly' is recorded\nhint: /),
      });
      expect(endpoint.requests).toEqual([]);
    },
  );
});
