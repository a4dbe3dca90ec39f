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
import { FalseClock } from '../support/server/false-clock.ts';
import { temporaryStore } from '../support/store/temporary-store.ts';

const SECOND = 1000;
const HOUR = 3600 * SECOND;

type Answer = (clock: FalseClock, signal?: AbortSignal) => Promise<PollOutcome> | PollOutcome;

const at = (clock: FalseClock) => ({
  identity: { apiVersion: '2', role: 'loader', host: 'i-0abc' },
  observedAt: clock.now(),
  clockOffset: 0,
  notes: [],
});

const good = (
  clock: FalseClock,
  accessKeyId: string,
  expiration: number,
  more: Partial<PolledCredentials> = {},
): PolledCredentials => ({
  ...at(clock),
  ok: true,
  credentials: { accessKeyId, lastUpdated: null, expiration, zoneless: false },
  secrets: { secretAccessKey: new Secret(`secret of ${accessKeyId}`), token: new Secret('token') },
  accountId: '111122223333',
  ...more,
});

const failed = (clock: FalseClock, more: Partial<PollFailure> = {}): PollFailure => ({
  ...at(clock),
  ok: false,
  reason: 'timeout',
  detail: '',
  misconfiguration: null,
  possibleHopLimit: false,
  accessKeyId: '',
  expiration: null,
  ...more,
});

/** Good credentials from the start, for six hours. */
const sixHours: Answer = (clock) => good(clock, 'ASIA1', clock.now() + 6 * HOUR);

interface Setting {
  endpoint?: CredentialSource['endpoint'];
  store?: SampleStore;
  options?: Partial<LatestCredentialsOptions>;
  /** Takes its place as the first look. */
  known?: (clock: FalseClock) => PolledCredentials;
}

/** A source that gives these answers one after another, and the last of them for ever. */
function start(answers: Answer[], setting: Setting = {}) {
  const { endpoint = { url: 'http://127.0.0.1', loopback: true }, known, options } = setting;
  const store = setting.store ?? temporaryStore();
  const clock = new FalseClock();
  const begun = clock.now();
  const looks: number[] = [];
  const source: CredentialSource = {
    name: 'imds',
    endpoint,
    poll: async (signal) => {
      looks.push((clock.now() - begun) / SECOND);
      return answers[Math.min(looks.length, answers.length) - 1]!(clock, signal);
    },
  };
  const problems: unknown[] = [];
  const polls: boolean[] = [];
  const latest = new LatestCredentials(
    { source, store, host: null, machine: 'here' },
    {
      clock,
      onPoll: ({ outcome }) => polls.push(outcome.ok),
      onRecordError: (error) => problems.push(error),
      ...(known === undefined ? {} : { initialPoll: known(clock) }),
      ...options,
    },
  );
  onTestFinished(() => latest.close());
  const keyId = async () => (await latest.getLatest())?.accessKeyId ?? null;
  const recorded = () => [...store.records()].map(({ record }) => record);
  return { clock, begun, latest, keyId, looks, store, problems, polls, recorded };
}

/** An answer that comes when the test says so. */
function held() {
  let release: (answer: Answer) => void = () => {};
  const released = new Promise<Answer>((resolve) => {
    release = resolve;
  });
  const answer: Answer = async (clock, signal) => (await released)(clock, signal);
  return { answer, release };
}

