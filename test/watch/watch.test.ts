import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import type { CredentialSource, PollOutcome } from '../../src/sources/source.ts';
import type { SampleStore } from '../../src/store/sample-store.ts';
import { pollOnce } from '../../src/watch/poll-once.ts';
import { type WatchOptions, watch } from '../../src/watch/watch.ts';
import { temporaryStore } from '../support/store/temporary-store.ts';
import { failedPoll, successfulPoll } from '../support/watch/poll-outcomes.ts';

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const CREDENTIALS = {
  accessKeyId: 'ASIA1',
  lastUpdated: START,
  expiration: START + 360 * MINUTE,
  zoneless: false,
};

/** A clock that advances only during `sleep` and `advance`. */
function fakeClock(): Clock & { advance(milliseconds: number): void } {
  let now = START;
  return {
    now: () => now,
    advance: (milliseconds) => {
      now += milliseconds;
    },
    sleep: async (milliseconds, signal) => {
      if (!signal?.aborted) now += Math.round(milliseconds);
    },
  };
}

function outcome(at: number, ok: boolean, host: string | null): PollOutcome {
  const identity = { apiVersion: '2', role: ok ? 'loader' : null, host, source: null };
  return ok ? successfulPoll(at, { identity, credentials: CREDENTIALS }) : failedPoll(at, { identity });
}

/** A source whose poll number n succeeds if `succeeds(n)`. Each poll takes `takes` milliseconds. */
function scriptedSource(
  clock: ReturnType<typeof fakeClock>,
  succeeds: (poll: number) => boolean,
  host: string | null = 'i-0abc',
  takes = 0,
) {
  const polledAt: number[] = [];
  const source: CredentialSource = {
    name: 'imds',
    endpoint: { url: 'http://127.0.0.1', loopback: true },
    poll: async () => {
      const at = clock.now();
      polledAt.push((at - START) / MINUTE);
      clock.advance(takes);
      return outcome(at, succeeds(polledAt.length), host);
    },
  };
  return { source, polledAt };
}

const context = (source: CredentialSource, store: SampleStore, host: string | null = null) => ({
  source,
  store,
  host,
  machine: 'ip-10-0-0-1',
});

async function watched(options: {
  succeeds?: (poll: number) => boolean;
  random?: () => number;
  minutes: number;
  interval?: number;
  takes?: number;
  onPoll?: WatchOptions['onPoll'];
}) {
  const clock = fakeClock();
  const { source, polledAt } = scriptedSource(
    clock,
    options.succeeds ?? (() => true),
    'i-0abc',
    options.takes,
  );
  const samples = await watch(context(source, temporaryStore()), {
    interval: options.interval ?? 300,
    duration: options.minutes * 60,
    clock,
    random: options.random ?? (() => 0.5),
    stop: new AbortController().signal,
    onPoll: options.onPoll ?? (() => {}),
  });
  return { samples, polledAt, endedAt: (clock.now() - START) / MINUTE };
}

describe('watch', () => {
  test('the interval is from the start of one poll to the start of the next', async () => {
    const { polledAt, samples, endedAt } = await watched({ minutes: 22, takes: 4000 });
    expect(polledAt).toEqual([0, 5, 10, 15, 20]);
    expect(samples).toBe(5);
    expect(endedAt).toBe(22);
  });

  test('a poll that takes longer than the interval is followed at once by the next one', async () => {
    const { polledAt } = await watched({ minutes: 20, takes: 7 * MINUTE });
    expect(polledAt).toEqual([0, 7, 14]);
  });

  test('a pause varies by up to 10 percent', async () => {
    const early = await watched({ minutes: 11, random: () => 0 });
    const late = await watched({ minutes: 11, random: () => 0.999_999 });
    expect(early.polledAt.slice(0, 2)).toEqual([0, 4.5]);
    expect(late.polledAt[1]).toBeCloseTo(5.5, 3);
  });

  test('the pause doubles with each failure up to one minute, and is reset by a sample', async () => {
    const { polledAt } = await watched({
      interval: 10,
      minutes: 4,
      succeeds: (poll) => poll === 1 || poll > 5,
    });
    expect(polledAt.slice(0, 8).map((minute) => Math.round(minute * 60))).toEqual([
      0, 10, 30, 70, 130, 190, 200, 210,
    ]);
  });

  test('each failure is reported with the time of the next poll', async () => {
    const nextPolls: number[] = [];
    await watched({
      interval: 10,
      minutes: 2,
      succeeds: () => false,
      onPoll: (_, nextPollAt) => void nextPolls.push((nextPollAt - START) / 1000),
    });
    expect(nextPolls).toEqual([20, 60, 120, Number.POSITIVE_INFINITY]);
  });

  test('failures do not shorten an interval of more than five minutes', async () => {
    const { polledAt, samples } = await watched({ interval: 3600, minutes: 130, succeeds: () => false });
    expect(polledAt).toEqual([0, 60, 120]);
    expect(samples).toBe(0);
  });

  test('the current poll is finished and recorded after stop', async () => {
    const clock = fakeClock();
    const stop = new AbortController();
    const { source } = scriptedSource(clock, () => true);
    const store = temporaryStore();
    const stopping: CredentialSource = {
      ...source,
      poll: async () => {
        stop.abort();
        return source.poll();
      },
    };
    const samples = await watch(context(stopping, store), {
      interval: 300,
      duration: null,
      clock,
      random: () => 0.5,
      stop: stop.signal,
      onPoll: () => {},
    });
    expect(samples).toBe(1);
    expect([...store.records()]).toHaveLength(1);
  });
});

