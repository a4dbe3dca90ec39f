import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { createGracePeriod } from '../../src/watch/grace-period.ts';
import { FakeClock } from '../support/server/fake-clock.ts';

const settle = () => new Promise(setImmediate);

test('the grace period is over two seconds after the stop', async () => {
  const clock = new FakeClock();
  const stop = new AbortController();
  const { over } = createGracePeriod(stop.signal, clock);
  clock.pass(5000);
  await settle();
  expect(over.aborted).toBe(false);
  stop.abort();
  clock.pass(1999);
  await settle();
  expect(over.aborted).toBe(false);
  clock.pass(1);
  await settle();
  expect(over.aborted).toBe(true);
});

test('an ended grace period has no timer, and no listener on the stop signal', async () => {
  const clock = new FakeClock();
  const [early, late] = [new AbortController(), new AbortController()];
  const started = createGracePeriod(early.signal, clock);
  early.abort();
  expect(clock.left()).toEqual([2000]);
  started.end();
  expect(clock.left()).toEqual([]);
  const { end } = createGracePeriod(late.signal, clock);
  expect(getEventListeners(late.signal, 'abort')).toHaveLength(1);
  end();
  expect(getEventListeners(late.signal, 'abort')).toEqual([]);
});
