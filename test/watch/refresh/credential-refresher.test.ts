import { describe, expect, test } from 'vitest';
import { Secret } from '../../../src/secret.ts';
import { sampleCases } from '../../support/thorough.ts';
import {
  createPendingPoll,
  createRefresher,
  failed,
  good,
  HOUR,
  issue,
  MINUTE,
  type PollScript,
  SECOND,
  settle,
} from '../../support/watch/refresher.ts';

const IMDS = { issues: false, endpoint: { url: 'http://169.254.169.254', loopback: false } };

describe('a healthy source that issues credentials for each poll', () => {
  test.each(
    sampleCases(
      [
        // The refresh starts up to 2 minutes early. With a random number of 0.5, three quarters of this time.
        ['an hour', 60, 1710],
        ['six hours', 360, 10_710],
        ['40 minutes', 40, 810],
        ['15 minutes', 15, 255],
        ['a minute', 1, 25.5],
      ],
      3,
    ),
  )(
    'credentials of %s are refreshed before half of their lifetime has passed, or earlier',
    async (_, minutes, period) => {
      const { refresher, pass, polledAt } = createRefresher([issue(minutes)]);
      await refresher.start();
      await pass(Math.ceil(2.5 * period));
      expect(polledAt.map((at, poll) => at - poll * period).every((late) => late >= 0 && late <= 2)).toBe(
        true,
      );
      expect(polledAt).toHaveLength(3);
    },
  );

  test('a minimum remaining validity makes refreshes more frequent', async () => {
    const { refresher, pass, polledAt } = createRefresher([issue(60)], {
      options: { minRemaining: 50 * 60 },
    });
    await refresher.start();
    await pass(1100);
    expect(polledAt).toEqual([0, 510, 1020]);
  });

  test('the current credentials are those of the last refresh', async () => {
    const { refresher, pass, keyId, startedAt } = createRefresher([issue(60)]);
    await refresher.start();
    expect(keyId()).toBe(`ASIA${startedAt}`);
    await pass(1709);
    expect(keyId()).toBe(`ASIA${startedAt}`);
    await pass(1);
    expect(keyId()).toBe(`ASIA${startedAt + 1710 * SECOND}`);
    expect(refresher.getCurrent()).toMatchObject({ accountId: '111122223333' });
  });

  test('a poll of the caller replaces the first poll', async () => {
    const { clock, refresher, pass, polledAt, keyId } = createRefresher([issue(60)]);
    refresher.startWith(good(clock, 'ASIAFIRST', clock.now() + HOUR));
    expect(keyId()).toBe('ASIAFIRST');
    await pass(1710);
    expect(polledAt).toEqual([1710]);
    expect(keyId()).not.toBe('ASIAFIRST');
  });

  test('a poll of the caller that was made some time ago is refreshed at the same time', async () => {
    const { clock, refresher, pass, polledAt } = createRefresher([issue(60)]);
    const poll = good(clock, 'ASIAFIRST', clock.now() + HOUR);
    await pass(600);
    refresher.startWith(poll);
    await pass(1200);
    expect(polledAt).toEqual([1710]);
  });
});

