import { onTestFinished, vi } from 'vitest';
import type { CredentialSource } from '../../../src/sources/source.ts';
import { CredentialRefresher } from '../../../src/watch/refresh/credential-refresher.ts';
import { FakeClock } from '../server/fake-clock.ts';
import { temporaryStore } from '../store/temporary-store.ts';
import { SECOND } from './refresher.ts';

/** The longest time that a poll of a server on loopback takes on a busy machine, in milliseconds. */
const MAX_POLL_MS = 20_000;

/**
 * A clock that only the test advances, also for the packages of AWS, which sign requests with the time of the system.
 * Create it before the server, because a server reads the time of the system too. Timers take real time.
 */
export function createSharedTime(): FakeClock {
  const clock = new FakeClock(Math.floor(Date.now() / SECOND) * SECOND);
  vi.useFakeTimers({ toFake: ['Date'], now: clock.now() });
  onTestFinished(() => void vi.useRealTimers());
  return clock;
}

/** Refreshes from a real source. */
export function createRealRefresher(source: CredentialSource, clock: FakeClock) {
  const store = temporaryStore();
  const refresher = new CredentialRefresher(
    { source, store, host: 'here', machine: 'here' },
    { clock, random: () => 0.5, idle: false },
  );
  onTestFinished(() => refresher.close());
  return {
    refresher,
    store,
    keyId: () => refresher.getCurrent()?.secrets.accessKeyId.reveal() ?? null,
    recorded: () => [...store.records()].map(({ record }) => record),
    /** Sets the clock, while timers stand still as during a suspension. */
    skip(seconds: number): void {
      clock.set(clock.now() + seconds * SECOND);
      vi.setSystemTime(clock.now());
    },
    /** Lets the time pass. It stands still while a poll runs. */
    async pass(seconds: number, atEachStep: () => void = () => {}): Promise<void> {
      for (let second = 0; second < seconds; second += 1) {
        const hasWoken = clock.pass(SECOND);
        vi.setSystemTime(clock.now());
        if (hasWoken) await waitForPoll(refresher);
        atEachStep();
      }
    },
  };
}

/** Waits until no poll is in progress. */
async function waitForPoll(refresher: CredentialRefresher): Promise<void> {
  await new Promise(setImmediate);
  const end = performance.now() + MAX_POLL_MS;
  while (refresher.getStatus().nextAttemptAt === null) {
    if (performance.now() > end) throw new Error('the poll does not end');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
