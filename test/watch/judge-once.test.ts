import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { SeriesIdentity } from '../../src/domain/model.ts';
import type { StoreLimits } from '../../src/store/contract.ts';
import { SampleStore } from '../../src/store/sample-store.ts';
import { type CallingJob, JudgeOnce } from '../../src/watch/judge-once.ts';
import type { RecordedPoll } from '../../src/watch/poll-once.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import { failedPoll, successfulPoll } from '../support/watch/poll-outcomes.ts';

const AT = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const identity: SeriesIdentity = { host: 'i-0abc', source: 'imds', apiVersion: '2', role: 'loader' };
const JOB = { duration: 4 * 3600, margin: 900 };
const PASS = { duration: 0, margin: 0 };
const PYTHON = { kind: 'process', id: 'p1', pid: 4711, name: 'python3' } as const;
const RUN = { kind: 'run', job: 'nightly', ancestorIds: ['shell', 'inner', 'outer'] } as const;

const poll = (series = identity): RecordedPoll => ({
  outcome: successfulPoll(AT),
  identity: series,
  isStarting: false,
});

interface CallOptions {
  job?: typeof JOB;
  caller?: CallingJob | null;
  arguments?: string;
  series?: SeriesIdentity;
  /** Whether the start is safe if it is judged. */
  isSafe?: boolean;
}

function startJobs() {
  const file = join(temporaryFolder(), 'samples.db');
  let store = SampleStore.openBestEffort(file, () => {});
  onTestFinished(() => store.close());
  let now = AT;
  return {
    file,
    get store() {
      return store;
    },
    wait(milliseconds: number) {
      now += milliseconds;
    },
    reopen(path: string, limits: StoreLimits = {}) {
      store.close();
      store = SampleStore.openBestEffort(path, () => {}, limits);
    },
    /** One call of `env`. Returns what the job had to satisfy, and the code of the note. */
    call({ isSafe = true, series, ...options }: CallOptions = {}) {
      const clock = { now: () => now, sleep: async () => {} };
      const once = new JudgeOnce({ store, clock, job: JOB, caller: PYTHON, arguments: 'a', ...options });
      const required = once.chooseJob(poll(series));
      if (isSafe) once.recordSafeStart();
      return { required, note: once.note, code: once.note?.code ?? null };
    },
  };
}

describe('a job that is a process', () => {
  test('the first call is judged, and the next calls pass for twice the duration', () => {
    const { call, wait } = startJobs();
    expect(call()).toEqual({ required: JOB, note: null, code: null });
    wait(3 * HOUR);
    expect(call()).toMatchObject({ required: PASS, code: 'ALREADY_JUDGED' });
    wait(5 * HOUR - 1);
    expect(call()).toMatchObject({ required: PASS, code: 'ALREADY_JUDGED' });
    wait(1);
    expect(call({ isSafe: false })).toMatchObject({ required: JOB, code: 'JUDGED_TOO_LONG_AGO' });
  });

  test('the note has the process and both times', () => {
    const { call, wait } = startJobs();
    call();
    wait(4 * HOUR + 20 * MINUTE);
    expect(call().note).toEqual({
      code: 'ALREADY_JUDGED',
      subject: { kind: 'process', pid: 4711, name: 'python3' },
      judgedAt: AT,
      elapsedSeconds: 4 * 3600 + 1200,
      durationSeconds: 4 * 3600,
    });
  });

  test('a judgement after the limit counts again', () => {
    const { call, wait } = startJobs();
    call();
    wait(9 * HOUR);
    expect(call().required).toEqual(JOB);
    wait(7 * HOUR);
    expect(call().required).toEqual(PASS);
  });

  test('a refused call is not recorded', () => {
    const { call } = startJobs();
    expect(call({ isSafe: false }).required).toEqual(JOB);
    expect(call().required).toEqual(JOB);
    expect(call().required).toEqual(PASS);
  });

  test('a refused call does not delete the judgement', () => {
    const { call } = startJobs();
    call();
    expect(call({ isSafe: false }).required).toEqual(PASS);
    expect(call().required).toEqual(PASS);
  });

  test.each<[string, CallOptions]>([
    ['process', { caller: { ...PYTHON, id: 'p2' } }],
    ['command line', { arguments: 'b' }],
    ['role', { series: { ...identity, role: 'other' } }],
    ['host', { series: { ...identity, host: 'i-1' } }],
    ['version of IMDS', { series: { ...identity, apiVersion: '1' } }],
  ])('another %s is another job', (_, options) => {
    const { call } = startJobs();
    call();
    expect(call(options)).toMatchObject({ required: JOB, code: null });
    expect(call(options)).toMatchObject({ required: PASS });
  });

  test('a judgement of the future does not count', () => {
    const { call, wait } = startJobs();
    call();
    wait(-1);
    expect(call({ isSafe: false }).required).toEqual(JOB);
  });

  test('a failed poll has no note', () => {
    const { store } = startJobs();
    const clock = { now: () => AT, sleep: async () => {} };
    const once = new JudgeOnce({ store, clock, job: JOB, caller: null, arguments: 'a' });
    expect(once.chooseJob({ ...poll(), outcome: failedPoll(AT) })).toEqual(JOB);
    expect(once.note).toBeNull();
  });
});

