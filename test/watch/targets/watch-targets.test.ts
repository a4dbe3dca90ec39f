import { getEventListeners } from 'node:events';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { CredentialSource, PollOutcome } from '../../../src/sources/source.ts';
import type { RecordedPoll } from '../../../src/watch/poll-once.ts';
import { PollPool } from '../../../src/watch/targets/poll-pool.ts';
import {
  pollEachTarget,
  TargetWatcher,
  type WatchedTarget,
} from '../../../src/watch/targets/watch-targets.ts';
import { FakeClock } from '../../support/server/fake-clock.ts';
import { temporaryStore } from '../../support/store/temporary-store.ts';
import { failedPoll, successfulPoll } from '../../support/watch/poll-outcomes.ts';

const settle = () => new Promise(setImmediate);

type Script = (clock: FakeClock, signal?: AbortSignal) => Promise<PollOutcome> | PollOutcome;
const works: Script = (clock) => successfulPoll(clock.now());
const fails: Script = (clock) => failedPoll(clock.now());
/** Ends with a timeout when the poll is aborted. */
const hangs: Script = (clock, signal) =>
  new Promise((resolve) => signal?.addEventListener('abort', () => resolve(failedPoll(clock.now()))));

function createPool() {
  const clock = new FakeClock();
  const store = temporaryStore();
  const transactions = vi.spyOn(store, 'writeTogether');
  const pool = new PollPool(store, { quick: 4, total: 16 }, clock);
  const stop = new AbortController();
  const recorded: string[] = [];
  const onPoll = ({ context }: WatchedTarget, { outcome }: RecordedPoll) => {
    recorded.push(`${context.host} ${outcome.ok}`);
  };
  const starts: string[] = [];
  const createTarget = (host: string, script: Script, interval = 60): WatchedTarget => {
    const source: CredentialSource = {
      name: 'imds',
      endpoint: { url: 'http://127.0.0.1', loopback: true },
      poll: async (signal) => {
        starts.push(host);
        return script(clock, signal);
      },
    };
    return { context: { source, store, host, machine: 'm' }, interval };
  };
  /** Transactions inside another one do not count. */
  const countTransactions = () => transactions.mock.calls.length - [...store.records()].length;
  const stored = () => store.seriesNames('host');
  const startWatcher = (random = () => 0.5) =>
    new TargetWatcher<WatchedTarget>({ pool, clock, stop, random, onPoll });
  return {
    clock,
    store,
    pool,
    stop,
    recorded,
    onPoll,
    starts,
    createTarget,
    countTransactions,
    stored,
    startWatcher,
  };
}

test('a round of a thousand targets is one transaction', async () => {
  const { pool, clock, stop, store, onPoll, createTarget, countTransactions } = createPool();
  const targets = Array.from({ length: 1000 }, (_, index) =>
    createTarget(`h${index}`, index % 2 ? works : fails),
  );
  expect(await pollEachTarget(targets, { pool, clock, stop: stop.signal, onPoll })).toBe(0);
  expect([...store.records()]).toHaveLength(1000);
  expect(countTransactions()).toBe(1);
});

test('a round of many targets causes no warning of Node about listeners', async () => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => warnings.push(warning);
  process.on('warning', onWarning);
  onTestFinished(() => void process.off('warning', onWarning));
  const { pool, clock, stop, onPoll, createTarget } = createPool();
  const targets = Array.from({ length: 30 }, (_, index) => createTarget(`h${index}`, hangs));
  const round = pollEachTarget(targets, { pool, clock, stop: stop.signal, onPoll });
  for (let second = 0; second < 5; second += 1) {
    await settle();
    clock.pass(1000);
  }
  stop.abort();
  await settle();
  clock.pass(2000);
  expect(await round).toBe(30);
  await settle();
  expect(warnings).toEqual([]);
});

