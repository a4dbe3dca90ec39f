import { describe, expect, test, vi } from 'vitest';
import { CredWatchError } from '../../src/errors.ts';
import type { CredentialSource, PollOutcome } from '../../src/sources/source.ts';
import { explainLoss, findSeriesHistory, type PollStore, pollOnce } from '../../src/watch/poll-once.ts';
import { catchError } from '../support/catch-error.ts';
import { temporaryStore } from '../support/store/temporary-store.ts';
import { failedPoll, successfulPoll } from '../support/watch/poll-outcomes.ts';

const START = Date.UTC(2026, 0, 1);
const SECOND = 1000;

function poll(store: PollStore, outcome: PollOutcome, host: string | null = 'h', signal?: AbortSignal) {
  const source: CredentialSource = { name: 'container', endpoint: null, poll: async () => outcome };
  return pollOnce({ source, store, host, machine: 'm' }, signal);
}

const starting = (second: number) => failedPoll(START + second * SECOND, { reason: 'starting' });

/** A poll whose request for the instance id fails. */
const unknown = { identity: { apiVersion: '2', role: 'loader', host: null, source: null } };

/** The credentials of another instance. */
const other = { ...successfulPoll(START).credentials, accessKeyId: 'ASIA2' };

describe('pollOnce', () => {
  test('an endpoint that is starting has failed after two minutes', async () => {
    const store = temporaryStore();
    const states: boolean[] = [];
    for (const second of [0, 60, 119.999, 120, 180]) {
      states.push((await poll(store, starting(second))).isStarting);
    }
    expect(states).toEqual([true, true, true, false, false]);
    expect(store.histories()[0]?.failedPolls).toMatchObject([{ reason: 'starting', count: 2 }]);
  });

  test('a failed poll has an empty role and API version if they are unknown', async () => {
    const store = temporaryStore();
    const identity = { apiVersion: null, role: null, host: null, source: null };
    const recorded = await poll(store, failedPoll(START, { identity }));
    expect(recorded.identity).toEqual({ host: 'h', source: 'container', apiVersion: '', role: '' });
    expect(recorded.isStarting).toBe(false);
  });

  test('a sample has the name of this machine, with a mark if the caller chose the host', async () => {
    const store = temporaryStore();
    const recordSample = vi.spyOn(store, 'recordSample');
    await poll(store, successfulPoll(START), null);
    await poll(store, successfulPoll(START), 'h');
    expect(recordSample.mock.calls.map(([{ host }, , machine]) => [host, machine])).toEqual([
      ['i-0abc', 'm'],
      ['h', '@m'],
    ]);
  });

  test('a missing instance id is noted once, with the sample that is recorded under the name of the machine', async () => {
    const store = temporaryStore();
    const identity = { apiVersion: '2', role: 'app', host: null, source: null };
    const outcome = { identity, notes: [{ code: 'INSTANCE_ID_UNKNOWN' as const }] };
    const recorded = [
      await poll(store, failedPoll(START, outcome), null),
      await poll(store, successfulPoll(START, outcome), 'h'),
      await poll(store, successfulPoll(START, outcome), null),
      await poll(store, successfulPoll(START + SECOND, outcome), null),
    ];
    expect(recorded.map((each) => [each.identity.host, each.outcome.notes.length])).toEqual([
      ['m', 0],
      ['h', 0],
      ['m', 1],
      ['m', 0],
    ]);
  });

  test('samples of the machine that stay separate are noted once', async () => {
    const store = temporaryStore();
    const polls = [
      successfulPoll(START, unknown),
      successfulPoll(START + SECOND, { credentials: other }),
      successfulPoll(START + 2 * SECOND, { credentials: other }),
    ];
    const notes = [];
    for (const each of polls) notes.push((await poll(store, each, null)).outcome.notes);
    expect(notes).toEqual([[], [{ code: 'OTHER_HOST_STAYS', host: 'm', source: 'container' }], []]);
    const moved = temporaryStore();
    await poll(moved, successfulPoll(START, unknown), null);
    expect((await poll(moved, successfulPoll(START + SECOND), null)).outcome.notes).toEqual([]);
  });

  test('a poll without an instance id has the host that served its key before, not another instance', async () => {
    const store = temporaryStore();
    const polls = [
      successfulPoll(START, unknown),
      successfulPoll(START + SECOND, { credentials: other }),
      successfulPoll(START + 2 * SECOND, unknown),
      successfulPoll(START + 3 * SECOND, { ...unknown, credentials: other }),
    ];
    const hosts = [];
    for (const each of polls) hosts.push((await poll(store, each, null)).identity.host);
    expect(hosts).toEqual(['m', 'i-0abc', 'm', 'i-0abc']);
  });

  test('an aborted poll is recorded only if it succeeded', async () => {
    const store = temporaryStore();
    const stopped = AbortSignal.abort();
    await poll(store, failedPoll(START), 'h', stopped);
    expect([...store.records()]).toEqual([]);
    await poll(store, successfulPoll(START), 'h', stopped);
    expect([...store.records()]).toHaveLength(1);
  });

  test('a failed check is recorded only if the host has a sample, a failed poll in any case', async () => {
    const store = temporaryStore();
    const check = (outcome: PollOutcome, host = 'h') => {
      const source: CredentialSource = { name: 'container', endpoint: null, poll: async () => outcome };
      return pollOnce({ source, store, host, machine: 'm', recordedFailures: 'measurable' });
    };
    await check(failedPoll(START));
    expect((await check(starting(0))).isStarting).toBe(true);
    await check(starting(180));
    expect([...store.records()]).toEqual([]);

    await check(successfulPoll(START + SECOND), 'i-0');
    await check(failedPoll(START + 2 * SECOND), 'h');
    expect([...store.records()]).toHaveLength(1);
    await check(failedPoll(START + 2 * SECOND), 'i-0');
    expect([...store.records()]).toHaveLength(2);

    await poll(store, failedPoll(START));
    expect([...store.records()]).toHaveLength(3);
  });

  test('an error of the store says which record was lost', async () => {
    const store = temporaryStore();
    const error = new CredWatchError('no space left', 'free some space', { code: 'DATABASE_FULL' });
    const fail = () => {
      throw error;
    };
    const broken = { ...bind(store), recordSample: fail, recordFailedPoll: fail, recordStarting: fail };
    const errors = { message: 'x', hint: 'free some space', code: 'DATABASE_FULL', cause: error };
    await expect(poll(broken, successfulPoll(START))).rejects.toMatchObject({
      ...errors,
      message: 'the sample was not recorded: no space left',
    });
    await expect(poll(broken, failedPoll(START))).rejects.toMatchObject({
      ...errors,
      message: 'the failed poll (timeout) was not recorded: no space left',
    });
    await expect(poll(broken, starting(0))).rejects.toMatchObject({
      message: 'the failed poll (starting) was not recorded: no space left',
    });
    const identity = { apiVersion: null, role: null, host: null, source: null };
    const noHost = poll({ ...broken, findLastHost: fail }, failedPoll(START, { identity }), null);
    await expect(noHost).rejects.toMatchObject({ message: 'the poll was not recorded: no space left' });
  });
});

