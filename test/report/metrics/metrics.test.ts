import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FAILURE_REASONS } from '../../../src/domain/model.ts';
import { renderOpenMetrics } from '../../../src/report/metrics/openmetrics.ts';
import { renderPrometheus } from '../../../src/report/metrics/prometheus.ts';
import type { SampleStore } from '../../../src/store/sample-store.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { describeReader } from '../../support/credential-formats/describe-reader.ts';
import {
  assessStore,
  contextFor,
  fillRichly,
  HOSTILE,
  IMDS,
  job,
  recordFailures,
  recordSamples,
  START,
} from '../../support/report/rich-store.ts';
import { temporaryStore } from '../../support/store/temporary-store.ts';
import { ciTest } from '../../support/thorough.ts';

const HOUR = 3_600_000;
const JOBS = [job(5 * 3600), job(3 * 3600, 'nightly "load"\n\u001b[31m'), job(null, 'never ran')];
const PROMTOOL = { program: 'promtool', package: 'prometheus' };

function richStore(): SampleStore {
  const store = temporaryStore();
  fillRichly(store);
  return store;
}

async function prometheus(store: SampleStore, jobs = JOBS, filter = {}): Promise<string> {
  const allTime = assessStore(store, jobs);
  return (await renderPrometheus(assessStore(store, jobs, filter), contextFor(allTime))).join('');
}

function openMetrics(store: SampleStore, filter = {}): string {
  const allTime = assessStore(store);
  return [...renderOpenMetrics(assessStore(store, [], filter), contextFor(allTime))].join('');
}

/** The values of one metric by their labels. */
function findValues(text: string, name: string): Record<string, number> {
  const lines = [...text.matchAll(new RegExp(`^cred_watch_${name}\\{(.*)\\} (\\S+)$`, 'gm'))];
  return Object.fromEntries(lines.map(([, labels = '', value]) => [labels, Number(value)]));
}

const SERIES = 'host="i-0abc",source="imds",api_version="2",role="loader"';
const V1 = 'host="i-0abc",source="imds",api_version="1",role="loader"';
const HOST_SOURCE = 'host="i-0abc",source="imds"';

test('current metrics equal their snapshot', async () => {
  await expect(await prometheus(richStore())).toMatchFileSnapshot('../snapshots/metrics.prom');
});

test('past metrics equal their snapshot', async () => {
  const store = temporaryStore();
  recordSamples(store, IMDS, { from: START, hours: 4, every: 20 });
  recordFailures(store, IMDS, START + 2 * HOUR + 60_000, ['timeout', 'timeout', 'no-role']);
  recordSamples(store, HOSTILE, { from: START, hours: 1, every: 30, dated: false });
  await expect(openMetrics(store)).toMatchFileSnapshot('../snapshots/metrics.openmetrics');
});