test('an ended round leaves no timer, and no listener on the stop signal', async () => {
  const { pool, clock, stop, onPoll, createTarget } = createPool();
  await pollEachTarget([createTarget('a', works)], { pool, clock, stop: stop.signal, onPoll });
  expect(clock.left()).toEqual([]);
  expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
});

test('polls that have ended are recorded after a second, although another poll hangs', async () => {
  const { pool, clock, stop, onPoll, recorded, createTarget, countTransactions } = createPool();
  const targets = [createTarget('a', works), createTarget('slow', hangs), createTarget('b', fails)];
  const round = pollEachTarget(targets, { pool, clock, stop: stop.signal, onPoll });
  await settle();
  expect(recorded).toEqual([]);
  clock.pass(1000);
  await settle();
  expect(recorded).toEqual(['a true', 'b false']);
  expect(countTransactions()).toBe(1);
  stop.abort();
  clock.pass(2000);
  expect(await round).toBe(1);
});

test('after a stop, a round starts no poll, records those that ended, and gives the others two seconds', async () => {
  const { pool, clock, stop, onPoll, starts, stored, createTarget } = createPool();
  const names = ['a', 'b', 'c', 'd', 'e'];
  const targets = names.map((name) => createTarget(name, name === 'a' ? works : hangs));
  const round = pollEachTarget(targets, { pool, clock, stop: stop.signal, onPoll });
  await settle();
  expect(starts).toEqual(names);
  const late = pollEachTarget([createTarget('late', works)], { pool, clock, stop: stop.signal, onPoll });
  stop.abort();
  await settle();
  clock.pass(2000);
  expect([await round, await late]).toEqual([4, 1]);
  expect(stored()).toEqual(['a']);
});

test('a poll that cannot be recorded ends the round, after the others have ended', async () => {
  const { pool, clock, stop, store, onPoll, createTarget } = createPool();
  store.close();
  const round = pollEachTarget([createTarget('a', works)], { pool, clock, stop: stop.signal, onPoll });
  await expect(round).rejects.toThrow('The database connection is not open');
});

test('a defect of one source rejects, and the other polls of the round are recorded', async () => {
  const { pool, clock, stop, onPoll, stored, createTarget } = createPool();
  const defect: Script = () => Promise.reject(new Error('a defect'));
  const targets = [createTarget('a', works), createTarget('b', defect), createTarget('c', works)];
  await expect(pollEachTarget(targets, { pool, clock, stop: stop.signal, onPoll })).rejects.toThrow(
    'a defect',
  );
  expect(stored()).toEqual(['a', 'c']);
});

test('each target has its own interval, and a random pause after its first poll', async () => {
  const { clock, starts, createTarget, startWatcher } = createPool();
  const watcher = startWatcher();
  watcher.setTargets([createTarget('a', works, 60), createTarget('b', works, 20)]);
  await settle();
  expect(starts).toEqual(['a', 'b']);
  const startedAfter = async (seconds: number) => {
    starts.length = 0;
    clock.pass(seconds * 1000);
    await settle();
    return [...starts].sort();
  };
  expect(await startedAfter(10)).toEqual(['b']);
  expect(await startedAfter(20)).toEqual(['a', 'b']);
  expect(await startedAfter(20)).toEqual(['b']);
  expect(await startedAfter(40)).toEqual(['a', 'b']);
  expect(await watcher.end()).toBe(8);
});

test('the second poll of a target comes at the earliest after the shortest interval of its endpoint', async () => {
  const { clock, createTarget, startWatcher } = createPool();
  const watcher = startWatcher(() => 0);
  watcher.setTargets([createTarget('a', works)]);
  await settle();
  expect(clock.left()).toEqual([1000]);
  await watcher.end();
});

test('a target that hangs is not polled a second time, and does not delay the others', async () => {
  const { clock, starts, createTarget, startWatcher } = createPool();
  const watcher = startWatcher();
  watcher.setTargets([createTarget('slow', hangs, 10), createTarget('a', works, 10)]);
  for (let pass = 0; pass < 10; pass += 1) {
    await settle();
    clock.pass(5000);
  }
  await settle();
  expect(starts.filter((host) => host === 'slow')).toHaveLength(1);
  expect(starts.filter((host) => host === 'a').length).toBeGreaterThan(4);
  const ended = watcher.end();
  await settle();
  clock.pass(2000);
  await ended;
});