describe('a source that rotates itself', () => {
  const served =
    (key: string, expiration: number, lastUpdated: number | null = null): PollScript =>
    (clock) =>
      good(clock, key, expiration, {
        credentials: { accessKeyId: key, lastUpdated, expiration, zoneless: false },
      });

  test('a key that the source still serves is polled again after a tenth of its remaining validity', async () => {
    const probe = createRefresher([], IMDS);
    const expiration = probe.startedAt + 40 * MINUTE;
    const { refresher, pass, polledAt, keyId } = createRefresher(
      [served('ASIA1', expiration), served('ASIA1', expiration), served('ASIA1', expiration), issue(60)],
      IMDS,
    );
    await refresher.start();
    await pass(1200);
    // 1590 seconds are left at the second poll, and 1431 at the third.
    expect(polledAt).toEqual([0, 810, 969, 1113]);
    expect(keyId()).not.toBe('ASIA1');
  });

  test('the credentials are the same object while the source serves the same key', async () => {
    const { startedAt } = createRefresher([], IMDS);
    const expiration = startedAt + 40 * MINUTE;
    const { refresher, pass, polledAt } = createRefresher([served('ASIA1', expiration)], IMDS);
    await refresher.start();
    const first = refresher.getCurrent();
    await pass(1200);
    expect(polledAt.length).toBeGreaterThan(2);
    expect(refresher.getCurrent()).toBe(first);
  });

  test('an earlier expiration of the same key counts, and its time of issue stays', async () => {
    const { startedAt } = createRefresher([], IMDS);
    const { refresher, pass, keyId } = createRefresher(
      [served('ASIA1', startedAt + HOUR), served('ASIA1', startedAt + 50 * MINUTE)],
      IMDS,
    );
    await refresher.start();
    await pass(1800);
    expect(refresher.getCurrent()).toMatchObject({ observedAt: startedAt });
    await pass(1199);
    expect(keyId()).toBe('ASIA1');
    await pass(1);
    expect(keyId()).toBeNull();
  });

  test('a key that the source serves until its end is polled at most every ten seconds', async () => {
    const probe = createRefresher([], IMDS);
    const { refresher, pass, polledAt } = createRefresher(
      [served('ASIA1', probe.startedAt + 10 * MINUTE)],
      IMDS,
    );
    await refresher.start();
    await pass(599);
    const pauses = polledAt.slice(1).map((at, index) => at - (polledAt[index] ?? 0));
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(10);
    expect(pauses.at(-1)).toBeLessThan(12);
  });

  test('the lifetime begins at LastUpdated', async () => {
    const probe = createRefresher([], IMDS);
    const { startedAt } = probe;
    const { refresher, pass, polledAt } = createRefresher(
      [served('ASIA1', startedAt + 5 * HOUR, startedAt - HOUR)],
      IMDS,
    );
    await refresher.start();
    await pass(3 * 3600);
    // Half of six hours is reached after two hours.
    expect(polledAt[1]).toBe(2 * 3600 - 90);
  });

  test('a server that sets LastUpdated to the present at each response does not delay the next poll', async () => {
    const probe = createRefresher([], IMDS);
    const expiration = probe.startedAt + HOUR;
    const { refresher, pass, polledAt } = createRefresher(
      [(clock) => served('ASIA1', expiration, clock.now())(clock)],
      IMDS,
    );
    await refresher.start();
    await pass(3300);
    expect(polledAt.slice(0, 3)).toEqual([0, 1710, 1899]);
  });

  test('a shorter-lived document does not replace a longer-lived one', async () => {
    const { refresher, pass, keyId, startedAt, polledAt } = createRefresher([issue(60), issue(20)], IMDS);
    await refresher.start();
    await pass(1800);
    expect(polledAt.length).toBeGreaterThan(1);
    expect(keyId()).toBe(`ASIA${startedAt}`);
  });

  test('an older key that a second endpoint serves does not replace the newer one', async () => {
    const { startedAt } = createRefresher([], IMDS);
    const old = served('ASIA1', startedAt + 50 * MINUTE);
    const { refresher, pass, keyId } = createRefresher([issue(60), old, issue(60), old], IMDS);
    await refresher.start();
    await pass(3500);
    expect(keyId()).not.toBe('ASIA1');
  });

  test('for one key, the earliest stated expiration counts', async () => {
    const { startedAt } = createRefresher([], IMDS);
    const { refresher, pass, keyId } = createRefresher(
      [served('ASIA1', startedAt + HOUR), served('ASIA1', startedAt + 2 * HOUR)],
      IMDS,
    );
    await refresher.start();
    await pass(3599);
    expect(keyId()).toBe('ASIA1');
    await pass(1);
    expect(keyId()).toBeNull();
    await pass(60);
    expect(refresher.getStatus().lastFailure?.reason).toBe('expired');
  });
});

describe('a source whose sessions become shorter', () => {
  test('the longer session is served while it is better, and no session is requested in vain', async () => {
    const { refresher, pass, polledAt, keyId, startedAt } = createRefresher([issue(360), issue(30)]);
    await refresher.start();
    await pass(6 * 3600 - 30 * 60);
    // The first poll that returned a shorter session, then one before that session is the longer one.
    expect(polledAt).toHaveLength(2);
    expect(keyId()).toBe(`ASIA${startedAt}`);
    await pass(6 * 60);
    expect(keyId()).not.toBe(`ASIA${startedAt}`);
    expect(polledAt).toHaveLength(3);
  });
});

describe('credentials that must not be served', () => {
  test('expired credentials are a failure of the first poll', async () => {
    const { refresher, recorded } = createRefresher([issue(0)]);
    const { outcome } = await refresher.start();
    expect(outcome).toMatchObject({ ok: false, reason: 'expired' });
    expect(refresher.getCurrent()).toBeNull();
    // What the source served is a measurement.
    expect(recorded()).toEqual(['sample']);
  });

  test('expired credentials do not replace valid ones', async () => {
    const { refresher, pass, keyId, startedAt } = createRefresher([issue(60), issue(-60)]);
    await refresher.start();
    await pass(3599);
    expect(keyId()).toBe(`ASIA${startedAt}`);
    await pass(1);
    expect(keyId()).toBeNull();
  });

  test('keys without a session token are rejected with a failure that says what to do', async () => {
    const secrets = { accessKeyId: new Secret('AKIA1'), secretAccessKey: new Secret('a'), token: null };
    const { refresher, recorded } = createRefresher([
      (clock) => good(clock, 'AKIA1', clock.now() + HOUR, { secrets }),
    ]);
    const { outcome } = await refresher.start();
    expect(outcome).toMatchObject({
      ok: false,
      reason: 'long-lived',
      misconfiguration: { code: 'LONG_TERM_KEYS' },
    });
    expect(refresher.getCurrent()).toBeNull();
    expect(recorded()).toEqual(['failed_poll']);
  });

  test('a poll of the caller that cannot be served is rejected, and nothing is refreshed', async () => {
    const secrets = { accessKeyId: new Secret('AKIA1'), secretAccessKey: new Secret('a'), token: null };
    const { clock, refresher, pass, polledAt } = createRefresher([issue(60)]);
    const rejection = refresher.startWith(good(clock, 'AKIA1', clock.now() + HOUR, { secrets }));
    expect(rejection).toMatchObject({ reason: 'long-lived', misconfiguration: { code: 'LONG_TERM_KEYS' } });
    expect(refresher.startWith(good(clock, 'ASIA1', clock.now()))?.reason).toBe('expired');
    await pass(3600);
    expect([refresher.getCurrent(), polledAt]).toEqual([null, []]);
  });

  test('a source that reports long-lived keys gets the same advice', async () => {
    const { refresher } = createRefresher([(clock) => failed(clock, { reason: 'long-lived' })]);
    const { outcome } = await refresher.start();
    expect(outcome).toMatchObject({ misconfiguration: { code: 'LONG_TERM_KEYS' } });
  });
});

