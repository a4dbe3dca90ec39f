import { expect, test } from 'vitest';
import { AwsClock } from '../../../src/watch/refresh/aws-clock.ts';
import { FakeClock } from '../../support/server/fake-clock.ts';

const HOUR = 3_600_000;

function createClocks() {
  const host = new FakeClock();
  return { host, startedAt: host.now(), aws: new AwsClock(host), stop: new AbortController() };
}

test('the clock follows the clock of the host, and goes on if it is set back', () => {
  const { host, startedAt, aws } = createClocks();
  host.pass(1000);
  expect(aws.now()).toBe(startedAt + 1000);
  host.set(startedAt - HOUR);
  expect(aws.now()).toBe(startedAt + 1000);
  host.pass(500);
  expect(aws.now()).toBe(startedAt + 1500);
  expect(aws.getOffset()).toBe(-3601);
});

test('a sleep takes its time, also if the clock of the host is set back meanwhile', async () => {
  const { host, startedAt, aws, stop } = createClocks();
  const asleep = aws.sleep(10_000, stop.signal);
  host.pass(4000);
  expect(aws.now()).toBe(startedAt + 4000);
  host.set(startedAt - HOUR);
  host.pass(6000);
  await asleep;
  expect(aws.now()).toBe(startedAt + 10_000);
});

test('a sleep that a request watches does not count its time twice', async () => {
  const { host, startedAt, aws, stop } = createClocks();
  const asleep = aws.sleep(10_000, stop.signal);
  for (let second = 0; second < 10; second += 1) {
    host.pass(1000);
    aws.now();
  }
  await asleep;
  expect(aws.now()).toBe(startedAt + 10_000);
});

test('a timer that ends a little early does not change the clock', async () => {
  const { host, startedAt } = createClocks();
  const early = { now: host.now, sleep: async () => void host.pass(9999) };
  const aws = new AwsClock(early);
  await aws.sleep(10_000, new AbortController().signal);
  expect(aws.now()).toBe(startedAt + 9999);
});

test('a sleep that is aborted does not count as time', async () => {
  const { host, startedAt, aws, stop } = createClocks();
  const asleep = aws.sleep(10_000, stop.signal);
  host.pass(3000);
  stop.abort();
  await asleep;
  expect(aws.now()).toBe(startedAt + 3000);
});

test('the offset of a response corrects the clock, and a response without a time changes nothing', () => {
  const { host, startedAt, aws } = createClocks();
  aws.synchronise(1800);
  expect([aws.now(), aws.getOffset()]).toEqual([startedAt - HOUR / 2, 1800]);
  aws.synchronise(null);
  expect(aws.now()).toBe(startedAt - HOUR / 2);
  aws.synchronise(2);
  expect([aws.now(), aws.getOffset()]).toEqual([host.now(), 0]);
});
