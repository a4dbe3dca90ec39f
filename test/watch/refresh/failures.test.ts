import { describe, expect, test } from 'vitest';
import type { FailureReason } from '../../../src/domain/model.ts';
import { temporaryStore } from '../../support/store/temporary-store.ts';
import { sampleCases } from '../../support/thorough.ts';
import {
  createRefresher,
  failed,
  good,
  HOUR,
  issue,
  MINUTE,
  type PollScript,
  SECOND,
} from '../../support/watch/refresher.ts';

const because =
  (reason: FailureReason, detail = ''): PollScript =>
  (clock) =>
    failed(clock, { reason, detail });

const findPauses = (polledAt: readonly number[]) =>
  polledAt.slice(1).map((at, index) => at - (polledAt[index] ?? 0));

describe('an outage of the source', () => {
  test('the last good credentials are served until they expire, and not for a second longer', async () => {
    const { refresher, pass, keyId, startedAt } = createRefresher([issue(60), because('aws-unreachable')]);
    await refresher.start();
    await pass(3599);
    expect(keyId()).toBe(`ASIA${startedAt}`);
    await pass(1);
    expect(keyId()).toBeNull();
  });

  test('an outage that is longer than a lifetime ends within half a minute after the source is back', async () => {
    let isDown = false;
    const { clock, refresher, pass, keyId, polledAt } = createRefresher([
      (now) => (isDown ? failed(now, { reason: 'aws-unreachable' }) : issue(60)(now)),
    ]);
    await refresher.start();
    isDown = true;
    await pass(3 * 3600);
    expect(keyId()).toBeNull();
    isDown = false;
    const polls = polledAt.length;
    let recoveredAfter = Number.POSITIVE_INFINITY;
    const from = clock.now();
    await pass(31, () => {
      if (keyId() !== null) recoveredAfter = Math.min(recoveredAfter, (clock.now() - from) / SECOND);
    });
    expect(recoveredAfter).toBeLessThanOrEqual(30);
    expect(polledAt).toHaveLength(polls + 1);
    expect(refresher.getStatus()).toMatchObject({ failures: 0, lastFailure: null });
    // From now on, everything is as before the outage.
    await pass(1720);
    expect(polledAt).toHaveLength(polls + 2);
  });

  test('pauses between failed polls double up to five minutes, and become shorter before the expiration', async () => {
    const { refresher, pass, polledAt } = createRefresher([issue(360), failed]);
    await refresher.start();
    await pass(6 * 3600);
    const pauses = findPauses(polledAt.slice(1));
    // With a random number of 0.5, three quarters of 2, 4, 8, … and 300 seconds. The clock shows whole seconds.
    expect(pauses.slice(0, 9)).toEqual([2, 3, 6, 12, 24, 48, 96, 192, 225]);
    expect(Math.max(...pauses)).toBe(225);
    const last = pauses.at(-1) ?? 0;
    expect(last).toBeLessThanOrEqual(10);
    expect(last).toBeGreaterThan(5);
  });

  test('without valid credentials, pauses are at most half a minute', async () => {
    const { refresher, pass, polledAt } = createRefresher([failed]);
    await refresher.start();
    await pass(3600);
    expect(Math.max(...findPauses(polledAt))).toBe(23);
  });

  test('the random part halves a pause at most', async () => {
    const { refresher, pass, polledAt } = createRefresher([failed], { options: { random: () => 0 } });
    await refresher.start();
    await pass(600);
    expect(Math.max(...findPauses(polledAt))).toBe(15);
  });

  test('a source that throttles requests is polled after 30 seconds or later, also before the expiration', async () => {
    const { refresher, pass, polledAt } = createRefresher([issue(60), because('throttled')]);
    await refresher.start();
    await pass(3700);
    const pauses = findPauses(polledAt.slice(1));
    expect(pauses[0]).toBe(30);
    expect(Math.min(...pauses)).toBe(30);
    expect(pauses.length).toBeLessThan(40);
  });

  test('a slow source is polled again after a pause, one poll at a time', async () => {
    const slow: PollScript = async (clock, signal) => {
      await clock.sleep(25 * SECOND, signal);
      return failed(clock);
    };
    const { refresher, pass, polledAt, mostAtOnce } = createRefresher([issue(60), slow]);
    await refresher.start();
    await pass(3600);
    expect(mostAtOnce()).toBe(1);
    expect(Math.min(...findPauses(polledAt.slice(1)))).toBeGreaterThan(25);
  });

  test('credentials that expire while a poll runs are not served', async () => {
    const slow: PollScript = async (clock, signal) => {
      await clock.sleep(HOUR, signal);
      return failed(clock);
    };
    const { refresher, pass, keyId } = createRefresher([issue(60), slow]);
    await refresher.start();
    await pass(3600);
    expect(keyId()).toBeNull();
    expect(refresher.getStatus().nextAttemptAt).toBeNull();
  });
});

