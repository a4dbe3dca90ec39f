import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { JobRun, SeriesIdentity } from '../../src/domain/model.ts';
import { SampleStore } from '../../src/store/sample-store.ts';
import {
  areJobsAmbiguous,
  assessStored,
  isPeriodEmpty,
  type RequestedJobs,
  type StoredReportOptions,
} from '../../src/watch/stored-report.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import { openReadOnly, temporaryStore } from '../support/store/temporary-store.ts';

const START = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;
const identity: SeriesIdentity = { host: 'web-1', source: 'imds', apiVersion: '2', role: 'app' };

const run = (job: string, startedAt: number): JobRun & { end: null } => ({
  job,
  identity,
  startedAt,
  remainingAtStart: 20_000,
  end: null,
});

/** Records generations that rotate every hour, from this hour on. */
function record(store: SampleStore, series: SeriesIdentity, firstHour: number, count: number) {
  for (let hour = firstHour; hour < firstHour + count; hour += 1) {
    for (const minute of [5, 30, 55]) {
      const issued = START + hour * HOUR;
      const sample = {
        accessKeyId: `ASIA${hour}`,
        lastUpdated: issued,
        expiration: issued + 6 * HOUR,
        zoneless: false,
        observedAt: issued + minute * 60_000,
        clockOffset: 0,
      };
      store.recordSample(series, sample, 'm');
    }
  }
}

/** Five generations that rotate every hour, and runs of two jobs. */
function createStore(store = temporaryStore()) {
  record(store, identity, 0, 5);
  for (const [job, at] of [
    ['weekly', 1],
    ['nightly', 2],
    ['nightly', 4],
  ] as const) {
    store.endJobRun(store.startJobRun(run(job, START + at * HOUR)), {
      duration: 1800 * at,
      exitCode: 0,
      remainingAtEnd: 1,
    });
  }
  return store;
}

const assessed = (jobs: RequestedJobs, more: Partial<StoredReportOptions> = {}, store = createStore()) =>
  assessStored(store, {
    filter: {},
    jobs,
    margin: 300,
    confidence: null,
    minWatched: null,
    now: START + 5 * HOUR,
    maxAge: null,
    ...more,
  });

const listJobs = (...args: Parameters<typeof assessed>) =>
  assessed(...args).assessment.jobs.map(({ name, job }) => [name, job?.duration]);

