import { expect, test } from 'vitest';
import type { SeriesIdentity } from '../../src/domain/model.ts';
import { recordJobRun } from '../../src/watch/record-job-run.ts';
import { temporaryStore } from '../support/store/temporary-store.ts';

const START = Date.UTC(2026, 0, 1);
const identity: SeriesIdentity = { host: 'i-0abc', source: 'imds', apiVersion: '2', role: 'loader' };
const start = { job: 'nightly', identity, startedAt: START, remainingAtStart: 7200 };
const JOB = { job: 'nightly' };

/** Runs something that takes so long, in milliseconds, and shows what is recorded meanwhile and afterwards. */
async function record(milliseconds: number, ended: { exitCode: number; wasStarted: boolean }) {
  const store = temporaryStore();
  // Not the clock of the source, by which the start is told.
  let now = START + 90_000;
  const clock = { now: () => now, sleep: async () => {} };
  let meanwhile = store.jobRuns(JOB);
  const returned = await recordJobRun({ store, clock, start, expiration: START + 7_200_000 }, async () => {
    meanwhile = store.jobRuns(JOB);
    now += milliseconds;
    return ended;
  });
  expect(returned).toEqual(ended);
  return { meanwhile, afterwards: store.jobRuns(JOB) };
}

test('a run is there while it goes on, and its length is never told too short', async () => {
  const { meanwhile, afterwards } = await record(3_600_001, { exitCode: 7, wasStarted: true });
  expect(meanwhile).toEqual([{ ...start, end: null }]);
  expect(afterwards).toEqual([{ ...start, end: { duration: 3601, exitCode: 7, remainingAtEnd: 3599 } }]);
});

test('a clock that is set back makes no time negative', async () => {
  const { afterwards } = await record(-60_000, { exitCode: 0, wasStarted: true });
  expect(afterwards).toMatchObject([{ end: { duration: 0, remainingAtEnd: 7200 } }]);
});

test('what could not be started is no run, whatever its code; what ends with that code is one', async () => {
  for (const code of [126, 127]) {
    const { meanwhile, afterwards } = await record(0, { exitCode: code, wasStarted: false });
    expect([meanwhile.length, afterwards]).toEqual([1, []]);
    expect((await record(0, { exitCode: code, wasStarted: true })).afterwards).toMatchObject([
      { end: { exitCode: code } },
    ]);
  }
});
