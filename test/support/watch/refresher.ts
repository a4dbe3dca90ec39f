import { onTestFinished } from 'vitest';
import { Secret } from '../../../src/secret.ts';
import type {
  CredentialSource,
  PolledCredentials,
  PollFailure,
  PollOutcome,
} from '../../../src/sources/source.ts';
import type { SampleStore } from '../../../src/store/sample-store.ts';
import type { PollContext, RecordedPoll } from '../../../src/watch/poll-once.ts';
import {
  CredentialRefresher,
  type RefresherOptions,
} from '../../../src/watch/refresh/credential-refresher.ts';
import { FakeClock } from '../server/fake-clock.ts';
import { temporaryStore } from '../store/temporary-store.ts';
import { failedPoll, successfulPoll } from './poll-outcomes.ts';

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 3600 * SECOND;

export type PollScript = (clock: FakeClock, signal?: AbortSignal) => Promise<PollOutcome> | PollOutcome;

/** @param expiration by AWS's clock */
export const good = (
  clock: FakeClock,
  accessKeyId: string,
  expiration: number,
  changes: Partial<PolledCredentials> = {},
): PolledCredentials =>
  successfulPoll(clock.now(), {
    credentials: { accessKeyId, lastUpdated: null, expiration, zoneless: false },
    secrets: {
      accessKeyId: new Secret(accessKeyId),
      secretAccessKey: new Secret(`secret of ${accessKeyId}`),
      token: new Secret('token'),
    },
    accountId: '111122223333',
    ...changes,
  });

/** A poll that failed because nothing answered. */
export const failed = (clock: FakeClock, changes: Partial<PollFailure> = {}): PollFailure =>
  failedPoll(clock.now(), { clockOffset: null, ...changes });

/** A new session that is valid for so many minutes. Its key id has the time of the poll. */
export const issue =
  (minutes: number): PollScript =>
  (clock) =>
    good(clock, `ASIA${clock.now()}`, clock.now() + minutes * MINUTE);

/** A poll that ends when the test calls `release`. */
export function createPendingPoll() {
  let release: (script: PollScript) => void = () => {};
  const released = new Promise<PollScript>((resolve) => {
    release = resolve;
  });
  const script: PollScript = async (clock, signal) => (await released)(clock, signal);
  return { script, release };
}

export interface RefresherSetting {
  issues?: boolean;
  endpoint?: CredentialSource['endpoint'];
  store?: SampleStore;
  options?: Partial<RefresherOptions>;
}

const STS = { url: 'https://sts.eu-west-1.amazonaws.com', loopback: false };

/** A refresher of a source that runs one script per poll, and repeats the last one. */
export function createRefresher(scripts: readonly PollScript[], setting: RefresherSetting = {}) {
  const { issues = true, endpoint = STS, options } = setting;
  const store = setting.store ?? temporaryStore();
  const clock = new FakeClock();
  const startedAt = clock.now();
  const polledAt: number[] = [];
  let current = 0;
  let mostAtOnce = 0;
  const source: CredentialSource = {
    name: issues ? 'role' : 'imds',
    endpoint,
    issuesCredentials: issues,
    poll: async (signal) => {
      polledAt.push((clock.now() - startedAt) / SECOND);
      current += 1;
      mostAtOnce = Math.max(mostAtOnce, current);
      try {
        return await scripts[Math.min(polledAt.length, scripts.length) - 1]!(clock, signal);
      } finally {
        current -= 1;
      }
    },
  };
  const context: PollContext = { source, store, host: null, machine: 'here' };
  const polls: RecordedPoll[] = [];
  const errors: unknown[] = [];
  const refresher = new CredentialRefresher(context, {
    clock,
    random: () => 0.5,
    idle: false,
    onPoll: (recorded) => polls.push(recorded),
    onRecordError: (error) => errors.push(error),
    ...options,
  });
  onTestFinished(() => refresher.close());
  return {
    clock,
    startedAt,
    refresher,
    source,
    store,
    polls,
    errors,
    /** Seconds since the start, of each poll. */
    polledAt,
    /** The largest number of polls that ran at the same time. */
    mostAtOnce: () => mostAtOnce,
    keyId: () => refresher.getCurrent()?.secrets.accessKeyId.reveal() ?? null,
    recorded: () => [...store.records()].map(({ record }) => record),
    /** Lets the time pass second by second, and everything happen that is due. */
    pass: (seconds: number, atEachSecond: () => void = () => {}) => passTime(clock, seconds, atEachSecond),
  };
}

/** Lets everything run that waits for no time. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);
}

export async function passTime(
  clock: FakeClock,
  seconds: number,
  atEachSecond: () => void = () => {},
): Promise<void> {
  await settle();
  for (let second = 0; second < seconds; second += 1) {
    if (clock.pass(SECOND)) await settle();
    atEachSecond();
  }
}
