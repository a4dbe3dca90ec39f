import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { findViolations } from '../../support/docs/schemas.ts';
import { runAt } from '../../support/postgres/run-at.ts';
import { IMDS, recordFailures, recordSamples, START } from '../../support/report/rich-store.ts';
import { sampleCases } from '../../support/thorough.ts';

const HOUR = 3_600_000;
const HOURS = 12;
const NOW = START + HOURS * HOUR + 60_000;

/** Two hosts with a worst case of 5h and one of 2h, and one without samples. */
function createFleet(): string {
  const file = join(temporaryFolder(), 'samples.db');
  using store = SampleStore.open(file);
  for (const host of ['web-1', 'web-2'])
    recordSamples(store, { ...IMDS, host }, { from: START, hours: HOURS });
  recordSamples(
    store,
    { ...IMDS, host: 'batch-1', role: 'batch' },
    { from: START, hours: HOURS, lifetime: 3 },
  );
  recordFailures(store, { host: 'new-1', source: 'imds' }, START, ['timeout']);
  return file;
}

const report = (file: string, ...args: string[]) => runAt(NOW, ['report', '--db', file, ...args]);

async function reportJson(file: string, ...args: string[]) {
  const { code, stdout } = await report(file, '--fleet', '-f', 'json', ...args);
  const json = JSON.parse(stdout);
  expect(findViolations('fleet', json)).toEqual([]);
  return { code, json };
}

