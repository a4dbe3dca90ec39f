import { expect, test, vi } from 'vitest';
import { CredWatchError } from '../../../src/errors.ts';
import type { CredentialSource, PollOutcome } from '../../../src/sources/source.ts';
import { PollPool } from '../../../src/watch/targets/poll-pool.ts';
import { FakeClock } from '../../support/server/fake-clock.ts';
import { temporaryStore } from '../../support/store/temporary-store.ts';
import { successfulPoll } from '../../support/watch/poll-outcomes.ts';

const settle = () => new Promise(setImmediate);

/** A pool whose polls end when the test ends them. */
function createPool({ quick = 16, ignoresAbort = false } = {}) {
  const clock = new FakeClock();
  const store = temporaryStore();
  const transactions = vi.spyOn(store, 'writeTogether');
  const poolClock = ignoresAbort
    ? { now: clock.now, sleep: (milliseconds: number) => clock.sleep(milliseconds) }
    : clock;
  const pool = new PollPool(store, { quick, total: 16 }, poolClock);
  const stop = new AbortController();
  const started: string[] = [];
  const createTarget = (host: string) => {
    let settlePoll = (_: Promise<PollOutcome>) => {};
    const source: CredentialSource = {
      name: 'imds',
      endpoint: null,
      poll: () => {
        started.push(host);
        return new Promise((resolve) => (settlePoll = resolve));
      },
    };
    return {
      poll: () => pool.poll({ source, store, host, machine: 'm' }, stop.signal, stop.signal),
      end: () => settlePoll(Promise.resolve(successfulPoll(clock.now()))),
      fail: () => settlePoll(Promise.reject(new Error('a defect'))),
    };
  };
  const stored = () => store.seriesNames('host');
  return { clock, store, transactions, stop, started, stored, createTarget };
}

test('a poll that ends without a record starts no timer', async () => {
  const { clock, createTarget } = createPool();
  const [a, b] = [createTarget('a'), createTarget('b')];
  const polls = [a.poll(), b.poll()];
  a.fail();
  await expect(polls[0]).rejects.toThrow('a defect');
  expect(clock.left()).toEqual([]);
  b.end();
  await polls[1];
});

test('polls that end one after another share one timer', async () => {
  const { clock, createTarget, stored } = createPool();
  const targets = ['a', 'b', 'c'].map(createTarget);
  const polls = targets.map((target) => target.poll());
  targets[0]?.end();
  await settle();
  expect(clock.left()).toEqual([1000]);
  clock.pass(600);
  targets[1]?.end();
  await settle();
  expect(clock.left()).toEqual([400]);
  clock.pass(399);
  await settle();
  expect(stored()).toEqual([]);
  clock.pass(1);
  await settle();
  expect(stored()).toEqual(['a', 'b']);
  targets[2]?.end();
  await Promise.all(polls);
});

test('the timer of an earlier round does not end the wait of the next one', async () => {
  // A sleep that ends late stands for a timer that was released too late.
  const { clock, createTarget, stored } = createPool({ ignoresAbort: true });
  const [a, b] = [createTarget('a'), createTarget('b')];
  const first = [a.poll(), b.poll()];
  a.end();
  await settle();
  b.end();
  await Promise.all(first);
  clock.pass(500);
  const [c, d] = [createTarget('c'), createTarget('d')];
  const second = [c.poll(), d.poll()];
  c.end();
  await settle();
  clock.pass(500);
  await settle();
  expect(stored()).toEqual(['a', 'b']);
  d.end();
  await Promise.all(second);
  expect(stored()).toEqual(['a', 'b', 'c', 'd']);
});

test('a round without a finished poll opens no transaction', async () => {
  const { stop, transactions, createTarget } = createPool();
  stop.abort();
  expect(await createTarget('a').poll()).toBeNull();
  expect(transactions).not.toHaveBeenCalled();
});

test('a target that was slow does not delay quick ones, until it is quick again', async () => {
  const { clock, started, createTarget } = createPool({ quick: 1 });
  const [slow, a, b] = [createTarget('slow'), createTarget('a'), createTarget('b')];
  const first = slow.poll();
  clock.pass(1000);
  slow.end();
  await first;
  const second = [slow.poll(), a.poll(), b.poll()];
  await settle();
  expect(started).toEqual(['slow', 'slow', 'a']);
  slow.end();
  a.end();
  await settle();
  b.end();
  await Promise.all(second);
  started.length = 0;
  const third = [slow.poll(), a.poll()];
  await settle();
  expect(started).toEqual(['slow']);
  slow.end();
  await settle();
  a.end();
  await Promise.all(third);
});

test('an error of the transaction says that the polls of the round were not recorded', async () => {
  const { transactions, createTarget } = createPool();
  transactions.mockImplementation(() => {
    throw new CredWatchError('no space left', 'free some space', { code: 'DATABASE_FULL' });
  });
  const [a, b] = [createTarget('a'), createTarget('b')];
  const polls = Promise.allSettled([a.poll(), b.poll()]);
  a.end();
  b.end();
  const reason = { message: 'the polls were not recorded: no space left', hint: 'free some space' };
  expect(await polls).toMatchObject([
    { status: 'rejected', reason },
    { status: 'rejected', reason },
  ]);
});
