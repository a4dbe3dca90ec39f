import { expect, test, vi } from 'vitest';
import type { CredentialSource, PolledCredentials } from '../../src/sources/source.ts';
import { pollOnce, type RecordedPoll } from '../../src/watch/poll-once.ts';
import { PollSchedule } from '../../src/watch/poll-schedule.ts';
import { temporaryStore } from '../support/store/temporary-store.ts';
import { failedPoll, successfulPoll } from '../support/watch/poll-outcomes.ts';

const SECOND = 1000;
const HOUR = 3600 * SECOND;
const START = Date.UTC(2026, 0, 1);
/** The first sample of the newest generation. */
const NEWEST = START + 4 * HOUR;
const INTERVAL = 300;
const LOOPBACK = { url: 'http://127.0.0.1', loopback: true };

const polled = (at: number, hour: number, changes: Partial<PolledCredentials> = {}) =>
  successfulPoll(at, {
    credentials: {
      accessKeyId: `ASIA${hour}`,
      lastUpdated: null,
      expiration: START + (hour + 6) * HOUR,
      zoneless: false,
    },
    ...changes,
  });

/**
 * An undated source that rotates at each full hour, and is polled every `interval` seconds. With 300 s, each
 * rotation lies in the 300 s before a first sample, so intervals are between 3300 and 3900 s. The next rotation
 * is due from 3000 to 3900 s after {@link NEWEST}.
 */
async function createSchedule(
  options: { random?: number; endpoint?: typeof LOOPBACK; interval?: number } = {},
) {
  const { random = 0.5, endpoint = LOOPBACK, interval = INTERVAL } = options;
  const store = temporaryStore();
  const readHistories = vi.spyOn(store, 'recentHistories');
  const context = (outcome: RecordedPoll['outcome']) => {
    const source: CredentialSource = { name: 'container', endpoint, poll: async () => outcome };
    return { source, store, host: 'h', machine: 'm' };
  };
  const record = (outcome: RecordedPoll['outcome']) => pollOnce(context(outcome));
  for (let at = START; at < NEWEST; at += interval * SECOND)
    await record(polled(at, Math.floor((at - START) / HOUR)));
  const newest = await record(polled(NEWEST, 4));
  const schedule = new PollSchedule(context(newest.outcome), { interval: INTERVAL, random: () => random });
  /** The pause after a poll at this number of seconds after the first sample of the newest generation. */
  const pauseAt = (seconds: number, changes?: Partial<PolledCredentials>) =>
    schedule.computePause({ ...newest, outcome: polled(NEWEST + seconds * SECOND, 4, changes) });
  const pauseAfterFailure = () => schedule.computePause({ ...newest, outcome: failedPoll(NEWEST) });
  return { schedule, record, newest, pauseAt, pauseAfterFailure, readHistories };
}

test('a pause before a due rotation ends one short pause before the due span', async () => {
  const { pauseAt } = await createSchedule();
  expect([0, 2670, 2671, 2800, 2939].map((seconds) => pauseAt(seconds))).toEqual([300, 300, 299, 170, 31]);
});

test('while a rotation is due, there are 30 polls', async () => {
  const { pauseAt } = await createSchedule();
  expect([2940, 3000, 3899, 3900].map((seconds) => pauseAt(seconds))).toEqual([30, 30, 30, 30]);
});

test('pauses stay short for half of the due span after its end, and for one more pause', async () => {
  const { pauseAt } = await createSchedule();
  expect([4379, 4380, 4380.001].map((seconds) => pauseAt(seconds))).toEqual([30, 30, 300]);
});

test('pauses in the due span vary by up to 10 percent, except the one before it', async () => {
  const { pauseAt } = await createSchedule({ random: 0 });
  expect([0, 2800, 3000, 5000].map((seconds) => pauseAt(seconds))).toEqual([270, 170, 27, 270]);
});

test('pauses in the due span are at least the minimum of the endpoint', async () => {
  // The due span is from 3480 to 3660 s, so 30 polls would need pauses of 6 s.
  const options = { interval: 60, random: 0, endpoint: { ...LOOPBACK, loopback: false } };
  const { pauseAt } = await createSchedule(options);
  expect([3400, 3465, 3600].map((seconds) => pauseAt(seconds))).toEqual([70, 10, 10]);
  // The due span, half of its length, and one pause.
  expect([3760, 3760.001].map((seconds) => pauseAt(seconds))).toEqual([10, 270]);
});

test('the due span is compared with the corrected time of a poll', async () => {
  const { pauseAt } = await createSchedule();
  expect(pauseAt(2830, { clockOffset: 30 })).toBe(170);
});

test('the history is read once for each generation', async () => {
  const { schedule, record, pauseAt, readHistories } = await createSchedule();
  for (const seconds of [0, 300, 3000]) pauseAt(seconds);
  expect(readHistories).toHaveBeenCalledTimes(1);
  await record(polled(NEWEST + 3300 * SECOND, 4));
  const next = await record(polled(NEWEST + HOUR, 5));
  for (let count = 0; count < 2; count += 1) expect(schedule.computePause(next)).toBe(300);
  expect(readHistories).toHaveBeenCalledTimes(2);
});

test('a dated poll has the usual pause, and needs no history', async () => {
  const { pauseAt, readHistories } = await createSchedule();
  const { credentials } = polled(NEWEST, 4);
  expect(pauseAt(3000, { credentials: { ...credentials, lastUpdated: NEWEST } })).toBe(300);
  expect(readHistories).not.toHaveBeenCalled();
});

test('pauses after failures vary by up to 10 percent', async () => {
  const early = await createSchedule({ random: 0 });
  expect(early.pauseAfterFailure()).toBe(270);
  const late = await createSchedule({ random: 1 });
  expect(late.pauseAfterFailure()).toBe(330);
});

test('the usual pause applies to a series without history', async () => {
  const { schedule, newest } = await createSchedule();
  const identity = { ...newest.identity, host: 'other' };
  expect(schedule.computePause({ ...newest, identity })).toBe(300);
});
