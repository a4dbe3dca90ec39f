import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import type { PolledState } from '../../../src/domain/changes/poll-changes.ts';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { catchError } from '../../support/catch-error.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { POLLED_STATE as STATE } from '../../support/domain/polled-state.ts';

const AT = Date.UTC(2026, 0, 1);
const DAY = 86_400_000;
const LISTENER = { command: 'c1', jobs: 'j1' };

function openStore() {
  const file = join(temporaryFolder(), 'samples.db');
  const store = SampleStore.open(file);
  onTestFinished(() => store.close());
  return { store, file, states: store.reportedStates };
}

const toReported = ({ result, role, verdict }: PolledState) => ({ result, role, verdict });

test('a command gets its own state, else the newest state of another command', () => {
  const { states } = openStore();
  expect(states.find(STATE, LISTENER)).toBe(null);
  states.record(STATE, LISTENER, AT);
  const failed = { ...STATE, result: 'timeout', role: null, verdict: null } as const;
  states.record(failed, { command: 'c2', jobs: 'j2' }, AT + 1);
  expect(states.find(STATE, LISTENER)).toEqual({ state: toReported(STATE), isOwn: true });
  expect(states.find(STATE, { command: 'c3', jobs: 'j1' })).toEqual({
    state: toReported(STATE),
    isOwn: false,
  });
  expect(states.find(STATE, { command: 'c1', jobs: 'j3' })).toEqual({
    state: toReported(failed),
    isOwn: false,
  });
  expect(states.find({ ...STATE, host: 'other' }, LISTENER)).toBe(null);
});

test('a verdict on other jobs is not the reported one', () => {
  const { states } = openStore();
  states.record(STATE, LISTENER, AT);
  expect(states.find(STATE, { command: 'c1', jobs: 'j2' })?.state).toEqual({
    ...toReported(STATE),
    verdict: null,
  });
});

test('only the newest fifty states of a host and source are kept', () => {
  const { states, file } = openStore();
  for (let index = 0; index < 60; index += 1)
    states.record(STATE, { command: `c${index}`, jobs: '' }, AT + index);
  const count = new Database(file, { readonly: true })
    .prepare('SELECT count(*) FROM reported_states')
    .pluck();
  expect(count.get()).toBe(50);
  expect(states.find(STATE, { command: 'c59', jobs: '' })?.isOwn).toBe(true);
  expect(states.find(STATE, { command: 'c9', jobs: '' })?.isOwn).toBe(false);
});

test('prune deletes the state of a host without later polls only', () => {
  const { store, states } = openStore();
  states.record(STATE, LISTENER, AT);
  states.record({ ...STATE, host: 'failing' }, LISTENER, AT);
  states.record({ ...STATE, host: 'gone' }, LISTENER, AT);
  const identity = { host: 'i-0abc', source: 'imds', apiVersion: '2', role: 'loader' } as const;
  store.recordSample(
    identity,
    {
      observedAt: AT + 2 * DAY,
      clockOffset: null,
      accessKeyId: 'ASIATESTTESTTEST0001',
      lastUpdated: AT,
      expiration: AT + 3 * DAY,
      zoneless: false,
    },
    '',
  );
  store.recordFailedPoll('failing', 'imds', {
    observedAt: AT + 2 * DAY,
    reason: 'timeout',
    detail: '',
    accessKeyId: null,
    expiration: null,
    clockOffset: null,
  });
  store.prune(AT + DAY, { dryRun: false });
  const isKept = (host: string) => states.find({ ...STATE, host }, LISTENER) !== null;
  expect(['i-0abc', 'failing', 'gone'].map(isKept)).toEqual([true, true, false]);
});

test('a value that no version writes is an error of the database', () => {
  const { states, file } = openStore();
  states.record(STATE, LISTENER, AT);
  for (const column of ['result', 'verdict']) {
    new Database(file).exec(`UPDATE reported_states SET ${column} = 'x'`);
    expect(catchError(() => states.find(STATE, LISTENER))).toMatchObject({ code: 'DATABASE_DAMAGED' });
    new Database(file).exec(`UPDATE reported_states SET result = 'recorded'`);
  }
});

const LIMIT = 120_000;
const claimAt = ({ states }: ReturnType<typeof openStore>, now: number) =>
  states.claim(STATE, LISTENER, { now, expiresAt: now + LIMIT }, () => true);

test.each([
  ['at the same time', 0],
  ['shortly before its end', LIMIT - 1],
  ['from a process that read its clock before, and then waited for the lock', -50],
])('a claim keeps others from a claim %s', (_, later) => {
  const opened = openStore();
  expect(claimAt(opened, AT)).not.toBeNull();
  expect(claimAt(opened, AT + later)).toBeNull();
});

test.each([
  ['after its time', LIMIT],
  ['after the clock was set back', -3_600_000],
])('a claim of a killed process ends %s', (_, later) => {
  const opened = openStore();
  expect(claimAt(opened, AT)).not.toBeNull();
  expect(claimAt(opened, AT + later)).not.toBeNull();
});
