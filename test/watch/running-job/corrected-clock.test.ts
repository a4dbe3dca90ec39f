import { expect, test } from 'vitest';
import { CorrectedClock } from '../../../src/watch/running-job/corrected-clock.ts';
import { FakeClock } from '../../support/server/fake-clock.ts';

const START = Date.UTC(2026, 10, 22, 10);
const { signal: never } = new AbortController();

test('the corrected clock is ahead of the host by a fixed time', () => {
  const host = new FakeClock(START);
  const clock = new CorrectedClock(host, 5000);
  host.pass(1000);
  expect(clock.now()).toBe(START + 6000);
});

test('the corrected clock does not go back if the host is set back', () => {
  const host = new FakeClock(START);
  const clock = new CorrectedClock(host, 0);
  host.pass(60_000);
  expect(clock.now()).toBe(START + 60_000);
  host.pass(-3_600_000);
  expect(clock.now()).toBe(START + 60_000);
});

test('time that passes still counts if the host is set back again and again', async () => {
  let now = START;
  const pauses: number[] = [];
  const host = {
    now: () => now,
    sleep: async (milliseconds: number) => {
      pauses.push(milliseconds);
      now -= 3_600_000;
    },
  };
  const clock = new CorrectedClock(host, 0);
  await clock.sleepUntil(START + 70_000, never);
  expect(pauses).toEqual([30_000, 30_000, 10_000]);
  expect(clock.now()).toBe(START + 70_000);
});

test('a machine that was suspended notices the end of a sleep within 30 seconds', async () => {
  const host = new FakeClock(START);
  const clock = new CorrectedClock(host, 0);
  const sleep = clock.sleepUntil(START + 3_600_000, never);
  expect(host.left()).toEqual([30_000]);
  // While a machine is suspended, the clock goes on and timers stand still.
  host.pass(7_200_000);
  await sleep;
  expect(clock.now()).toBe(START + 7_200_000);
});

test('an aborted sleep ends at once', async () => {
  const host = new FakeClock(START);
  const clock = new CorrectedClock(host, 0);
  const stop = new AbortController();
  const sleep = clock.sleepUntil(START + 60_000, stop.signal);
  stop.abort();
  await sleep;
  expect(clock.now()).toBe(START);
});
