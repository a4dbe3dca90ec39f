import { describe, expect, test } from 'vitest';
import {
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

/** A session of an hour by AWS's clock, which the response shows. */
const issueAtAws =
  (offsetMs: () => number): PollScript =>
  (clock) =>
    good(clock, `ASIA${clock.now()}`, clock.now() - offsetMs() + HOUR, { clockOffset: offsetMs() / SECOND });

describe('a wrong clock of the host', () => {
  test.each([
    ['ahead of', 30 * MINUTE],
    ['behind', -30 * MINUTE],
  ])('credentials expire by the clock of AWS if the clock of the host is %s it', async (_, offsetMs) => {
    const { refresher, pass, keyId, startedAt, polledAt } = createRefresher([
      issueAtAws(() => offsetMs),
      failed,
    ]);
    await refresher.start();
    expect(refresher.getClockOffset()).toBe(offsetMs / SECOND);
    expect(refresher.getStatus().lastRefreshAt).toBe(startedAt - offsetMs);
    await pass(3599);
    expect(polledAt[1]).toBe(1710);
    expect(keyId()).not.toBeNull();
    await pass(1);
    expect(keyId()).toBeNull();
  });

  test('a failed poll corrects the clock too', async () => {
    const wrong: PollScript = (clock) => failed(clock, { reason: 'clock-rejected', clockOffset: -1200 });
    const { refresher, pass, keyId } = createRefresher([issue(60), wrong]);
    await refresher.start();
    // The host's clock is behind by 20 minutes, which only the second response shows.
    await pass(1710);
    expect(keyId()).not.toBeNull();
    await pass(690);
    expect(keyId()).toBeNull();
  });

  test('a difference of two seconds is ignored, because the header has whole seconds', async () => {
    const { refresher, pass, keyId } = createRefresher([issueAtAws(() => 2 * SECOND), failed]);
    await refresher.start();
    await pass(3597);
    expect(keyId()).not.toBeNull();
    await pass(1);
    expect(keyId()).toBeNull();
    expect(refresher.getClockOffset()).toBe(0);
  });
});

describe('a clock that is set while the program runs', () => {
  test('a clock that is set back does not delay the refresh', async () => {
    const { clock, refresher, pass, polledAt } = createRefresher([issue(60)]);
    await refresher.start();
    await pass(600);
    clock.set(clock.now() - 5 * HOUR);
    await pass(1130);
    // Time passed for 1710 seconds, and the clock lost up to one slice of ten seconds.
    const [, second = 0] = polledAt;
    expect(second + 5 * 3600).toBeGreaterThanOrEqual(1710);
    expect(second + 5 * 3600).toBeLessThanOrEqual(1721);
  });

  test('expired credentials do not become valid again when the clock is set back', async () => {
    const { clock, refresher, pass, keyId } = createRefresher([issue(60), failed]);
    await refresher.start();
    await pass(3000);
    clock.set(clock.now() - 2 * HOUR);
    await pass(612);
    expect(keyId()).toBeNull();
    clock.set(clock.now() - 2 * HOUR);
    expect(keyId()).toBeNull();
    await pass(60);
    expect(keyId()).toBeNull();
  });

  test('a clock that is set back again and again does not delay the refresh', async () => {
    const { clock, refresher, pass, polledAt } = createRefresher([issue(60)]);
    await refresher.start();
    let seconds = 0;
    while (polledAt.length === 1 && seconds < 3600) {
      await pass(10);
      seconds += 10;
      clock.set(clock.now() - 9 * SECOND);
    }
    expect(seconds).toBeLessThanOrEqual(1720);
  });

  test('a key that the source still returns after the clock was set back expires at the same time', async () => {
    const { startedAt } = createRefresher([]);
    const { clock, refresher, pass, polledAt, keyId } = createRefresher(
      [(now) => good(now, 'ASIA1', startedAt + HOUR, { clockOffset: null })],
      { issues: false, endpoint: null },
    );
    await refresher.start();
    await pass(2000);
    clock.set(clock.now() - HOUR);
    await pass(1590);
    expect(polledAt.length).toBeGreaterThan(3);
    expect(keyId()).toBe('ASIA1');
    await pass(20);
    expect(keyId()).toBeNull();
  });

  test('after a clock was set forward, the credentials are refreshed within ten seconds', async () => {
    const { clock, refresher, pass, polledAt, keyId, startedAt } = createRefresher([issue(60)]);
    await refresher.start();
    clock.set(clock.now() + 5 * HOUR);
    await pass(10);
    expect(polledAt[1]).toBeLessThanOrEqual(5 * 3600 + 10);
    expect(keyId()).not.toBe(`ASIA${startedAt}`);
    expect(keyId()).not.toBeNull();
  });

  test('a clock that was corrected does not hide new credentials of a source that shows no time', async () => {
    let ahead = 30 * MINUTE;
    const { clock, refresher, pass, keyId } = createRefresher(
      [(now) => good(now, `ASIA${now.now()}`, now.now() - ahead + HOUR, { clockOffset: null })],
      { endpoint: null },
    );
    await refresher.start();
    await pass(60);
    clock.set(clock.now() - ahead);
    ahead = 0;
    await pass(3 * 3600, () => expect(keyId()).not.toBeNull());
    expect(refresher.getClockOffset()).toBe(0);
  });

  test('the offset of an earlier response stays if a response shows no time', async () => {
    const silent: PollScript = (clock) =>
      good(clock, 'ASIA2', clock.now() + 30 * MINUTE + HOUR, { clockOffset: null });
    const { refresher, pass, keyId } = createRefresher([issueAtAws(() => -30 * MINUTE), silent, failed]);
    await refresher.start();
    await pass(1710);
    expect(keyId()).toBe('ASIA2');
    await pass(3599);
    expect(keyId()).toBe('ASIA2');
    await pass(1);
    expect(keyId()).toBeNull();
  });
});

describe('a suspended laptop', () => {
  /** The host sleeps: no timer runs, then the clock shows the time after it. */
  const suspend = (hours: number) => hours * HOUR;

  test('the first request after the suspension refreshes at once and gets the new credentials', async () => {
    const { clock, refresher, pass, polledAt, keyId } = createRefresher([issue(60)]);
    await refresher.start();
    await pass(65);
    // The sleep of the refresher has five seconds left, and its timer does not know of the suspension.
    clock.set(clock.now() + suspend(8));
    expect(keyId()).toBeNull();
    const wait = refresher.noteRequest();
    expect(wait).not.toBeNull();
    await wait;
    expect(keyId()).not.toBeNull();
    expect(polledAt).toHaveLength(2);
  });

  test('without a request, the refresh follows within ten seconds', async () => {
    const { clock, refresher, pass, polledAt } = createRefresher([issue(60)]);
    await refresher.start();
    await pass(65);
    clock.set(clock.now() + suspend(8));
    await settle();
    expect(polledAt).toHaveLength(1);
    await pass(10);
    expect(polledAt).toHaveLength(2);
  });
});