test('new targets are polled at once, and removed ones no more', async () => {
  const { clock, starts, createTarget, startWatcher } = createPool();
  const watcher = startWatcher();
  const [a, b, c] = ['a', 'b', 'c'].map((host) => createTarget(host, works)) as [
    WatchedTarget,
    WatchedTarget,
    WatchedTarget,
  ];
  watcher.setTargets([a, b]);
  await settle();
  watcher.setTargets([b, c]);
  await settle();
  expect(starts).toEqual(['a', 'b', 'c']);
  clock.pass(30_000);
  await settle();
  expect(starts).toEqual(['a', 'b', 'c', 'b', 'c']);
  expect(await watcher.end()).toBe(5);
});

test('a removed target with a running poll is still recorded', async () => {
  const { clock, createTarget, startWatcher, stored } = createPool();
  const watcher = startWatcher();
  let finish = () => {};
  const slow: Script = (now) => new Promise((resolve) => (finish = () => resolve(successfulPoll(now.now()))));
  watcher.setTargets([createTarget('a', slow)]);
  await settle();
  watcher.setTargets([]);
  finish();
  await settle();
  clock.pass(1000);
  await watcher.end();
  expect(stored()).toEqual(['a']);
});

test('an error of the database stops all targets', async () => {
  const { clock, stop, store, starts, createTarget, startWatcher } = createPool();
  const watcher = startWatcher();
  watcher.setTargets([createTarget('a', works), createTarget('b', works)]);
  await settle();
  store.close();
  clock.pass(60_000);
  await settle();
  expect(stop.signal.aborted).toBe(true);
  await expect(watcher.end()).rejects.toThrow('The database connection is not open');
  const count = starts.length;
  clock.pass(600_000);
  await settle();
  expect(starts).toHaveLength(count);
});

test('the error of one target is reported, and the first one of several', async () => {
  for (const messages of [['the first'], ['the first', 'the second']]) {
    const { createTarget, startWatcher } = createPool();
    const watcher = startWatcher();
    watcher.setTargets(
      messages.map((message) => createTarget('a', () => Promise.reject(new Error(message)))),
    );
    await settle();
    await expect(watcher.end()).rejects.toThrow('the first');
  }
});

test('a target that was removed can be added again', async () => {
  const { clock, starts, createTarget, startWatcher } = createPool();
  const watcher = startWatcher();
  const target = createTarget('a', works);
  watcher.setTargets([target]);
  await settle();
  watcher.setTargets([]);
  clock.pass(60_000);
  await settle();
  expect(starts).toEqual(['a']);
  watcher.setTargets([target, target]);
  await settle();
  expect(starts).toEqual(['a', 'a']);
  expect(await watcher.end()).toBe(2);
});

test('the end waits for the running poll of a removed target', async () => {
  const { clock, recorded, createTarget, startWatcher } = createPool();
  const watcher = startWatcher();
  watcher.setTargets([createTarget('slow', hangs)]);
  await settle();
  watcher.setTargets([]);
  let hasEnded = false;
  const ended = watcher.end().then(() => {
    hasEnded = true;
  });
  clock.pass(1999);
  await settle();
  expect(hasEnded).toBe(false);
  clock.pass(1);
  await ended;
  expect(recorded).toEqual([]);
});

test('a stop ends all targets', async () => {
  const { stop, clock, createTarget, startWatcher } = createPool();
  const watcher = startWatcher();
  watcher.setTargets([createTarget('a', works), createTarget('b', fails)]);
  await settle();
  stop.abort();
  expect(await watcher.end()).toBe(1);
  expect(clock.left()).toEqual([]);
});