describe('current metrics', () => {
  test('current metrics have no timestamps, and no label that changes with a rotation', async () => {
    const text = await prometheus(richStore());
    const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(samples.length).toBeGreaterThan(50);
    expect(
      samples.filter((line) => !/^cred_watch_\w+\{(?:\w+="(?:[^"\\]|\\.)*",?)+\} \S+$/.test(line)),
    ).toEqual([]);
    expect(text).not.toMatch(/ASIA/);
    const names = [...text.matchAll(/[{,](\w+)="/g)].map(([, name]) => name);
    expect([...new Set(names)].sort()).toEqual([
      'api_version',
      'code',
      'host',
      'job_name',
      'node',
      'result',
      'role',
      'severity',
      'source',
      'stat',
      'verdict',
      'version',
      'window',
    ]);
  });

  test('a retired series has no metric that would alert for ever', async () => {
    const text = await prometheus(richStore());
    expect(findValues(text, 'series_retired')).toMatchObject({ [SERIES]: 0, [V1]: 1 });
    for (const name of [
      'credential_expiration_timestamp_seconds',
      'poll_last_success_timestamp_seconds',
      'lead_time_shrinking_seconds',
    ]) {
      expect(Object.keys(findValues(text, name))).toContain(SERIES);
      expect(Object.keys(findValues(text, name))).not.toContain(V1);
    }
    expect(findValues(text, 'rotations_total')).toMatchObject({ [SERIES]: 30, [V1]: 4 });
  });

  test('last_rotation is the last witnessed rotation', async () => {
    const store = temporaryStore();
    recordSamples(store, IMDS, { from: START, hours: 4 });
    const before = findValues(await prometheus(store), 'last_rotation_timestamp_seconds');
    expect(before).toEqual({ [SERIES]: START / 1000 + 4 * 3600 });
    // Ten hours without a poll: other rotations can be hidden in this gap.
    recordSamples(store, IMDS, { from: START + 14 * HOUR, hours: 0.5 });
    expect(findValues(await prometheus(store), 'last_rotation_timestamp_seconds')).toEqual(before);
    expect(findValues(await prometheus(store), 'rotations_total')).toEqual({ [SERIES]: 5 });
  });

  test.each([
    [89, 'missing'],
    [91, 'present'],
  ])(
    '%d minutes after the last of the hourly rotations, the finding ROTATION_OVERDUE is %s',
    async (minutes, expected) => {
      const store = temporaryStore();
      recordSamples(store, IMDS, { from: START, hours: 5 });
      const rotatedAt = START + 5 * HOUR;
      const observedAt = rotatedAt + minutes * 60_000;
      const current = {
        lastUpdated: rotatedAt,
        expiration: rotatedAt + 6 * HOUR + 2 * 60_000,
        zoneless: false,
      };
      const accessKeyId = `ASIA6${START}5`.slice(0, 20).padEnd(20, 'X');
      store.recordSample(IMDS, { ...current, accessKeyId, observedAt, clockOffset: 0 }, '');
      const text = await prometheus(store);
      expect(findValues(text, 'rotation_overdue_timestamp_seconds')).toEqual({
        [SERIES]: (rotatedAt + 1.5 * HOUR) / 1000,
      });
      const codes = Object.keys(findValues(text, 'finding'));
      expect(codes.some((labels) => labels.includes('code="ROTATION_OVERDUE"')) ? 'present' : 'missing').toBe(
        expected,
      );
    },
  );

  test('findings are those of the selected time, without those of retired series', async () => {
    const store = richStore();
    const labels = Object.keys(findValues(await prometheus(store), 'finding'));
    expect(labels).toContain(`${SERIES},code="POLLS_FAILED",severity="problem"`);
    expect(labels.filter((each) => each.startsWith(V1))).toEqual([]);
    const later = await prometheus(store, JOBS, { since: START + 28 * HOUR });
    expect(Object.keys(findValues(later, 'finding')).filter((each) => each.startsWith(SERIES))).toEqual([]);
  });

  test('lead_time_shrinking is the trend per day', async () => {
    const store = temporaryStore();
    for (let day = 0; day < 7; day += 1)
      recordSamples(store, IMDS, { from: START + day * 24 * HOUR, hours: 23.9, lifetime: 6 - day / 10 });
    const shrinking = findValues(await prometheus(store), 'lead_time_shrinking_seconds')[SERIES];
    expect(shrinking).toBe(360);
  });

  test('imported samples have no poll_last_attempt, because no poller can be silent', async () => {
    const source = temporaryStore();
    recordSamples(source, IMDS, { from: START, hours: 2 });
    const imported = temporaryStore();
    imported.writeRecords([...source.records()]);
    const name = 'poll_last_attempt_timestamp_seconds';
    expect(Object.keys(findValues(await prometheus(source), name))).toEqual([HOST_SOURCE]);
    expect(findValues(await prometheus(imported), name)).toEqual({});
    expect(findValues(await prometheus(imported), 'rotations_total')).toEqual({ [SERIES]: 2 });
  });

  test('samples of other commands do not move poll_last_attempt', async () => {
    const store = temporaryStore();
    recordSamples(store, IMDS, { from: START, hours: 2 });
    const name = 'poll_last_attempt_timestamp_seconds';
    const before = findValues(await prometheus(store), name);
    const [newest] = [...store.records()]
      .flatMap((each) => (each.record === 'sample' ? [each] : []))
      .slice(-1);
    const sample = { ...newest!.sample, observedAt: newest!.sample.observedAt + 1_800_000 };
    store.recordSample(newest!.identity, sample, 'machine', { isOfPollCommand: false });
    expect(findValues(await prometheus(store), name)).toEqual(before);
  });

  test('undated credentials have no last_updated metric', async () => {
    const text = await prometheus(richStore());
    expect(text).toMatch(/credential_expiration_timestamp_seconds\{host="task"/);
    expect(text).not.toMatch(/last_updated_timestamp_seconds\{host="task"/);
    expect(text).not.toMatch(/clock_offset_seconds\{host="task"/);
  });

  test('polls_total counts every failure reason under one result', async () => {
    const polls = findValues(await prometheus(richStore()), 'polls_total');
    const dark = Object.entries(polls).filter(([labels]) => labels.startsWith('host="dark"'));
    expect(dark.map(([labels]) => labels.match(/result="(\w+)"/)?.[1])).toEqual([
      'ok',
      'timeout',
      'http_error',
      'parse_error',
      'absent',
    ]);
    expect(dark.reduce((sum, [, count]) => sum + count, 0)).toBe(FAILURE_REASONS.length);
    expect(polls[`${HOST_SOURCE},result="ok"`]).toBe(181 + 25);
    expect(polls[`${HOST_SOURCE},result="timeout"`]).toBe(2);
    expect(polls[`${HOST_SOURCE},result="http_error"`]).toBe(2);
  });

  test('source_up is 1 if the last poll was successful', async () => {
    const up = findValues(await prometheus(richStore()), 'source_up');
    expect(up).toMatchObject({
      [HOST_SOURCE]: 1,
      'host="dark",source="imds"': 0,
      'host="task",source="container"': 1,
    });
    const hostile = Object.entries(up).filter(([labels]) => labels.includes('script'));
    expect(hostile.map(([, value]) => value)).toEqual([0]);
  });

  test('metrics correct the times of failed polls if the clock is ahead', async () => {
    const store = temporaryStore();
    recordSamples(store, IMDS, { from: START, hours: 2, offset: 600 });
    recordFailures(store, IMDS, START + 2 * HOUR + 120_000, ['timeout']);
    expect(findValues(await prometheus(store), 'source_up')).toEqual({ [HOST_SOURCE]: 1 });
  });

  test.each([
    [-90, 30, -90],
    [20, 70, 70],
    [-50, -10, -50],
  ])('clock_offset_seconds of samples with %d and %d seconds is %d', async (first, second, expected) => {
    const store = temporaryStore();
    for (const [index, clockOffset] of [first, second].entries()) {
      const sample = {
        accessKeyId: 'ASIAFALSE00000000000',
        lastUpdated: START,
        expiration: START + 6 * HOUR,
        zoneless: false,
        observedAt: START + (index + 5) * 60_000,
        clockOffset,
      };
      store.recordSample(IMDS, sample, '');
    }
    expect(findValues(await prometheus(store), 'clock_offset_seconds')).toEqual({ [HOST_SOURCE]: expected });
  });

  test('a job with the verdict unknown has job_verdict, but no job_safe', async () => {
    const store = temporaryStore();
    recordSamples(store, IMDS, { from: START + 29 * HOUR, hours: 0.5 });
    const text = await prometheus(store, [job(1800), job(null, 'never ran')]);
    expect(text).not.toMatch(/^cred_watch_job_safe\{/m);
    const holding = Object.entries(findValues(text, 'job_verdict')).filter(([, value]) => value === 1);
    expect(holding.map(([labels]) => labels)).toEqual([
      `${SERIES},job_name="30m",verdict="unknown"`,
      'host="",source="",api_version="",role="",job_name="never ran",verdict="unknown"',
    ]);
  });

  test('metrics contain a job only once if it is given twice', async () => {
    const text = await prometheus(richStore(), [job(5400), job(5400)]);
    expect(text.match(/^cred_watch_job_required_seconds\{host="i-0abc"/gm)).toHaveLength(1);
  });

  test('metrics have one value for names that are equal when escaped', async () => {
    const store = temporaryStore();
    for (const role of ['\u001b', '\\u{1b}'])
      recordSamples(store, { ...IMDS, role }, { from: START, hours: 1 });
    expect((await prometheus(store)).match(/^cred_watch_rotations_total\{/gm)).toHaveLength(1);
  });

  test('metrics distinguish names that are equal when joined', async () => {
    const store = temporaryStore();
    recordSamples(store, { ...IMDS, apiVersion: '', host: 'a,role:b', role: 'c' }, { from: START, hours: 1 });
    recordSamples(store, { ...IMDS, apiVersion: '', host: 'a', role: 'b,role:c' }, { from: START, hours: 1 });
    expect((await prometheus(store)).match(/^cred_watch_rotations_total\{/gm)).toHaveLength(2);
  });
});

describe('counters', () => {
  const counters = (text: string) => text.split('\n').filter((line) => /^cred_watch_\w+_total\{/.test(line));

  test('counters cover all time if a part of it is selected', async () => {
    const store = richStore();
    const since = { since: START + 28 * HOUR };
    const text = await prometheus(store, JOBS, since);
    expect(counters(text)).toEqual(counters(await prometheus(store)));
    expect(text).not.toBe(await prometheus(store));
  });

  ciTest('counters do not decrease when samples are pruned or imported again', async () => {
    const store = richStore();
    const before = counters(await prometheus(store));
    const archive = [...store.records()];
    store.writeRecords(archive);
    expect(counters(await prometheus(store))).toEqual(before);
    expect(store.prune(START + 29 * HOUR, { dryRun: false }).deleted).toBeGreaterThan(100);
    expect(counters(await prometheus(store))).toEqual(before);
  });
});

describe('past metrics', () => {
  test('past metrics cover the selected time, with counts that include the time before', () => {
    const store = temporaryStore();
    recordSamples(store, IMDS, { from: START, hours: 10 });
    const rotations = [
      ...openMetrics(store, { since: START + 5 * HOUR }).matchAll(/rotations_total\{.*\} (\d+) (\d+)$/gm),
    ];
    const points = rotations.map(([, count, at]) => [Number(count), Number(at)]);
    expect(points[0]).toEqual([6, START / 1000 + 6 * 3600]);
    expect(points.at(-1)?.[0]).toBe(10);
  });

  test('past metrics have ascending times if two generations are served in alternation', () => {
    const store = temporaryStore();
    for (let minute = 0; minute < 60; minute += 1) {
      const number = minute < 10 ? 0 : minute < 40 ? minute % 2 : 1;
      store.recordSample(
        IMDS,
        {
          accessKeyId: `ASIA${number}`,
          lastUpdated: START + number * 600_000,
          expiration: START + (2 + number) * HOUR,
          zoneless: false,
          observedAt: START + minute * 60_000 + (minute % 7) * 130,
          clockOffset: null,
        },
        '',
      );
    }
    const last = new Map<string, number>();
    const text = openMetrics(store);
    for (const [, metric = '', at] of text.matchAll(/^(cred_watch\S+\}) \S+ (\S+)$/gm)) {
      expect(Number(at), metric).toBeGreaterThan(last.get(metric) ?? 0);
      last.set(metric, Number(at));
    }
    expect(last.size).toBeGreaterThan(10);
  });
});

describeReader('promtool', PROMTOOL, (promtool) => {
  const run = (args: readonly string[], input = '') => {
    const { status, stdout, stderr } = spawnSync(promtool, args, {
      input,
      encoding: 'utf8',
      timeout: 20_000,
    });
    return { status, stdout, stderr };
  };

  ciTest('promtool accepts current metrics', async () => {
    const text = await prometheus(richStore());
    expect(run(['check', 'metrics'], text)).toEqual({ status: 0, stdout: '', stderr: '' });
    // promtool rejects a counter whose name does not end in `_total`, so the check is effective.
    expect(run(['check', 'metrics'], text.replaceAll('rotations_total', 'rotations')).status).not.toBe(0);
  });

  ciTest('promtool creates blocks of past metrics that contain the same values', () => {
    const folder = temporaryFolder();
    const [file, data] = [join(folder, 'past.txt'), join(folder, 'data')];
    const text = openMetrics(richStore());
    writeFileSync(file, text);
    const result = run(['tsdb', 'create-blocks-from', 'openmetrics', file, data]);
    expect(result).toMatchObject({ status: 0, stderr: '' });
    // promtool needs the write-ahead log directory to open the blocks.
    mkdirSync(join(data, 'wal'));
    const dumped = run(['tsdb', 'dump', data]).stdout.trimEnd().split('\n');
    expect(dumped.length).toBe(text.match(/^cred_watch_/gm)?.length);
    // The credentials served until 05:00, and those served from then on.
    const expirations = dumped
      .filter((line) => /credential_expiration/.test(line) && /api_version="2"/.test(line))
      .map((line) => line.split('} ')[1]?.split(' ').map(Number));
    const at = (hour: number, second = 0) => START + hour * HOUR + second * 1000;
    expect(expirations).toContainEqual([(at(10) + 60_000) / 1000, at(5, -1)]);
    expect(expirations).toContainEqual([(at(11) + 120_000) / 1000, at(5)]);
  });
});
