import { beforeEach, describe, expect, test } from 'vitest';
import type { SampleStore } from '../../src/store/sample-store.ts';
import { temporaryStore } from '../support/store/temporary-store.ts';

const START = Date.UTC(2026, 0, 1);
const [MACHINE, HOST] = ['ip-10-0-0-1', 'i-0abc'];
const series = (host: string) => ({ host, source: 'imds', apiVersion: '2', role: 'app' }) as const;

const sample = (minute: number, accessKeyId: string) => ({
  accessKeyId,
  lastUpdated: null,
  expiration: START + 6 * 3_600_000,
  zoneless: false,
  observedAt: START + minute * 60_000,
  clockOffset: null,
});

const failure = (minute: number) => ({
  observedAt: START + minute * 60_000,
  reason: 'unreachable' as const,
  detail: '',
  accessKeyId: null,
  expiration: null,
  clockOffset: null,
});

let store: SampleStore;
beforeEach(() => {
  store = temporaryStore();
});

/** `host: samples of each generation / failed polls`. */
const summarise = () =>
  store
    .histories()
    .map(
      ({ identity, generations, failedPolls }) =>
        `${identity.host}: ${generations.map(({ samples }) => samples)} / ${failedPolls.map(({ count }) => count)}`,
    );

describe('polls that were recorded under the name of the machine', () => {
  test('a sample of the same key moves to the instance id', () => {
    store.recordSample(series(MACHINE), sample(0, 'ASIA1'), MACHINE);
    store.recordFailedPoll(MACHINE, 'imds', failure(1));
    const run = { job: 'load', identity: series(MACHINE), startedAt: START, remainingAtStart: 60, end: null };
    store.startJobRun(run);
    store.recordSample(series(HOST), sample(2, 'ASIA1'), MACHINE);
    expect(summarise()).toEqual([`${HOST}: 2 / 1`]);
    expect(store.jobRuns({ job: 'load' }).map(({ identity }) => identity.host)).toEqual([HOST]);
  });

  test('failed polls before the first sample move to the instance id', () => {
    store.recordFailedPoll(MACHINE, 'imds', failure(0));
    store.recordFailedPoll(MACHINE, 'container', failure(0));
    store.recordFailedPoll(HOST, 'imds', failure(0));
    store.recordSample(series(HOST), sample(1, 'ASIA1'), MACHINE);
    store.recordFailedPoll(HOST, 'imds', failure(2));
    expect(summarise()).toEqual([`${HOST}: 1 / 2`, `${MACHINE}:  / 1`]);
  });

  test('samples of another key stay, because they can be of another instance with this name', () => {
    store.recordSample(series(MACHINE), sample(0, 'ASIA1'), MACHINE);
    store.recordFailedPoll(MACHINE, 'imds', failure(1));
    store.recordSample(series(HOST), sample(2, 'ASIA2'), MACHINE);
    expect(summarise()).toEqual([`${HOST}: 1 / `, `${MACHINE}: 1 / 1`]);
  });

  test('a series with two keys stays, because one of them can be of another instance', () => {
    store.recordSample(series(MACHINE), sample(0, 'ASIA1'), MACHINE);
    store.recordSample(series(MACHINE), sample(1, 'ASIA2'), MACHINE);
    store.recordSample(series(HOST), sample(2, 'ASIA2'), MACHINE);
    expect(summarise()).toEqual([`${HOST}: 1 / `, `${MACHINE}: 1,1 / `]);
  });

  test('failed polls stay if the machine polled two hosts', () => {
    store.recordSample(series('i-0other'), sample(0, 'ASIA1'), MACHINE);
    store.recordFailedPoll(MACHINE, 'imds', failure(1));
    store.recordSample(series(HOST), sample(2, 'ASIA2'), MACHINE);
    expect(summarise()).toEqual([`${HOST}: 1 / `, 'i-0other: 1 / ', `${MACHINE}:  / 1`]);
  });

  test('a sample stays if its host was chosen by the user', () => {
    store.recordSample(series(MACHINE), sample(0, 'ASIA1'), '');
    store.recordSample(series(HOST), sample(1, 'ASIA1'), MACHINE);
    expect(summarise()).toEqual([`${HOST}: 1 / `, `${MACHINE}: 1 / `]);
  });

  test('a sample of the name of the machine moves nothing', () => {
    store.recordSample(series(HOST), sample(0, 'ASIA1'), MACHINE);
    store.recordSample(series(MACHINE), sample(1, 'ASIA1'), MACHINE);
    expect(summarise()).toEqual([`${HOST}: 1 / `, `${MACHINE}: 1 / `]);
  });
});
