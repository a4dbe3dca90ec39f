import { describe, expect, test } from 'vitest';
import { ciTest } from '../../support/thorough.ts';
import {
  createPendingPoll,
  createRefresher,
  failed,
  issue,
  SECOND,
  settle,
} from '../../support/watch/refresher.ts';

const IDLE = { options: { idle: true } };

describe('credentials that no client requests', () => {
  ciTest('refreshing stops when no client has requested credentials for one lifetime', async () => {
    const { refresher, pass, polledAt, keyId } = createRefresher([issue(60)], IDLE);
    await refresher.start();
    await pass(1000);
    refresher.noteRequest();
    await pass(24 * 3600);
    // The refresh after 1710 seconds and the one after 3420 follow a request of the last hour.
    expect(polledAt).toEqual([0, 1710, 3420]);
    expect(keyId()).toBeNull();
    expect(refresher.getStatus()).toMatchObject({ isIdle: true, nextAttemptAt: null, failures: 0 });
  });

  test('refreshing goes on while clients request credentials', async () => {
    const { refresher, pass, polledAt, keyId } = createRefresher([issue(60)], IDLE);
    await refresher.start();
    for (let request = 0; request < 8; request += 1) {
      expect(refresher.noteRequest()).toBeNull();
      await pass(3500, () => expect(keyId()).not.toBeNull());
    }
    expect(polledAt.length).toBeGreaterThan(15);
  });

  test('without the option, refreshing never stops', async () => {
    const { refresher, pass, polledAt } = createRefresher([issue(60)]);
    await refresher.start();
    await pass(4 * 3600);
    expect(polledAt).toHaveLength(9);
  });

  test('a request with valid credentials does not wait for the refresh that it starts', async () => {
    const pending = createPendingPoll();
    const { refresher, pass, keyId, polledAt } = createRefresher(
      [issue(60), issue(60), issue(60), pending.script],
      IDLE,
    );
    await refresher.start();
    await pass(5200);
    expect(refresher.getStatus().isIdle).toBe(true);
    const before = keyId();
    expect(before).not.toBeNull();
    expect(refresher.noteRequest()).toBeNull();
    await settle();
    expect(polledAt).toEqual([0, 1710, 3420, 5200]);
    expect(refresher.getStatus()).toMatchObject({ isIdle: false, nextAttemptAt: null });
    pending.release(issue(60));
    await settle();
    expect(keyId()).not.toBe(before);
  });

  test('the first request after a long time waits for the refresh', async () => {
    const { refresher, pass, keyId, clock } = createRefresher([issue(60)], IDLE);
    await refresher.start();
    await pass(24 * 3600);
    expect(keyId()).toBeNull();
    await refresher.noteRequest();
    expect(keyId()).toBe(`ASIA${clock.now()}`);
    // Everything is as after the start.
    await pass(1710);
    expect(keyId()).toBe(`ASIA${clock.now()}`);
  });

  ciTest('200 requests after a long time cause one poll', async () => {
    const { refresher, pass, keyId, polledAt, mostAtOnce } = createRefresher([issue(60)], IDLE);
    await refresher.start();
    await pass(24 * 3600);
    const before = polledAt.length;
    await Promise.all(Array.from({ length: 200 }, () => refresher.noteRequest()));
    expect(keyId()).not.toBeNull();
    expect([polledAt.length - before, mostAtOnce()]).toEqual([1, 1]);
  });

  test('a slow refresh makes the request wait for at most 900 milliseconds', async () => {
    const pending = createPendingPoll();
    const { clock, refresher, pass, keyId } = createRefresher(
      [issue(15), issue(15), issue(15), issue(15), pending.script],
      IDLE,
    );
    await refresher.start();
    await pass(24 * 3600);
    const wait = refresher.noteRequest();
    await settle();
    clock.pass(900);
    await wait;
    expect(keyId()).toBeNull();
    pending.release(issue(15));
    await settle();
    expect(keyId()).not.toBeNull();
  });

  ciTest('a source that fails is not polled for clients that are gone', async () => {
    const { refresher, pass, polledAt } = createRefresher([failed], IDLE);
    await refresher.start();
    await pass(3700);
    const polls = polledAt.length;
    expect(refresher.getStatus().isIdle).toBe(true);
    await pass(24 * 3600);
    expect(polledAt).toHaveLength(polls);
  });

  test('close ends the wait for a request', async () => {
    const { clock, refresher, pass } = createRefresher([issue(15)], IDLE);
    await refresher.start();
    await pass(3600);
    expect(refresher.getStatus().isIdle).toBe(true);
    await refresher.close();
    clock.pass(60 * SECOND);
    expect(clock.left()).toEqual([]);
  });
});
