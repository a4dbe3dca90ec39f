import { expect, test } from 'vitest';
import { createLiveReport } from '../../../src/cli/live-report/live-report.ts';

const LIFETIME = 86_400_000;

/** A live report that counts renderings. Each rendering takes `cost` milliseconds, or waits for `finish()`. */
function counted(cost: number | null = 0) {
  const state = { now: 1_000_000, started: [] as string[], running: 0, mostRunning: 0, fails: false };
  let finish = () => {};
  const render = async (format: string) => {
    state.started.push(format);
    state.running += 1;
    state.mostRunning = Math.max(state.mostRunning, state.running);
    const text = `${format} ${state.started.length}`;
    if (cost === null) await new Promise<void>((resolve) => (finish = resolve));
    state.now += cost ?? 0;
    state.running -= 1;
    if (state.fails) throw new Error('unreadable');
    return text;
  };
  const live = createLiveReport(render, { now: () => state.now }, LIFETIME);
  return { live, state, text: (format = 'page') => live.getText(format), finish: () => finish() };
}

const settle = () => new Promise(setImmediate);

test('nothing is rendered without a request', async () => {
  const { live, state } = counted();
  for (let poll = 0; poll < 3; poll += 1) live.invalidate();
  await settle();
  expect(state.started).toEqual([]);
});

test('all requests between two polls share one text of each format', async () => {
  const { live, state, text } = counted();
  expect(await Promise.all([text(), text(), text('metrics'), text()])).toEqual([
    'page 1',
    'page 1',
    'metrics 2',
    'page 1',
  ]);
  state.now += LIFETIME - 1;
  expect(await text()).toBe('page 1');
  live.invalidate();
  expect(await text()).toBe('page 3');
  expect(await text('metrics')).toBe('metrics 4');
  expect(state.started).toHaveLength(4);
});

test('without a poll, a text is rendered again after its lifetime', async () => {
  const { state, text } = counted();
  await text();
  state.now += LIFETIME;
  expect(await text()).toBe('page 2');
});

test('a clock that is set forward during a rendering delays the next one by minutes, not by days', async () => {
  const { live, state, text } = counted(8 * 3_600_000);
  await text();
  live.invalidate();
  state.now += 700_000;
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

test('after a change of the result, a slow report takes at most half of the time', async () => {
  const { live, state, text } = counted(3000);
  await text();
  live.invalidate(true);
  state.now += 2999;
  expect(await text()).toBe('page 1');
  live.invalidate();
  state.now += 1;
  expect(await text()).toBe('page 2');
  live.invalidate();
  state.now += 29_999;
  expect(await text()).toBe('page 2');
});

test('requests during a slow rendering wait for its text, even after another poll', async () => {
  const { live, state, text, finish } = counted(null);
  const first = text();
  await settle();
  live.invalidate();
  const second = text();
  await settle();
  expect(state.started).toEqual(['page']);
  finish();
  expect(await Promise.all([first, second])).toEqual(['page 1', 'page 1']);
  const third = text();
  await settle();
  finish();
  expect(await third).toBe('page 2');
});

test('formats are rendered one after the other, each after the newest poll', async () => {
  const { live, state, text, finish } = counted(null);
  const texts = Promise.all([text('page'), text('metrics')]);
  await settle();
  expect(state.started).toEqual(['page']);
  live.invalidate();
  finish();
  await settle();
  finish();
  await texts;
  expect(state).toMatchObject({ started: ['page', 'metrics'], mostRunning: 1 });
  expect(await text('metrics')).toBe('metrics 2');
});

test('an error is not cached, and does not affect other formats', async () => {
  const { state, text } = counted();
  state.fails = true;
  await expect(Promise.all([text(), text()])).rejects.toThrow('unreadable');
  expect(state.started).toEqual(['page']);
  state.fails = false;
  expect(await text('metrics')).toBe('metrics 2');
  expect(await text()).toBe('page 3');
});

test('a clock that was set back makes a text outdated', async () => {
  const { state, text } = counted();
  await text();
  state.now -= 3_600_000;
  expect(await text()).toBe('page 2');
});
