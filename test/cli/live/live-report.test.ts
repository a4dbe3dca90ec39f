import { expect, test } from 'vitest';
import { LiveReport } from '../../../src/cli/live/live-report.ts';
import type { StoredReport } from '../../../src/watch/stored-report.ts';

const NOTHING = { series: [], jobs: [], verdict: null };

/** A live report that counts reads of the database. Each read takes `cost` milliseconds. */
function counted(cost = 0) {
  const state = { reads: 0, now: 1_000_000, busy: false, fails: false, renders: 0 };
  let free = () => {};
  const waiting = new Promise<void>((resolve) => {
    free = resolve;
  });
  const assess = (): StoredReport => {
    state.reads += 1;
    state.now += cost;
    if (state.fails) throw new Error('unreadable');
    return { assessment: NOTHING, assessAllTime: () => NOTHING, hasDatabase: true, jobNames: [] };
  };
  const polls = { isBusy: () => state.busy, waitUntilIdle: () => (state.busy ? waiting : Promise.resolve()) };
  const clock = { now: () => state.now, sleep: async () => {} };
  const live = new LiveReport(assess, polls, clock);
  const text = (name = 'page') =>
    live.getText(name, async () => {
      state.renders += 1;
      return `${name} ${state.reads}`;
    });
  return { live, state, text, free: () => free() };
}

test('requests within ten seconds share one read and one text', async () => {
  const { state, text } = counted();
  expect(await Promise.all([text(), text(), text('metrics'), text()])).toEqual([
    'page 1',
    'page 1',
    'metrics 1',
    'page 1',
  ]);
  state.now += 9_999;
  expect(await text()).toBe('page 1');
  expect([state.reads, state.renders]).toEqual([1, 2]);
  state.now += 1;
  expect(await text()).toBe('page 2');
});

test('a poll makes the report outdated at once', async () => {
  const { live, text } = counted();
  await text();
  live.invalidate();
  expect(await text()).toBe('page 2');
});

test('a slow report takes at most a tenth of the time, however often polls come', async () => {
  const { live, state, text } = counted(3000);
  await text();
  live.invalidate();
  state.now += 29_999;
  expect(await text()).toBe('page 1');
  state.now += 1;
  expect(await text()).toBe('page 2');
});

test('during a poll, requests get the cached report or wait for the end of the poll', async () => {
  const { live, state, text, free } = counted();
  state.busy = true;
  const first = text();
  await new Promise(setImmediate);
  expect(state.reads).toBe(0);
  state.busy = false;
  free();
  expect(await first).toBe('page 1');
  live.invalidate();
  state.busy = true;
  expect(await text()).toBe('page 1');
});

test('an error is not cached', async () => {
  const { state, text } = counted();
  state.fails = true;
  await expect(Promise.all([text(), text()])).rejects.toThrow('unreadable');
  expect(state.reads).toBe(1);
  state.fails = false;
  expect(await text()).toBe('page 2');
});

test('a clock that was set back makes the report outdated', async () => {
  const { state, text } = counted();
  await text();
  state.now -= 3_600_000;
  expect(await text()).toBe('page 2');
});