describe('in doubt, every call is judged', () => {
  test('every call is judged if the caller is unknown', () => {
    const { call } = startJobs();
    for (let count = 0; count < 2; count += 1)
      expect(call({ caller: null })).toMatchObject({ required: JOB, code: 'CALLER_UNKNOWN' });
  });

  test('every call is judged if the database cannot be opened', () => {
    const { call, reopen, file } = startJobs();
    call();
    reopen(join(file, 'samples.db'));
    for (let count = 0; count < 2; count += 1)
      expect(call()).toMatchObject({ required: JOB, code: 'JUDGEMENT_NOT_STORED' });
    expect(call({ isSafe: false }).code).toBe('JUDGEMENT_NOT_STORED');
  });

  test('every call is judged if the table is missing, although the copy of the database works', () => {
    const { call, file } = startJobs();
    call();
    const sqlite = new Database(file);
    sqlite.exec('DROP TABLE judged_jobs');
    sqlite.close();
    expect(call()).toMatchObject({ required: JOB, code: 'JUDGEMENT_NOT_STORED' });
  });

  test('every call is judged if the row has a value of another type', () => {
    const { call, file } = startJobs();
    call();
    const sqlite = new Database(file);
    sqlite.exec("UPDATE judged_jobs SET judged_at = ''");
    sqlite.close();
    expect(call()).toMatchObject({ required: JOB, code: 'JUDGEMENT_NOT_STORED' });
  });

  test('a judgement that cannot be recorded on a full disk is reported', () => {
    const { call, file, reopen } = startJobs();
    reopen(file, { maxPages: 1 });
    const codes = Array.from(
      { length: 200 },
      (_, row) => call({ caller: { ...PYTHON, id: `p${row}` } }).code,
    );
    expect(codes[0]).toBeNull();
    const first = codes.indexOf('JUDGEMENT_NOT_STORED');
    expect(codes.slice(first)).toEqual(codes.slice(first).map(() => 'JUDGEMENT_NOT_STORED'));
  });
});

describe('a job that is a run of exec', () => {
  const start = { job: 'nightly', identity, startedAt: AT - MINUTE, end: null } as const;
  const enough = JOB.duration + JOB.margin;

  test('the judgement of exec counts for the whole run, if the validity at its start was enough', () => {
    const { call, wait, store } = startJobs();
    store.startJobRun({ ...start, remainingAtStart: enough }, 'outer');
    wait(20 * HOUR);
    const { required, note } = call({ caller: RUN });
    expect(required).toEqual(PASS);
    expect(note).toMatchObject({ subject: { kind: 'run', job: 'nightly' }, judgedAt: AT - MINUTE });
  });

  test('the judgement of exec counts if the clock of the host is behind', () => {
    const { call, store } = startJobs();
    store.startJobRun({ ...start, startedAt: AT + 10 * MINUTE, remainingAtStart: enough }, 'outer');
    expect(call({ caller: RUN })).toMatchObject({ required: PASS, code: 'ALREADY_JUDGED' });
  });

  test('the first call is judged if the validity was too short, and counts for the whole run', () => {
    const { call, wait, store } = startJobs();
    store.startJobRun({ ...start, remainingAtStart: enough - 1 }, 'outer');
    expect(call({ caller: RUN })).toMatchObject({ required: JOB, code: null });
    wait(20 * HOUR);
    expect(call({ caller: RUN })).toMatchObject({ required: PASS });
    expect(call({ caller: { ...RUN, ancestorIds: ['shell'] } }).required).toEqual(JOB);
  });

  test('the validity of another series does not count', () => {
    const { call, store } = startJobs();
    store.startJobRun({ ...start, remainingAtStart: enough }, 'outer');
    expect(call({ caller: RUN, series: { ...identity, role: 'other' } }).required).toEqual(JOB);
  });

  test('the run of the nearest ancestor counts', () => {
    const { call, store } = startJobs();
    store.startJobRun({ ...start, remainingAtStart: enough }, 'outer');
    store.startJobRun({ ...start, remainingAtStart: enough - 1 }, 'inner');
    expect(call({ caller: RUN }).required).toEqual(JOB);
  });

  test('a run that has ended, of another process or of another job does not count', () => {
    const { call, store } = startJobs();
    const id = store.startJobRun({ ...start, remainingAtStart: enough }, 'outer');
    store.endJobRun(id, { duration: 1, exitCode: 0, remainingAtEnd: 1 });
    store.startJobRun({ ...start, remainingAtStart: enough }, 'unrelated');
    store.startJobRun({ ...start, remainingAtStart: enough });
    store.startJobRun({ ...start, job: 'hourly', remainingAtStart: enough }, 'inner');
    for (let count = 0; count < 2; count += 1) {
      const { required, note } = call({ caller: RUN });
      expect([required, note]).toEqual([JOB, { code: 'RUN_NOT_FOUND', job: 'nightly' }]);
    }
  });
});
