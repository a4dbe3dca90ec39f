import { describe, expect, test } from 'vitest';
import type { FailedPoll, JobRun, Sample, SeriesIdentity } from '../../src/domain/model.ts';
import type { SampleStore } from '../../src/store/sample-store.ts';
import { temporaryStore } from '../support/store/temporary-store.ts';

const START = Date.UTC(2026, 0, 1);

const identity: SeriesIdentity = { host: 'web-1', source: 'imds', apiVersion: '2', role: 'app' };

const sample: Sample = {
  accessKeyId: 'ASIA1',
  lastUpdated: START,
  expiration: START + 3_600_000,
  zoneless: false,
  observedAt: START,
  clockOffset: 0,
};

const failedPoll: FailedPoll = {
  observedAt: START,
  reason: 'timeout',
  detail: 'a',
  accessKeyId: 'ASIA1',
  expiration: START + 1,
  clockOffset: 1,
};

const run: JobRun & { end: null } = {
  job: 'nightly',
  identity,
  startedAt: START,
  remainingAtStart: 3600,
  end: null,
};

const readOrdinals = (store: SampleStore) =>
  [...store.records()].map((each) => ('ordinal' in each ? each.ordinal : null)).sort();

const OTHER_SERIES: Partial<SeriesIdentity>[] = [
  { host: 'web-2' },
  { source: 'container' },
  { apiVersion: '1' },
  { role: 'other' },
];

describe('records that differ in one field are not repetitions', () => {
  test.each<Partial<Sample>>([
    { lastUpdated: START + 1 },
    { lastUpdated: null },
    { expiration: START + 7_200_000 },
    { zoneless: true },
    { observedAt: START + 1 },
    { clockOffset: 1 },
    { clockOffset: null },
    { accessKeyId: 'ASIA2' },
  ])('samples that differ in %j are two samples', (change) => {
    const store = temporaryStore();
    store.recordSample(identity, sample, 'm');
    store.recordSample(identity, { ...sample, ...change }, 'm');
    expect(readOrdinals(store)).toEqual([0, 0]);
    const generations = store.histories().flatMap((each) => each.generations);
    expect(generations.reduce((sum, { samples }) => sum + samples, 0)).toBe(2);
  });

  test.each(OTHER_SERIES)('samples of series that differ in %j are two samples', (change) => {
    const store = temporaryStore();
    store.recordSample(identity, sample, 'm');
    store.recordSample({ ...identity, ...change }, sample, 'm');
    expect(readOrdinals(store)).toEqual([0, 0]);
    expect(store.histories()).toHaveLength(2);
  });

  test.each<Partial<FailedPoll>>([
    { observedAt: START + 1 },
    { reason: 'server-error' },
    { detail: 'b' },
    { accessKeyId: 'ASIA2' },
    { accessKeyId: null },
    { expiration: START + 2 },
    { expiration: null },
  ])('failed polls that differ in %j are not repetitions', (change) => {
    const store = temporaryStore();
    store.recordFailedPoll('web-1', 'imds', failedPoll);
    store.recordFailedPoll('web-1', 'imds', { ...failedPoll, ...change });
    store.recordFailedPoll('web-2', 'imds', failedPoll);
    store.recordFailedPoll('web-1', 'container', failedPoll);
    expect(readOrdinals(store)).toEqual([0, 0, 0, 0]);
    // Another clock offset is the same result.
    store.recordFailedPoll('web-1', 'imds', { ...failedPoll, clockOffset: 9 });
    expect(readOrdinals(store)).toEqual([0, 0, 0, 0, 1]);
  });

  test.each<Partial<JobRun>>([
    { job: 'daily' },
    { startedAt: START + 1 },
    { remainingAtStart: 1 },
    ...OTHER_SERIES.map((change) => ({ identity: { ...identity, ...change } })),
  ])('job runs that differ in %j are not repetitions', (change) => {
    const store = temporaryStore();
    store.startJobRun(run);
    store.startJobRun({ ...run, ...change, end: null });
    expect(readOrdinals(store)).toEqual([0, 0]);
    store.startJobRun(run);
    expect(readOrdinals(store)).toEqual([0, 0, 1]);
  });
});

test('job runs of the same time are ordered by job, host, source, API version, role, and remaining validity', () => {
  const store = temporaryStore();
  const other = (change: Partial<SeriesIdentity>) => ({ ...run, identity: { ...identity, ...change } });
  const sorted = [
    other({ source: 'container' }),
    other({ apiVersion: '1' }),
    other({ role: 'a' }),
    { ...run, remainingAtStart: 1 },
    run,
    other({ host: 'web-2' }),
  ];
  for (const index of [4, 1, 5, 0, 3, 2]) store.startJobRun(sorted[index] ?? run);
  expect(store.jobRuns({ job: 'nightly' })).toEqual(sorted);
  store.startJobRun({ ...run, job: 'a' });
  store.startJobRun({ ...run, job: 'z', startedAt: START - 1 });
  const jobs = [...store.records()].flatMap((each) => (each.record === 'job_run' ? [each.run.job] : []));
  expect(jobs).toEqual(['z', 'a', ...Array(6).fill('nightly')]);
});