const bind = (store: PollStore): PollStore => ({
  recordSample: (...args) => store.recordSample(...args),
  recordFailedPoll: (...args) => store.recordFailedPoll(...args),
  recordStarting: (...args) => store.recordStarting(...args),
  findLastHost: (...args) => store.findLastHost(...args),
  hasSeries: (...args) => store.hasSeries(...args),
  recentHistories: (...args) => store.recentHistories(...args),
});

test('explainLoss leaves other errors and the excepted codes unchanged', () => {
  const other = new Error('a defect');
  const excepted = new CredWatchError('lost', 'hint', { code: 'RUN_NOT_FOUND' });
  const rethrow = (error: Error) =>
    catchError(() =>
      explainLoss(
        'loss',
        () => {
          throw error;
        },
        new Set(['RUN_NOT_FOUND'] as const),
      ),
    );
  expect(rethrow(other)).toBe(other);
  expect(rethrow(excepted)).toBe(excepted);
  expect(explainLoss('loss', () => 7)).toBe(7);
});

test('the history of a series is found by host, source, role and API version', () => {
  const store = temporaryStore();
  const series = (host: string, role: string, apiVersion: string) =>
    ({ host, source: 'imds', role, apiVersion }) as const;
  const all = [
    series('a', 'app', '1'),
    series('a', 'app', '2'),
    series('a', 'job', '2'),
    series('b', 'app', '2'),
  ];
  for (const each of all) {
    const sample = { accessKeyId: 'ASIA1', lastUpdated: null, expiration: START, zoneless: false };
    store.recordSample(each, { ...sample, observedAt: START, clockOffset: 0 }, 'm');
  }
  for (const each of all) expect(findSeriesHistory(store, each)?.identity).toEqual(each);
  expect(findSeriesHistory(store, series('a', 'app', '3'))).toBeNull();
  expect(findSeriesHistory(store, series('c', 'app', '2'))).toBeNull();
});
