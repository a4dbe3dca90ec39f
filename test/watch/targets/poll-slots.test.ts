import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { PollSlots } from '../../../src/watch/targets/poll-slots.ts';
import { FakeClock } from '../../support/server/fake-clock.ts';

const settle = () => new Promise(setImmediate);

/** Slots whose polls end when the test ends them. */
function createSlots(quick: number, total: number) {
  const clock = new FakeClock();
  const slots = new PollSlots({ quick, total }, clock);
  const stop = new AbortController();
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  const run = (name: string, wasSlow = false) =>
    slots.run(
      () => {
        started.push(name);
        return new Promise<string>((resolve) => ends.set(name, () => resolve(name)));
      },
      wasSlow,
      stop.signal,
    );
  return { clock, slots, stop, started, run, end: (name: string) => ends.get(name)?.() };
}

test('at most the given number of quick polls run at once, in order', async () => {
  const { started, run, end } = createSlots(2, 8);
  const polls = ['a', 'b', 'c', 'd'].map((name) => run(name));
  await settle();
  expect(started).toEqual(['a', 'b']);
  end('b');
  await settle();
  expect(started).toEqual(['a', 'b', 'c']);
  for (const name of ['a', 'c']) end(name);
  await settle();
  end('d');
  expect((await Promise.all(polls)).map((poll) => poll?.result)).toEqual(['a', 'b', 'c', 'd']);
});

test('polls that take over a second give their slots to others, up to the total', async () => {
  const { clock, started, run } = createSlots(2, 5);
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) void run(name);
  await settle();
  clock.pass(999);
  await settle();
  expect(started).toEqual(['a', 'b']);
  clock.pass(1);
  await settle();
  expect(started).toEqual(['a', 'b', 'c', 'd']);
  clock.pass(1000);
  await settle();
  expect(started).toEqual(['a', 'b', 'c', 'd', 'e']);
});

test('only the polls that have become slow give their slots to others', async () => {
  const { clock, started, run } = createSlots(2, 5);
  void run('a');
  clock.pass(500);
  for (const name of ['b', 'c', 'd']) void run(name);
  clock.pass(500);
  await settle();
  expect(started).toEqual(['a', 'b', 'c']);
  clock.pass(499);
  await settle();
  expect(started).toEqual(['a', 'b', 'c']);
  clock.pass(1);
  await settle();
  expect(started).toEqual(['a', 'b', 'c', 'd']);
});

test('a poll that was slow before another one waits gives its slot at once', async () => {
  const { clock, started, run } = createSlots(1, 4);
  void run('a');
  clock.pass(1500);
  void run('b');
  clock.pass(0);
  await settle();
  expect(started).toEqual(['a', 'b']);
});

test('polls of slow targets use at most half of the total, and do not delay the others', async () => {
  const { started, run, end } = createSlots(2, 4);
  for (const name of ['slow 1', 'slow 2', 'slow 3']) void run(name, true);
  for (const name of ['a', 'b']) void run(name);
  await settle();
  expect(started).toEqual(['slow 1', 'slow 2', 'a', 'b']);
  end('slow 1');
  await settle();
  expect(started.at(-1)).toBe('slow 3');
});

test('a poll is slow if it takes a second', async () => {
  const { clock, run, end } = createSlots(2, 4);
  const polls = [run('quick'), run('slow')];
  clock.pass(999);
  end('quick');
  await settle();
  clock.pass(1);
  end('slow');
  expect((await Promise.all(polls)).map((poll) => poll?.isSlow)).toEqual([false, true]);
});

test('a poll that waits is not started after a stop, and a running one continues', async () => {
  const { stop, started, run, end } = createSlots(1, 4);
  const polls = [run('a'), run('b')];
  await settle();
  stop.abort();
  expect(await polls[1]).toBeNull();
  expect(await run('c')).toBeNull();
  end('a');
  expect((await polls[0])?.result).toBe('a');
  expect(started).toEqual(['a']);
});

test('a poll that was stopped while it waited does not use a slot later', async () => {
  const { slots, stop, run, end } = createSlots(1, 1);
  const polls = [run('a'), run('stopped')];
  stop.abort();
  end('a');
  await Promise.all(polls);
  const next = await slots.run(async () => 'next', false, new AbortController().signal);
  expect(next?.result).toBe('next');
});

test('a poll that has waited does not listen to the stop signal any more', async () => {
  const { stop, run, end } = createSlots(1, 4);
  const polls = [run('a'), run('b')];
  expect(getEventListeners(stop.signal, 'abort')).toHaveLength(1);
  end('a');
  await settle();
  expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
  end('b');
  await Promise.all(polls);
});

test('a poll that throws frees its slot', async () => {
  const clock = new FakeClock();
  const slots = new PollSlots({ quick: 1, total: 2 }, clock);
  const { signal } = new AbortController();
  const broken = slots.run(() => Promise.reject(new Error('broken')), false, signal);
  const next = slots.run(async () => 1, false, signal);
  await expect(broken).rejects.toThrow('broken');
  expect((await next)?.result).toBe(1);
});

test('all polls that wait share one timer', async () => {
  const { clock, run } = createSlots(1, 4);
  for (const name of ['a', 'b', 'c']) void run(name);
  expect(clock.left()).toEqual([1000]);
  clock.pass(1000);
  await settle();
  expect(clock.left()).toEqual([1000]);
});

test('a timer that was released starts no second timer when its time comes', async () => {
  const clock = new FakeClock();
  // Ends no sleep early, so that a released timer ends after the next one has started.
  const lateClock = { now: clock.now, sleep: (milliseconds: number) => clock.sleep(milliseconds) };
  const slots = new PollSlots({ quick: 1, total: 4 }, lateClock);
  const { signal } = new AbortController();
  let endFirst = () => {};
  void slots.run(() => new Promise<void>((resolve) => (endFirst = resolve)), false, signal);
  const hangs = () => new Promise(() => {});
  void slots.run(hangs, false, signal);
  clock.pass(500);
  endFirst();
  await settle();
  void slots.run(hangs, false, signal);
  expect(clock.left()).toEqual([500, 1000]);
  clock.pass(500);
  await settle();
  expect(clock.left()).toEqual([500]);
});

test('no timer is left when no poll waits', async () => {
  const { clock, run, end } = createSlots(1, 4);
  const polls = [run('a'), run('b')];
  await settle();
  expect(clock.left()).toEqual([1000]);
  end('a');
  await settle();
  expect(clock.left()).toEqual([]);
  end('b');
  await Promise.all(polls);
});