describe('report --fleet', () => {
  test('the exit code is that of the worst host', async () => {
    const file = createFleet();
    const runs = [['-j', '4h'], ['-j', '1h'], ['-j', '1h', '--role', 'batch'], []].map((flags) =>
      report(file, '--fleet', ...flags),
    );
    expect((await Promise.all(runs)).map(({ code }) => code)).toEqual([1, 3, 0, 0]);
  });

  test('hosts are judged as their own reports judge them', async () => {
    const file = createFleet();
    const { json } = await reportJson(file, '-j', '4h');
    expect(json.jobs[0].hosts).toEqual({
      safe_count: 2,
      not_safe_count: 1,
      unknown_count: 1,
      safe_share: 0.5,
    });
    expect(json.hosts.map(({ host }: { host: string }) => host)).toEqual([
      'batch-1',
      'new-1',
      'web-1',
      'web-2',
    ]);
    for (const { host, verdict, worst_case_seconds } of json.hosts) {
      const { stdout } = await report(file, '--host', host, '-j', '4h', '-f', 'json');
      const own = JSON.parse(stdout);
      expect(verdict).toBe(own.verdict);
      expect(worst_case_seconds).toBe(own.series[0].worst_case?.remaining_seconds ?? null);
    }
  });

  test('a host without a recent sample is silent', async () => {
    const file = createFleet();
    const { json } = await reportJson(file, '--max-age', '1m');
    expect(json.silent_hosts).toHaveLength(1);
    const later = await runAt(NOW + 25 * HOUR, ['report', '--fleet', '--db', file]);
    expect(later.stdout).toContain('web-1: newest sample 1d 01h old');
  });

  test('--group-by implies --fleet', async () => {
    const { code, stdout, stderr } = await report(createFleet(), '--group-by', 'role', '-j', '4h');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^ {2}role .*verdict .*hosts/m);
    expect(stdout).toMatch(/^ {2}batch +not safe +1 +0% +2h/m);
    expect(stdout).toMatch(/^ {2}loader +safe so far +2 +100% +5h/m);
    expect(stderr).toBe('');
  });

  test('a tag that no host has is an error', async () => {
    const { code, stdout, stderr } = await report(createFleet(), '--group-by', 'tag:role');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('error: no host has the tag role\nhint: only a PostgreSQL database has tags');
  });

  test('a group with a value is an error', async () => {
    const { code, stderr } = await report(createFleet(), '--group-by', 'env=prod');
    expect([code, stderr]).toEqual([
      2,
      "error: --group-by 'env=prod' has a value, and groups are all values of a tag\nhint: use --group-by env\n",
    ]);
  });

  test('a named job has the duration of the longest run of all hosts', async () => {
    const file = createFleet();
    {
      using store = SampleStore.open(file);
      for (const [host, duration] of [
        ['web-1', 3600],
        ['web-2', 4 * 3600],
      ] as const) {
        const run = store.startJobRun({
          ...{
            job: 'nightly',
            identity: { ...IMDS, host },
            startedAt: START,
            remainingAtStart: 20_000,
            end: null,
          },
        });
        store.endJobRun(run, { duration, exitCode: 0, remainingAtEnd: 20_000 - duration });
      }
    }
    const { code, json } = await reportJson(file, '--job', 'nightly');
    expect(code).toBe(1);
    expect(json.jobs).toMatchObject([{ name: 'nightly', duration_seconds: 4 * 3600 }]);
    const unknown = await report(file, '--fleet', '--job', 'other');
    expect(unknown).toMatchObject({ code: 3, stdout: '' });
    expect(unknown.stderr).toContain('error: no runs of job other');
  });

  test.each(
    sampleCases(
      [
        [['--retired'], '--retired shows series'],
        [['--presign', '7d'], '--presign cannot be judged for a fleet'],
        [['-f', 'junit'], '--format junit cannot show a fleet'],
        [['-f', 'github'], '--format github cannot show a fleet'],
        [['-f', 'table', '-f', 'openmetrics=x.txt'], '--format openmetrics cannot show a fleet'],
        [['--confidence', '95%'], '--confidence needs a job to judge'],
        [['--group-by', ''], "--group-by ''"],
      ],
      4,
    ),
  )('%j is rejected', async (flags, message) => {
    const { code, stdout, stderr } = await report(createFleet(), '--fleet', ...flags);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(`error: ${message}`);
    expect(stderr).toContain('\nhint: ');
  });

  test.each(sampleCases(['junit', 'github'], 2))(
    'the hint for -f %s names the report without --fleet',
    async (format) => {
      const file = createFleet();
      const { stderr } = await report(file, '--fleet', '-f', format);
      expect(stderr).toContain(`or leave out --fleet: \`cred-watch report -f ${format}\` shows each series`);
      const { stdout } = await report(file, '-j', '4h', '-f', format);
      // Safe hosts share one annotation, with the host that has the least to spare.
      const safe = format === 'github' ? ['web-1', 'on 2 hosts'] : ['web-1', 'web-2'];
      for (const text of [...safe, 'batch-1', 'new-1']) expect(stdout).toContain(text);
    },
  );

  test('several formats are written at once', async () => {
    const folder = temporaryFolder();
    const formats = ['csv', 'markdown', 'html', 'prometheus'].flatMap((format) => [
      '-f',
      `${format}=${join(folder, format)}`,
    ]);
    const { code, stdout } = await report(createFleet(), '--fleet', '-j', '4h', ...formats);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    const read = (name: string) => readFileSync(join(folder, name), 'utf8');
    expect(read('csv').trimEnd().split('\n')).toHaveLength(5);
    expect(read('markdown')).toContain('| `batch-1` | ❌ not safe');
    expect(read('html')).toContain('<th scope="row">batch-1</th>');
    expect(read('prometheus')).toContain('cred_watch_fleet_job_hosts{job_name="4h",safety="safe"} 2');
  });

  test('a missing database is reported as by a report of series', async () => {
    const file = join(temporaryFolder(), 'missing.db');
    for (const flags of [[], ['-j', '4h']]) {
      const [fleet, series] = await Promise.all([report(file, '--fleet', ...flags), report(file, ...flags)]);
      expect(fleet).toEqual(series);
    }
  });

  test('a period covers the samples in it', async () => {
    const { json } = await reportJson(createFleet(), '--until', new Date(START + 5 * HOUR).toISOString());
    expect(json).toMatchObject({ from_stored_values_of_period: false });
    const newest = json.hosts.map((host: { newest_sample_at: string }) => host.newest_sample_at);
    expect(
      newest.every((at: string | null) => at === null || at < new Date(START + 7 * HOUR).toISOString()),
    ).toBe(true);
  });
});