test('an ended watch does not listen to the stop signal any more', async () => {
  const clock = fakeClock();
  const stop = new AbortController();
  const { source } = scriptedSource(clock, () => true);
  await watch(context(source, temporaryStore()), {
    ...{ interval: 300, duration: 600, clock, random: () => 0.5, stop: stop.signal },
    onPoll: () => {},
  });
  expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
});

test('a poll that succeeds after the grace period is recorded and reported', async () => {
  const clock = fakeClock();
  const stop = new AbortController();
  const store = temporaryStore();
  const slow: CredentialSource = {
    name: 'imds',
    endpoint: { url: 'http://127.0.0.1', loopback: true },
    poll: async (signal) => {
      stop.abort();
      await new Promise((done) => signal?.addEventListener('abort', done));
      return outcome(clock.now(), true, null);
    },
  };
  const reported: boolean[] = [];
  const samples = await watch(context(slow, store), {
    ...{ interval: 300, duration: null, clock, random: () => 0.5, stop: stop.signal },
    onPoll: (recorded) => void reported.push(recorded.outcome.ok),
  });
  expect([samples, reported]).toEqual([1, [true]]);
  expect([...store.records()]).toHaveLength(1);
});

test('a poll that hangs after stop is aborted and not recorded as failed', async () => {
  const clock = fakeClock();
  const stop = new AbortController();
  const store = temporaryStore();
  const hanging: CredentialSource = {
    name: 'imds',
    endpoint: { url: 'http://127.0.0.1', loopback: true },
    poll: (signal) => {
      stop.abort();
      return new Promise((done) => {
        signal?.addEventListener('abort', () => done(outcome(clock.now(), false, null)), { once: true });
      });
    },
  };
  const samples = await watch(context(hanging, store), {
    interval: 300,
    duration: null,
    clock,
    random: () => 0.5,
    stop: stop.signal,
    onPoll: () => {
      throw new Error('onPoll must not be called');
    },
  });
  expect(samples).toBe(0);
  expect([...store.records()]).toEqual([]);
});

describe('pollOnce', () => {
  test('a poll is recorded under the host that the caller chose', async () => {
    const { source } = scriptedSource(fakeClock(), () => true);
    const store = temporaryStore();
    expect((await pollOnce(context(source, store, 'loader-1'))).identity.host).toBe('loader-1');
  });

  test('a poll is recorded under the instance id, or else the last known id', async () => {
    const clock = fakeClock();
    const store = temporaryStore();
    const named = scriptedSource(clock, () => true).source;
    const nameless = scriptedSource(clock, (poll) => poll > 1, null).source;
    expect((await pollOnce(context(nameless, store))).identity.host).toBe('ip-10-0-0-1');
    expect((await pollOnce(context(named, store))).identity.host).toBe('i-0abc');
    expect((await pollOnce(context(nameless, store))).identity.host).toBe('i-0abc');
  });

  test('a host that the caller chose once is not used as the name of this machine', async () => {
    const clock = fakeClock();
    const store = temporaryStore();
    await pollOnce(context(scriptedSource(clock, () => true).source, store, 'other-host'));
    const failed = await pollOnce(context(scriptedSource(clock, () => false, null).source, store));
    expect(failed.identity.host).toBe('ip-10-0-0-1');
  });

  test('a failed poll is recorded with its reason', async () => {
    const clock = fakeClock();
    const store = temporaryStore();
    await pollOnce(context(scriptedSource(clock, () => true).source, store));
    clock.advance(MINUTE);
    await pollOnce(context(scriptedSource(clock, () => false, null).source, store));
    expect(store.histories()).toMatchObject([
      {
        generations: [{ accessKeyId: 'ASIA1' }],
        failedPolls: [
          { reason: 'timeout', count: 1, firstAt: START + MINUTE, lastAt: START + MINUTE, lastDetail: '' },
        ],
      },
    ]);
  });
});