describe('a failure that needs a person', () => {
  test.each(
    sampleCases<FailureReason>(
      ['sso-login-required', 'invalid-configuration', 'identity-token-unreadable'],
      3,
    ),
  )('after %s, a repair is noticed within a minute', async (reason) => {
    let isRepaired = false;
    const { clock, refresher, pass, keyId, polledAt } = createRefresher(
      [(now) => (isRepaired ? issue(60)(now) : failed(now, { reason }))],
      { options: { random: () => 0.999 } },
    );
    refresher.startWith(good(clock, 'ASIALONG', clock.now() + 12 * HOUR));
    await pass(9 * 3600);
    // Half of the pauses of other failures are longer than a minute at this time.
    expect(Math.max(...findPauses(polledAt))).toBeLessThanOrEqual(51);
    await pass(3 * 3600);
    expect(keyId()).toBeNull();
    isRepaired = true;
    await pass(60);
    expect(keyId()).not.toBeNull();
  });

  test('the same failure is recorded every five minutes, and another one at once', async () => {
    let reason: FailureReason = 'sso-login-required';
    const { refresher, pass, polledAt, recorded, polls } = createRefresher([
      (now) => failed(now, { reason }),
    ]);
    await refresher.start();
    await pass(3600);
    expect(polledAt.length).toBeGreaterThan(60);
    expect(recorded().length).toBeGreaterThanOrEqual(11);
    expect(recorded().length).toBeLessThanOrEqual(12);
    // The first poll is the return value of `start`.
    expect(polls).toHaveLength(polledAt.length - 1);
    const before = recorded().length;
    reason = 'not-configured';
    await pass(60);
    expect(recorded()).toHaveLength(before + 1);
  });

  test('a source that serves expired credentials is recorded every five minutes', async () => {
    const { startedAt } = createRefresher([]);
    const { refresher, pass, recorded, polledAt } = createRefresher(
      [(clock) => good(clock, 'ASIA1', startedAt - MINUTE)],
      { issues: false },
    );
    await refresher.start();
    await pass(1800);
    expect(polledAt.length).toBeGreaterThan(30);
    expect(recorded().length).toBeGreaterThanOrEqual(5);
    expect(recorded().length).toBeLessThanOrEqual(6);
  });
});

test('expired credentials with another key are recorded at once', async () => {
  let key = 'ASIA1';
  const { startedAt } = createRefresher([]);
  const { refresher, pass, recorded } = createRefresher([(clock) => good(clock, key, startedAt - MINUTE)]);
  await refresher.start();
  await pass(240);
  expect(recorded()).toHaveLength(1);
  key = 'ASIA2';
  await pass(60);
  expect(recorded()).toHaveLength(2);
});

describe('status', () => {
  test('the status has the last refresh, the next attempt and the last failure', async () => {
    const { refresher, pass, startedAt } = createRefresher([issue(60), because('aws-access-denied')]);
    await refresher.start();
    expect(refresher.getStatus()).toEqual({
      lastRefreshAt: startedAt,
      nextAttemptAt: startedAt + 1710 * SECOND,
      isIdle: false,
      failures: 0,
      lastFailure: null,
    });
    await pass(1712);
    expect(refresher.getStatus()).toMatchObject({
      lastRefreshAt: startedAt,
      nextAttemptAt: startedAt + 1715 * SECOND,
      failures: 2,
      lastFailure: { reason: 'aws-access-denied' },
    });
  });

  test('the poll callback gets each poll after the first', async () => {
    const { refresher, pass, polls } = createRefresher([issue(15), failed, issue(15)]);
    const { identity } = await refresher.start();
    expect(identity).toMatchObject({ source: 'role', role: 'loader' });
    await pass(300);
    expect(polls.map(({ outcome }) => outcome.ok)).toEqual([false, true]);
  });
});

describe('errors of this host', () => {
  test('credentials are served and refreshed even if polls cannot be recorded', async () => {
    const store = temporaryStore();
    store.close();
    const { refresher, pass, keyId, errors, startedAt } = createRefresher([issue(60)], { store });
    const { identity } = await refresher.start();
    expect(identity).toEqual({ host: 'i-0abc', source: 'role', apiVersion: '2', role: 'loader' });
    await pass(1710);
    expect(keyId()).toBe(`ASIA${startedAt + 1710 * SECOND}`);
    expect(errors).toHaveLength(2);
  });

  test('an unexpected error of the source is reported, and the next poll follows', async () => {
    const defect = new Error('too many open files');
    const { refresher, pass, keyId, errors, polledAt } = createRefresher([
      issue(60),
      () => {
        throw defect;
      },
      issue(60),
    ]);
    await refresher.start();
    await pass(1720);
    expect(errors).toEqual([defect]);
    expect(polledAt).toEqual([0, 1710, 1712]);
    expect(keyId()).not.toBeNull();
    expect(refresher.getStatus().failures).toBe(0);
  });

  test('an unexpected error of the first poll is an error of start', async () => {
    const { refresher, polledAt, pass } = createRefresher([
      () => {
        throw new Error('too many open files');
      },
    ]);
    await expect(refresher.start()).rejects.toThrow('too many open files');
    await pass(60);
    expect(polledAt).toEqual([0]);
  });

  test('functions of the caller that throw do not stop refreshing', async () => {
    const store = temporaryStore();
    store.close();
    const fail = () => {
      throw new Error('callback failed');
    };
    const { refresher, pass, polledAt } = createRefresher([issue(15)], {
      store,
      options: { onPoll: fail, onRecordError: fail },
    });
    await refresher.start();
    await pass(600);
    expect(polledAt).toHaveLength(3);
  });
});