describe('assessStored', () => {
  test('each duration is judged once, and each name by its longest run', () => {
    expect(listJobs({ durations: [7200, 3600, 7200], names: [] })).toEqual([
      [null, 7200],
      [null, 3600],
    ]);
    expect(listJobs({ durations: [], names: ['weekly', 'nightly'] })).toEqual([
      ['weekly', 1800],
      ['nightly', 7200],
    ]);
  });

  test('one duration and one name are one job', () => {
    expect(listJobs({ durations: [60], names: ['nightly'] })).toEqual([['nightly', 60]]);
    expect(listJobs({ durations: [60], names: [] })).toEqual([[null, 60]]);
    expect(listJobs({ durations: [], names: [] })).toEqual([]);
  });

  test('several durations and several names are separate jobs', () => {
    const [two, names] = [
      [60, 120],
      ['nightly', 'weekly'],
    ];
    expect(listJobs({ durations: two, names: ['nightly'] }).map(([name]) => name)).toEqual([
      null,
      null,
      'nightly',
    ]);
    expect(listJobs({ durations: [60], names })).toHaveLength(3);
    expect(listJobs({ durations: two, names })).toHaveLength(4);
  });

  test('runs are selected by the filter', () => {
    const filter = { until: START + 3 * HOUR };
    expect(listJobs({ durations: [], names: ['nightly'] }, { filter })).toEqual([['nightly', 3600]]);
  });

  test('names of jobs are listed only if a job was requested by name', () => {
    expect(assessed({ durations: [60], names: [] }).jobNames).toEqual([]);
    expect(assessed({ durations: [], names: ['nightly'] }).jobNames).toEqual(['nightly', 'weekly']);
  });

  test('the assessment of all time ignores the period of the filter, and keeps the series', () => {
    const filter = { since: START + 3 * HOUR, host: 'web-1' };
    const { assessment, assessAllTime } = assessed({ durations: [], names: [] }, { filter });
    const count = (each: typeof assessment) =>
      each.series.map(({ analysis }) => analysis.measurement?.generations.length);
    expect(count(assessment)).toEqual([2]);
    expect(count(assessAllTime())).toEqual([5]);
    expect(assessAllTime()).toBe(assessAllTime());
    const whole = assessed({ durations: [], names: [] });
    expect(whole.assessAllTime()).toBe(whole.assessment);
    const until = assessed({ durations: [], names: [] }, { filter: { until: START + HOUR } });
    expect([count(until.assessment), count(until.assessAllTime())]).toEqual([[1], [5]]);
    const other = assessed({ durations: [], names: [] }, { filter: { since: START, host: 'other' } });
    expect(count(other.assessAllTime())).toEqual([]);
  });

  test('an analysis is not computed again until another series is read', () => {
    const store = createStore();
    record(store, { ...identity, host: 'web-2' }, 0, 5);
    const { series } = assessed({ durations: [], names: [] }, {}, store).assessment;
    const read = () => series.map(({ analysis }) => analysis);
    expect(read().map((analysis) => analysis.identity.host)).toEqual(['web-1', 'web-2']);
    const [first] = series;
    expect(first?.analysis).toBe(first?.analysis);
  });

  test('samples that another process records later do not change a report', () => {
    const file = join(temporaryFolder(), 'samples.db');
    const writer = SampleStore.open(file);
    onTestFinished(() => writer.close());
    createStore(writer);
    const { series } = assessed({ durations: [], names: [] }, {}, openReadOnly(file)).assessment;
    record(writer, identity, 5, 1);
    expect(series[0]?.analysis.measurement?.sampleCount).toBe(15);
  });

  test('a retired series is judged only if its role was chosen', () => {
    const judged = (filter: StoredReportOptions['filter']) => {
      const store = createStore();
      record(store, { ...identity, apiVersion: '3' }, 6, 5);
      const { series } = assessed({ durations: [60], names: [] }, { filter }, store).assessment;
      return series.map((each) => [each.identity.apiVersion, each.isRetired, each.judgements.length]);
    };
    expect(judged({})).toEqual([
      ['2', true, 0],
      ['3', false, 1],
    ]);
    expect(judged({ role: 'app' })).toEqual([
      ['2', true, 1],
      ['3', false, 1],
    ]);
  });

  test('without a database there is nothing to assess', () => {
    const report = assessStored(null, {
      filter: {},
      jobs: { durations: [], names: ['nightly'] },
      margin: 300,
      confidence: null,
      minWatched: null,
      now: START,
      maxAge: null,
    });
    expect(report).toMatchObject({ hasDatabase: false, jobNames: [], assessment: { series: [] } });
    expect(assessed({ durations: [], names: [] }).hasDatabase).toBe(true);
  });
});

test.each<[number, number, boolean]>([
  [0, 0, false],
  [1, 0, false],
  [2, 0, false],
  [0, 2, false],
  [1, 1, false],
  [2, 1, true],
  [1, 2, true],
  [2, 2, true],
])('%d durations and %d names are ambiguous: %s', (durations, names, isAmbiguous) => {
  const jobs = { durations: Array(durations).fill(60), names: Array(names).fill('x') };
  expect(areJobsAmbiguous(jobs)).toBe(isAmbiguous);
});

test('a period is empty only if its end precedes its start', () => {
  expect(isPeriodEmpty({ since: 2, until: 1 })).toBe(true);
  expect(isPeriodEmpty({ since: 1, until: 1 })).toBe(false);
  expect(isPeriodEmpty({ since: 1 })).toBe(false);
  expect(isPeriodEmpty({ until: 1 })).toBe(false);
  expect(isPeriodEmpty({})).toBe(false);
});
