import { expect, test } from 'vitest';
import type { SeriesIdentity } from '../../src/domain/model.ts';
import { type CommandResult, recordJobRun } from '../../src/watch/record-job-run.ts';
import { temporaryStore } from '../support/store/temporary-store.ts';

const START = Date.UTC(2026, 0, 1);
const identity: SeriesIdentity = { host: 'i-0abc', source: 'imds', apiVersion: '2', role: 'loader' };
const start = { job: 'nightly', identity, startedAt: START, remainingAtStart: 7200 };
const JOB = { job: 'nightly' };

/** Runs a job of the given duration in milliseconds. Returns the records during and after the run. */
async function record(milliseconds: number, result: CommandResult) {
  const store = temporaryStore();
  // Differs from `startedAt`, which is by AWS's clock.
  let now = START + 90_000;
  const clock = { now: () => now, sleep: async () => {} };
  let during = store.jobRuns(JOB);
  const onRecordError = (error: unknown) => {
    throw error;
  };
  const options = { store, clock, start, process: 'p', expiration: START + 7_200_000, onRecordError };
  const returned = await recordJobRun(options, async () => {
    during = store.jobRuns(JOB);
    now += milliseconds;
    return result;
  });
  expect(returned).toEqual(result);
  return { during, after: store.jobRuns(JOB) };
}

test('a run is recorded from its start, and its duration is rounded up', async () => {
  const { during, after } = await record(3_600_001, { exitCode: 7, wasStarted: true });
  expect(during).toEqual([{ ...start, end: null }]);
  expect(after).toEqual([{ ...start, end: { duration: 3601, exitCode: 7, remainingAtEnd: 3599 } }]);
});

test('the time by which a run outlived its credentials is not rounded up twice', async () => {
  const run = async (milliseconds: number, result: Partial<CommandResult> = {}) =>
    (await record(milliseconds, { exitCode: 0, wasStarted: true, ...result })).after[0]?.end;
  expect(await run(7_209_500)).toEqual({ duration: 7210, exitCode: 0, remainingAtEnd: -10 });
  expect(await run(7_210_000)).toMatchObject({ duration: 7210, remainingAtEnd: -10 });
});

test('the record has the end that has been reported already', async () => {
  const { after } = await record(7_209_999, { exitCode: 0, wasStarted: true, endedAt: START + 7_210_001 });
  expect(after).toMatchObject([{ end: { duration: 7210, remainingAtEnd: -11 } }]);
});

test('the duration is 0 if the clock was set back', async () => {
  const { after } = await record(-60_000, { exitCode: 0, wasStarted: true });
  expect(after).toMatchObject([{ end: { duration: 0, remainingAtEnd: 7200 } }]);
});

test('a command that could not be started is not recorded as a run, whatever its exit code', async () => {
  for (const code of [126, 127]) {
    const { during, after } = await record(0, { exitCode: code, wasStarted: false });
    expect([during.length, after]).toEqual([1, []]);
    expect((await record(0, { exitCode: code, wasStarted: true })).after).toMatchObject([
      { end: { exitCode: code } },
    ]);
  }
});

test('the result of the command is returned if its end cannot be recorded', async () => {
  const store = temporaryStore();
  const errors: unknown[] = [];
  const clock = { now: () => START, sleep: async () => {} };
  const options = {
    store,
    clock,
    start,
    process: '',
    expiration: START,
    onRecordError: (error: unknown) => errors.push(error),
  };
  for (const wasStarted of [true, false]) {
    const result = { exitCode: 7, wasStarted };
    const broken = { startJobRun: store.startJobRun.bind(store), endJobRun: fail, dropJobRun: fail };
    expect(await recordJobRun({ ...options, store: broken }, async () => result)).toEqual(result);
  }
  expect(errors).toHaveLength(2);
});

function fail(): never {
  throw new Error('the disk is full');
}