describe('the latest credentials', () => {
  test('are what the source gave, whole', async () => {
    const { latest, begun } = start([sixHours]);
    const given = await latest.getLatest();
    expect(given).toMatchObject({
      accessKeyId: 'ASIA1',
      expiration: begun + 6 * HOUR,
      accountId: '111122223333',
    });
    expect(given!.secretAccessKey.reveal()).toBe('secret of ASIA1');
    expect(given!.token!.reveal()).toBe('token');
  });

  test('are the next ones after a rotation', async () => {
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

  test('may have no token', async () => {
    const secrets = { secretAccessKey: new Secret('a'), token: null };
    const { latest } = start([(clock) => good(clock, 'ASIA1', clock.now() + HOUR, { secrets })]);
    expect((await latest.getLatest())?.token).toBeNull();
  });

  test('are none where the source never gave any, and then those that it gives', async () => {
    const { clock, keyId } = start([failed, sixHours]);
    expect(await keyId()).toBeNull();
    clock.pass(SECOND);
    expect(await keyId()).toBe('ASIA1');
  });
});

describe('a look', () => {
  test.each([
    ['an endpoint of this machine, a second', { url: 'http://127.0.0.1', loopback: true }, 1],
    ['a real one, ten', { url: 'http://169.254.169.254', loopback: false }, 10],
    ['what has no endpoint, ten', null, 10],
  ])('is taken when one is wanted, yet not so soon: %s', async (_, endpoint, floor) => {
    const { clock, keyId, looks } = start([sixHours], { endpoint });
    clock.pass(HOUR);
    expect(looks).toEqual([]);
    for (let count = 0; count < 3; count++) await keyId();
    clock.pass(floor * SECOND - 1);
    await keyId();
    expect(looks).toEqual([3600]);
    clock.pass(1);
    await keyId();
    await keyId();
    expect(looks).toEqual([3600, 3600 + floor]);
  });

  test('that failed is not repeated sooner either', async () => {
    const { clock, keyId, looks } = start([failed], { endpoint: null });
    await keyId();
    clock.pass(9999);
    await keyId();
    expect(looks).toEqual([0]);
    clock.pass(1);
    await keyId();
    expect(looks).toEqual([0, 10]);
  });

  test('that took long is followed by a pause all the same', async () => {
    const slow: Answer = (clock) => {
      clock.pass(10 * SECOND);
      return failed(clock);
    };
    const { clock, keyId, looks } = start([slow], { endpoint: null });
    await keyId();
    await keyId();
    expect(looks).toEqual([0]);
    clock.pass(10 * SECOND);
    await keyId();
    expect(looks).toEqual([0, 20]);
  });

  test('is not put off by a clock that is set back', async () => {
    const { clock, keyId, looks } = start([sixHours]);
    await keyId();
    clock.pass(-HOUR);
    await keyId();
    await keyId();
    expect(looks).toEqual([0, -3600]);
  });

  test('is one for all who wait for it', async () => {
    const first = held();
    const { keyId, looks } = start([first.answer]);
    const all = [keyId(), keyId(), keyId()];
    first.release(sixHours);
    expect(await Promise.all(all)).toEqual(['ASIA1', 'ASIA1', 'ASIA1']);
    expect(looks).toHaveLength(1);
  });

  test('that the caller has just had is not taken again, and its credentials are given', async () => {
    const { clock, keyId, looks } = start([(now) => good(now, 'ASIA2', now.now() + HOUR)], {
      endpoint: null,
      known: (now) => good(now, 'ASIA1', now.now() + HOUR),
    });
    expect(await keyId()).toBe('ASIA1');
    clock.pass(9999);
    expect(await keyId()).toBe('ASIA1');
    expect(looks).toEqual([]);
    clock.pass(1);
    expect(await keyId()).toBe('ASIA2');
  });
});

describe('every look', () => {
  test('is recorded, one that failed as well', async () => {
    const { clock, keyId, recorded, polls } = start([sixHours, failed, sixHours]);
    for (let count = 0; count < 3; count++) {
      await keyId();
      clock.pass(SECOND);
    }
    expect(recorded().sort()).toEqual(['failed_poll', 'sample', 'sample']);
    expect(polls).toEqual([true, false, true]);
  });

  test('brings its credentials where it cannot be recorded', async () => {
    const store = temporaryStore();
    store.close();
    const { clock, keyId, problems } = start([sixHours, () => good(clock, 'ASIA2', clock.now() + HOUR)], {
      store,
    });
    expect(await keyId()).toBe('ASIA1');
    clock.pass(SECOND);
    expect(await keyId()).toBe('ASIA2');
    expect(problems).toHaveLength(2);
  });

  test('that breaks in an unforeseen way is a look that failed', async () => {
    const defect = new Error('a defect');
    const broken: Answer = () => {
      throw defect;
    };
    const { clock, keyId, problems } = start([sixHours, broken]);
    await keyId();
    clock.pass(SECOND);
    expect(await keyId()).toBe('ASIA1');
    expect(problems).toEqual([defect]);
  });
});

test('a problem that cannot be told does not end the looks', async () => {
  const store = temporaryStore();
  store.close();
  const onProblem = () => {
    throw new Error('nobody listens');
  };
  const { clock, keyId, looks } = start([sixHours], { store, options: { onRecordError: onProblem } });
  await expect(keyId()).rejects.toThrow('nobody listens');
  expect(await keyId()).toBe('ASIA1');
  clock.pass(SECOND);
  await expect(keyId()).rejects.toThrow('nobody listens');
  expect(looks).toEqual([0, 1]);
});

describe('when a look fails', () => {
  test('the last good ones are given until the moment they expire', async () => {
    const { clock, keyId } = start([sixHours, failed]);
    await keyId();
    clock.pass(6 * HOUR - 1);
    expect(await keyId()).toBe('ASIA1');
    clock.pass(1);
    expect(await keyId()).toBeNull();
  });

  test('by the clock of AWS, which the last answer told', async () => {
    // An hour ahead: when this clock says four, it is three.
    const ahead: Answer = (clock) =>
      good(clock, 'ASIA1', clock.now() - HOUR + HOUR / 2, { clockOffset: 3600 });
    const { clock, keyId } = start([ahead, (now) => failed(now, { clockOffset: null })]);
    expect(await keyId()).toBe('ASIA1');
    clock.pass(HOUR / 2 - 1);
    expect(await keyId()).toBe('ASIA1');
    clock.pass(1);
    expect(await keyId()).toBeNull();
  });

  test('by a clock that is behind, no longer than AWS takes them', async () => {
    const behind: Answer = (clock) => good(clock, 'ASIA1', clock.now() + HOUR, { clockOffset: -1800 });
    const { clock, keyId } = start([behind, (now) => failed(now, { clockOffset: null })]);
    expect(await keyId()).toBe('ASIA1');
    clock.pass(HOUR / 2);
    expect(await keyId()).toBeNull();
  });

  test.each([
    ['expired', 0],
    ['long expired', -HOUR],
  ])('because what it brings has %s, they are given, too', async (_, left) => {
    const { clock, keyId, recorded } = start([sixHours, () => good(clock, 'ASIA0', clock.now() + left)]);
    await keyId();
    clock.pass(SECOND);
    expect(await keyId()).toBe('ASIA1');
    // What the source served is a sample all the same.
    expect(recorded()).toEqual(['sample', 'sample']);
    clock.pass(6 * HOUR);
    expect(await keyId()).toBeNull();
  });
});

describe('a source that takes its time', () => {
  test('keeps nobody waiting who can be given something', async () => {
    const second = held();
    const { clock, keyId, looks } = start([sixHours, second.answer]);
    await keyId();
    clock.pass(HOUR);
    const asleep = clock.nextSleep();
    const early = keyId();
    await asleep;
    expect(clock.left()).toEqual([500]);
    clock.pass(500);
    expect(await early).toBe('ASIA1');
    // The look goes on, and another is not begun.
    const patient = keyId();
    second.release((now) => good(now, 'ASIA2', now.now() + 6 * HOUR));
    expect(await patient).toBe('ASIA2');
    expect(looks).toEqual([0, 3600]);
    expect(clock.left()).toEqual([]);
  });

  test('is waited for where there is nothing', async () => {
    const first = held();
    const { clock, keyId } = start([first.answer]);
    const given = keyId();
    expect(clock.left()).toEqual([]);
    first.release(sixHours);
    expect(await given).toBe('ASIA1');
  });

  test('is waited for where what is there has expired', async () => {
    const second = held();
    const { clock, keyId } = start([sixHours, second.answer]);
    await keyId();
    clock.pass(6 * HOUR);
    const given = keyId();
    expect(clock.left()).toEqual([]);
    second.release((now) => good(now, 'ASIA2', now.now() + 6 * HOUR));
    expect(await given).toBe('ASIA2');
  });
});

describe('closing', () => {
  test('breaks off a look and waits for its end, and that is neither recorded nor told', async () => {
    let hasEnded = false;
    const hanging: Answer = async (clock, signal) => {
      await new Promise((resolve) => signal!.addEventListener('abort', resolve));
      await new Promise(setImmediate);
      hasEnded = true;
      return failed(clock);
    };
    const { latest, keyId, recorded, polls, problems } = start([hanging]);
    const given = keyId();
    await latest.close();
    expect(hasEnded).toBe(true);
    expect(await given).toBeNull();
    expect([recorded(), polls, problems]).toEqual([[], [], []]);
  });

  test('is the end of looks', async () => {
    const { clock, latest, keyId, looks } = start([sixHours]);
    await keyId();
    await latest.close();
    clock.pass(HOUR);
    expect(await keyId()).toBe('ASIA1');
    expect(looks).toEqual([0]);
  });
});
