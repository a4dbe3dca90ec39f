import { describe, expect, onTestFinished, test } from 'vitest';
import { Secret } from '../../src/secret.ts';
import type {
  CredentialSource,
  PolledCredentials,
  PollFailure,
  PollOutcome,
} from '../../src/sources/source.ts';
import type { SampleStore } from '../../src/store/sample-store.ts';
import { LatestCredentials, type LatestCredentialsOptions } from '../../src/watch/latest-credentials.ts';
import { FakeClock } from '../support/server/fake-clock.ts';
import { temporaryStore } from '../support/store/temporary-store.ts';
import { failedPoll, successfulPoll } from '../support/watch/poll-outcomes.ts';

const SECOND = 1000;
const HOUR = 3600 * SECOND;

type PollScript = (clock: FakeClock, signal?: AbortSignal) => Promise<PollOutcome> | PollOutcome;

const good = (
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

const failed = (clock: FakeClock, changes: Partial<PollFailure> = {}): PollFailure =>
  failedPoll(clock.now(), changes);

/** Credentials that are valid for six hours. */
const sixHours: PollScript = (clock) => good(clock, 'ASIA1', clock.now() + 6 * HOUR);

interface Setting {
  issuesCredentials?: boolean;
  endpoint?: CredentialSource['endpoint'];
  store?: SampleStore;
  options?: Partial<LatestCredentialsOptions>;
  initialPoll?: (clock: FakeClock) => PolledCredentials;
}

/** Starts with a source that runs one script per poll, and repeats the last one. */
function start(scripts: PollScript[], setting: Setting = {}) {
  const { endpoint = { url: 'http://127.0.0.1', loopback: true }, initialPoll, options } = setting;
  const store = setting.store ?? temporaryStore();
  const clock = new FakeClock();
  const startedAt = clock.now();
  const polledAt: number[] = [];
  const source: CredentialSource = {
    name: 'imds',
    endpoint,
    issuesCredentials: setting.issuesCredentials ?? false,
    poll: async (signal) => {
      polledAt.push((clock.now() - startedAt) / SECOND);
      return scripts[Math.min(polledAt.length, scripts.length) - 1]!(clock, signal);
    },
  };
  const recordErrors: unknown[] = [];
  const polls: boolean[] = [];
  const latest = new LatestCredentials(
    { source, store, host: null, machine: 'here' },
    {
      clock,
      onPoll: ({ outcome }) => polls.push(outcome.ok),
      onRecordError: (error) => recordErrors.push(error),
      ...(initialPoll === undefined ? {} : { initialPoll: initialPoll(clock) }),
      ...options,
    },
  );
  onTestFinished(() => latest.close());
  const keyId = async () => (await latest.getLatest())?.accessKeyId.reveal() ?? null;
  const recorded = () => [...store.records()].map(({ record }) => record);
  return { clock, startedAt, latest, keyId, polledAt, store, recordErrors, polls, recorded };
}

/** A poll that ends when the test calls `release`. */
function createPendingPoll() {
  let release: (script: PollScript) => void = () => {};
  const released = new Promise<PollScript>((resolve) => {
    release = resolve;
  });
  const script: PollScript = async (clock, signal) => (await released)(clock, signal);
  return { script, release };
}

describe('getLatest', () => {
  test('the latest credentials have all values of the source', async () => {
    const { latest, startedAt } = start([sixHours]);
    const credentials = await latest.getLatest();
    expect(credentials?.accessKeyId.reveal()).toBe('ASIA1');
    expect(credentials).toMatchObject({
      expiration: startedAt + 6 * HOUR,
      accountId: '111122223333',
    });
    expect(credentials?.secretAccessKey.reveal()).toBe('secret of ASIA1');
    expect(credentials?.token?.reveal()).toBe('token');
  });

  test('the latest credentials are the new ones after a rotation', async () => {
    const { clock, keyId } = start([
      sixHours,
      () => good(clock, 'ASIA2', clock.now() + 6 * HOUR),
      () => good(clock, 'ASIA3', clock.now() + 6 * HOUR),
    ]);
    expect(await keyId()).toBe('ASIA1');
    clock.pass(HOUR);
    expect(await keyId()).toBe('ASIA2');
    clock.pass(HOUR);
    expect(await keyId()).toBe('ASIA3');
  });

  test('the latest credentials may have no session token', async () => {
    const secrets = { accessKeyId: new Secret('ASIA1'), secretAccessKey: new Secret('a'), token: null };
    const { latest } = start([(clock) => good(clock, 'ASIA1', clock.now() + HOUR, { secrets })]);
    expect((await latest.getLatest())?.token).toBeNull();
  });

  test('the latest credentials are null until the first successful poll', async () => {
    const { clock, keyId } = start([failed, sixHours]);
    expect(await keyId()).toBeNull();
    clock.pass(SECOND);
    expect(await keyId()).toBe('ASIA1');
  });
});

describe('when to poll', () => {
  test.each([
    ['a loopback endpoint every second', { url: 'http://127.0.0.1', loopback: true }, 1],
    ['a real endpoint every ten seconds', { url: 'http://169.254.169.254', loopback: false }, 10],
    ['a source without an endpoint every ten seconds', null, 10],
  ])('a source is polled on demand, at most: %s', async (_, endpoint, minInterval) => {
    const { clock, keyId, polledAt } = start([sixHours], { endpoint });
    clock.pass(HOUR);
    expect(polledAt).toEqual([]);
    for (let count = 0; count < 3; count++) await keyId();
    clock.pass(minInterval * SECOND - 1);
    await keyId();
    expect(polledAt).toEqual([3600]);
    clock.pass(1);
    await keyId();
    await keyId();
    expect(polledAt).toEqual([3600, 3600 + minInterval]);
  });

  test('a failed poll is followed by the usual pause', async () => {
    const { clock, keyId, polledAt } = start([failed], { endpoint: null });
    await keyId();
    clock.pass(9999);
    await keyId();
    expect(polledAt).toEqual([0]);
    clock.pass(1);
    await keyId();
    expect(polledAt).toEqual([0, 10]);
  });

  test('a slow poll is followed by a full pause', async () => {
    const slow: PollScript = (clock) => {
      clock.pass(10 * SECOND);
      return failed(clock);
    };
    const { clock, keyId, polledAt } = start([slow], { endpoint: null });
    await keyId();
    await keyId();
    expect(polledAt).toEqual([0]);
    clock.pass(10 * SECOND);
    await keyId();
    expect(polledAt).toEqual([0, 20]);
  });

  test('a clock that is set back does not delay the next poll', async () => {
    const { clock, keyId, polledAt } = start([sixHours]);
    await keyId();
    clock.pass(-HOUR);
    await keyId();
    await keyId();
    expect(polledAt).toEqual([0, -3600]);
  });

  test('concurrent calls share one poll', async () => {
    const first = createPendingPoll();
    const { keyId, polledAt } = start([first.script]);
    const all = [keyId(), keyId(), keyId()];
    first.release(sixHours);
    expect(await Promise.all(all)).toEqual(['ASIA1', 'ASIA1', 'ASIA1']);
    expect(polledAt).toHaveLength(1);
  });

  test('the initial poll of the caller replaces the first poll', async () => {
    const { clock, keyId, polledAt } = start([(now) => good(now, 'ASIA2', now.now() + HOUR)], {
      endpoint: null,
      initialPoll: (now) => good(now, 'ASIA1', now.now() + HOUR),
    });
    expect(await keyId()).toBe('ASIA1');
    clock.pass(9999);
    expect(await keyId()).toBe('ASIA1');
    expect(polledAt).toEqual([]);
    clock.pass(1);
    expect(await keyId()).toBe('ASIA2');
  });
});

describe('a source that makes AWS issue credentials', () => {
  const MINUTE = 60 * SECOND;
  const issuing = {
    issuesCredentials: true,
    endpoint: { url: 'https://sts.eu-west-1.amazonaws.com', loopback: false },
  };
  /** Credentials with a key of their own, that are valid for so many minutes. */
  const issue =
    (minutes: number): PollScript =>
    (clock) =>
      good(clock, `ASIA${clock.now()}`, clock.now() + minutes * MINUTE);

  test('it is polled once in 15 minutes while its credentials are valid', async () => {
    const { clock, keyId, polledAt } = start([issue(60)], issuing);
    for (let minute = 0; minute < 40; minute += 1) {
      await keyId();
      clock.pass(MINUTE);
    }
    expect(polledAt).toEqual([0, 900, 1800]);
  });

  test.each([15, 20, 60])('credentials of %i minutes never end before the next ones', async (minutes) => {
    const { clock, latest } = start([issue(minutes)], issuing);
    for (let at = 0; at < 2 * 3600; at += 30) {
      const { expiration = 0 } = (await latest.getLatest()) ?? {};
      // A request with credentials that end soon is followed by one that gets others.
      expect((expiration ?? 0) - clock.now()).toBeGreaterThan(4 * MINUTE);
      clock.pass(30 * SECOND);
    }
  });

  test('a failed poll is repeated before the credentials end', async () => {
    const { clock, latest, polledAt } = start([issue(60), failed, failed, failed, issue(60)], issuing);
    await latest.getLatest();
    clock.pass(55 * MINUTE);
    for (let second = 0; second < 300; second += 5) {
      await latest.getLatest();
      clock.pass(5 * SECOND);
    }
    expect(polledAt.slice(0, 5)).toEqual([0, 3300, 3310, 3330, 3370]);
    expect((await latest.getLatest())?.expiration).toBeGreaterThan(clock.now() + 50 * MINUTE);
  });
});

describe('recording polls', () => {
  test('successful and failed polls are recorded', async () => {
    const { clock, keyId, recorded, polls } = start([sixHours, failed, sixHours]);
    for (let count = 0; count < 3; count++) {
      await keyId();
      clock.pass(SECOND);
    }
    expect(recorded().sort()).toEqual(['failed_poll', 'sample', 'sample']);
    expect(polls).toEqual([true, false, true]);
  });

  test('credentials are served even if the poll cannot be recorded', async () => {
    const store = temporaryStore();
    store.close();
    const { clock, keyId, recordErrors } = start([sixHours, () => good(clock, 'ASIA2', clock.now() + HOUR)], {
      store,
    });
    expect(await keyId()).toBe('ASIA1');
    clock.pass(SECOND);
    expect(await keyId()).toBe('ASIA2');
    expect(recordErrors).toHaveLength(2);
  });

  test('an unexpected error in a poll is reported, and the known credentials are served', async () => {
    const defect = new Error('a defect');
    const broken: PollScript = () => {
      throw defect;
    };
    const { clock, keyId, recordErrors } = start([sixHours, broken]);
    await keyId();
    clock.pass(SECOND);
    expect(await keyId()).toBe('ASIA1');
    expect(recordErrors).toEqual([defect]);
  });
});

test('polling goes on if the error callback throws', async () => {
  const store = temporaryStore();
  store.close();
  const throwing = () => {
    throw new Error('callback failed');
  };
  const { clock, keyId, polledAt } = start([sixHours], { store, options: { onRecordError: throwing } });
  await expect(keyId()).rejects.toThrow('callback failed');
  expect(await keyId()).toBe('ASIA1');
  clock.pass(SECOND);
  await expect(keyId()).rejects.toThrow('callback failed');
  expect(polledAt).toEqual([0, 1]);
});

describe('after a failed poll', () => {
  test('the last valid credentials are served until they expire', async () => {
    const { clock, keyId } = start([sixHours, failed]);
    await keyId();
    clock.pass(6 * HOUR - 1);
    expect(await keyId()).toBe('ASIA1');
    clock.pass(1);
    expect(await keyId()).toBeNull();
  });

  test('expiration is compared with the clock of AWS if the clock of the host is ahead', async () => {
    // The host's clock is one hour ahead.
    const ahead: PollScript = (clock) =>
      good(clock, 'ASIA1', clock.now() - HOUR + HOUR / 2, { clockOffset: 3600 });
    const { clock, keyId } = start([ahead, (now) => failed(now, { clockOffset: null })]);
    expect(await keyId()).toBe('ASIA1');
    clock.pass(HOUR / 2 - 1);
    expect(await keyId()).toBe('ASIA1');
    clock.pass(1);
    expect(await keyId()).toBeNull();
  });

  test('expiration is compared with the clock of AWS if the clock of the host is behind', async () => {
    const behind: PollScript = (clock) => good(clock, 'ASIA1', clock.now() + HOUR, { clockOffset: -1800 });
    const { clock, keyId } = start([behind, (now) => failed(now, { clockOffset: null })]);
    expect(await keyId()).toBe('ASIA1');
    clock.pass(HOUR / 2);
    expect(await keyId()).toBeNull();
  });

  test.each([
    ['expired', 0],
    ['long expired', -HOUR],
  ])('valid credentials are not replaced by credentials that have %s', async (_, left) => {
    const { clock, keyId, recorded } = start([sixHours, () => good(clock, 'ASIA0', clock.now() + left)]);
    await keyId();
    clock.pass(SECOND);
    expect(await keyId()).toBe('ASIA1');
    // The expired credentials are recorded as a sample.
    expect(recorded()).toEqual(['sample', 'sample']);
    clock.pass(6 * HOUR);
    expect(await keyId()).toBeNull();
  });
});

describe('a slow source', () => {
  test('valid credentials are served after half a second while the poll goes on', async () => {
    const second = createPendingPoll();
    const { clock, keyId, polledAt } = start([sixHours, second.script]);
    await keyId();
    clock.pass(HOUR);
    const asleep = clock.nextSleep();
    const early = keyId();
    await asleep;
    expect(clock.left()).toEqual([500]);
    clock.pass(500);
    expect(await early).toBe('ASIA1');
    // The poll goes on, and no second poll is started.
    const patient = keyId();
    second.release((now) => good(now, 'ASIA2', now.now() + 6 * HOUR));
    expect(await patient).toBe('ASIA2');
    expect(polledAt).toEqual([0, 3600]);
    expect(clock.left()).toEqual([]);
  });

  test('a call waits for the poll if no credentials are known', async () => {
    const first = createPendingPoll();
    const { clock, keyId } = start([first.script]);
    const pendingKeyId = keyId();
    expect(clock.left()).toEqual([]);
    first.release(sixHours);
    expect(await pendingKeyId).toBe('ASIA1');
  });

  test('a call waits for the poll if the known credentials have expired', async () => {
    const second = createPendingPoll();
    const { clock, keyId } = start([sixHours, second.script]);
    await keyId();
    clock.pass(6 * HOUR);
    const pendingKeyId = keyId();
    expect(clock.left()).toEqual([]);
    second.release((now) => good(now, 'ASIA2', now.now() + 6 * HOUR));
    expect(await pendingKeyId).toBe('ASIA2');
  });
});

describe('close', () => {
  test('close aborts the current poll, waits for it, and does not record it', async () => {
    let hasEnded = false;
    const hanging: PollScript = async (clock, signal) => {
      await new Promise((resolve) => signal?.addEventListener('abort', resolve));
      await new Promise(setImmediate);
      hasEnded = true;
      return failed(clock);
    };
    const { latest, keyId, recorded, polls, recordErrors } = start([hanging]);
    const pendingKeyId = keyId();
    await latest.close();
    expect(hasEnded).toBe(true);
    expect(await pendingKeyId).toBeNull();
    expect([recorded(), polls, recordErrors]).toEqual([[], [], []]);
  });

  test('no poll is started after close', async () => {
    const { clock, latest, keyId, polledAt } = start([sixHours]);
    await keyId();
    await latest.close();
    clock.pass(HOUR);
    expect(await keyId()).toBe('ASIA1');
    expect(polledAt).toEqual([0]);
  });
});