describe('requests of clients', () => {
  test('200 requests during a refresh cause one poll and get the old credentials at once', async () => {
    const pending = createPendingPoll();
    const { refresher, pass, polledAt, mostAtOnce, keyId, startedAt } = createRefresher([
      issue(60),
      pending.script,
    ]);
    await refresher.start();
    await pass(1710);
    expect(polledAt).toHaveLength(2);
    for (let request = 0; request < 200; request += 1) {
      expect(refresher.noteRequest()).toBeNull();
      expect(keyId()).toBe(`ASIA${startedAt}`);
    }
    await settle();
    pending.release(issue(60));
    await settle();
    expect(keyId()).toBe(`ASIA${startedAt + 1710 * SECOND}`);
    expect([polledAt.length, mostAtOnce()]).toEqual([2, 1]);
  });

  test('200 requests during the first poll wait for it', async () => {
    const pending = createPendingPoll();
    const { refresher, polledAt, keyId } = createRefresher([pending.script]);
    const started = refresher.start();
    const waits = Array.from({ length: 200 }, () => refresher.noteRequest());
    expect(waits.every((wait) => wait instanceof Promise)).toBe(true);
    pending.release(issue(60));
    await Promise.all([started, ...waits]);
    expect(keyId()).not.toBeNull();
    expect(polledAt).toHaveLength(1);
  });

  test('a request waits for at most 900 milliseconds', async () => {
    const pending = createPendingPoll();
    const { clock, refresher } = createRefresher([pending.script]);
    void refresher.start();
    let isOver = false;
    const wait = refresher.noteRequest()!.then(() => {
      isOver = true;
    });
    clock.pass(899);
    await settle();
    expect(isOver).toBe(false);
    clock.pass(1);
    await wait;
    expect(refresher.getCurrent()).toBeNull();
    pending.release(failed);
  });

  test('a request does not wait if the next poll is not due', async () => {
    const { refresher, polledAt } = createRefresher([failed]);
    await refresher.start();
    expect(refresher.noteRequest()).toBeNull();
    expect(polledAt).toHaveLength(1);
  });
});

describe('close', () => {
  test('close aborts the poll in progress, waits for it and does not record it', async () => {
    let hasEnded = false;
    const hanging: PollScript = async (clock, signal) => {
      await new Promise((resolve) => signal?.addEventListener('abort', resolve));
      await new Promise(setImmediate);
      hasEnded = true;
      return failed(clock);
    };
    const { refresher, pass, polls, errors, recorded } = createRefresher([issue(60), hanging]);
    await refresher.start();
    await pass(1800);
    await refresher.close();
    expect(hasEnded).toBe(true);
    expect([recorded(), polls, errors]).toEqual([['sample'], [], []]);
  });

  test('close during the first poll ends it', async () => {
    const hanging: PollScript = async (clock, signal) => {
      await new Promise((resolve) => signal?.addEventListener('abort', resolve));
      return failed(clock);
    };
    const { refresher, pass, recorded, polledAt } = createRefresher([hanging]);
    const started = refresher.start();
    await refresher.close();
    expect((await started).outcome.ok).toBe(false);
    await pass(60);
    expect([recorded(), polledAt]).toEqual([[], [0]]);
  });

  test('a signal that aborts the first poll also prevents later polls', async () => {
    const stop = new AbortController();
    const { refresher, pass, polledAt } = createRefresher([
      async (clock) => {
        stop.abort();
        return failed(clock);
      },
    ]);
    await refresher.start(stop.signal);
    await pass(60);
    expect(polledAt).toEqual([0]);
  });

  test('nothing is polled after close, and no sleep is left', async () => {
    const { clock, refresher, pass, polledAt } = createRefresher([issue(60)]);
    await refresher.start();
    await refresher.close();
    await pass(2 * 3600);
    expect(refresher.noteRequest()).toBeNull();
    expect(polledAt).toEqual([0]);
    expect(clock.left()).toEqual([]);
    expect(refresher.getStatus().nextAttemptAt).toBeNull();
  });
});
