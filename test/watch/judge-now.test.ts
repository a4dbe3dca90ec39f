import { describe, expect, test } from 'vitest';
import { findAccountId } from '../../src/domain/keys/key-kind.ts';
import type { SeriesIdentity } from '../../src/domain/model.ts';
import type { CredentialSource, PollOutcome } from '../../src/sources/source.ts';
import { pollAndJudge } from '../../src/watch/judge-now.ts';
import { judgeStored } from '../../src/watch/judge-stored.ts';
import { pollOnce } from '../../src/watch/poll-once.ts';
import { temporaryStore } from '../support/store/temporary-store.ts';
import { failedPoll, successfulPoll } from '../support/watch/poll-outcomes.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2026, 0, 1);
/** The host's clock is slow by this much. */
const SLOW = 4 * MINUTE;

/** A source that rotates at every full hour, without a `Date` header, on a host with a slow clock. */
function onSlowHost() {
  const store = temporaryStore();
  let trueTime = START;
  const source: CredentialSource = {
    name: 'imds',
    endpoint: { url: 'http://127.0.0.1', loopback: true },
    poll: async () => {
      const issuedAt = Math.floor(trueTime / HOUR) * HOUR;
      return successfulPoll(trueTime - SLOW, {
        clockOffset: null,
        credentials: {
          accessKeyId: `ASIA${issuedAt}`,
          lastUpdated: issuedAt,
          expiration: issuedAt + 6 * HOUR,
          zoneless: false,
        },
      });
    },
  };
  const context = { source, store, host: 'i-0abc', machine: 'm' };
  return {
    context,
    async pollUntil(end: number) {
      for (; trueTime < end; trueTime += 5 * MINUTE) await pollOnce(context);
    },
    hostTime: () => trueTime - SLOW,
    trueTime: () => trueTime,
  };
}

test('a poll judges by the time that dated samples prove, if the clock of the host is slow', async () => {
  const host = onSlowHost();
  await host.pollUntil(START + 3 * HOUR + 30 * MINUTE);
  const job = { duration: 5.5 * 3600, margin: 0 };
  const { judgement } = await pollAndJudge(host.context, job, host.hostTime);
  expect(judgement).toMatchObject({ verdict: 'safe', remaining: 5.5 * 3600, judgedAt: host.trueTime() });
  expect(judgement.hostTime).toBe(host.hostTime());
  const longer = await pollAndJudge(host.context, { ...job, duration: job.duration + 1 }, host.hostTime);
  expect(longer.judgement.verdict).toBe('not-safe');
});

test('a stored sample is judged by the time that dated samples prove', async () => {
  const host = onSlowHost();
  await host.pollUntil(START + 3 * HOUR + 30 * MINUTE);
  const options = { host: 'i-0abc', source: 'imds', maxAge: 3600 } as const;
  const { judgement } = judgeStored(
    host.context.store,
    options,
    { duration: 60, margin: 0 },
    host.hostTime(),
  );
  expect(judgement.judgedAt).toBe(host.trueTime());
});

const JOB = { duration: 60, margin: 0 };
const SELECTION = { host: 'i-0abc', source: 'imds', maxAge: 3600 } as const;
const NOW = START + 12 * HOUR;

/** Records one sample of a series, with six hours of validity. */
function record(
  store: ReturnType<typeof temporaryStore>,
  observedAt: number,
  { key = 'ASIA1', issuedAt = observedAt, ...identity }: Partial<SeriesIdentity> & Issue = {},
) {
  const credentials = { accessKeyId: key, lastUpdated: issuedAt, expiration: issuedAt + 6 * HOUR };
  store.recordSample(
    { host: 'i-0abc', source: 'imds', apiVersion: '2', role: 'app', ...identity },
    { ...credentials, zoneless: false, observedAt, clockOffset: 0 },
    'm',
  );
}

interface Issue {
  key?: string;
  issuedAt?: number;
}

/** A key id of this account: after the prefix, bits 1 to 40 are its number. */
function encodeKeyId(accountId: string): string {
  const bits = 2 ** 44 + Number(accountId) * 16;
  const digits = Array.from(
    { length: 9 },
    (_, index) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Math.floor(bits / 32 ** (8 - index)) % 32],
  );
  return `ASIA${digits.join('')}AAAAAAA`;
}

describe('judgeStored', () => {
  test.each([
    [3600, null],
    [3601, { code: 'STALE_SAMPLES', ageSeconds: 3601, maxAgeSeconds: 3600 }],
    [-60, null],
    [-61, { code: 'SAMPLES_IN_FUTURE', aheadSeconds: 61 }],
  ])('a sample with an age of %d s is judged, or unknown with a reason', (age, unknownReason) => {
    const store = temporaryStore();
    record(store, NOW - age * 1000, { issuedAt: NOW - HOUR });
    expect(judgeStored(store, SELECTION, JOB, NOW).judgement).toMatchObject({
      verdict: unknownReason === null ? 'safe' : 'unknown',
      unknownReason,
      remaining: 5 * 3600,
    });
  });

  test('the newest sample of the host and source is judged, or of the role if it is known', () => {
    const store = temporaryStore();
    record(store, NOW - 3 * MINUTE, { role: 'old' });
    record(store, NOW - 2 * MINUTE, { role: 'new' });
    record(store, NOW - MINUTE, { role: 'old', host: 'other' });
    record(store, NOW - MINUTE, { role: 'old', source: 'container' });
    const judgedRole = (more: { role?: string }) =>
      judgeStored(store, { ...SELECTION, ...more }, JOB, NOW).judgement.identity?.role;
    expect(judgedRole({})).toBe('new');
    expect(judgedRole({ role: '' })).toBe('new');
    expect(judgedRole({ role: 'old' })).toBe('old');
    expect(judgedRole({ role: 'unknown' })).toBeUndefined();
  });

  test('a sample with a key of another account is not judged', () => {
    const store = temporaryStore();
    const role = { source: 'role', role: 'loader' } as const;
    record(store, NOW - 2 * MINUTE, { ...role, key: encodeKeyId('111122223333') });
    record(store, NOW - MINUTE, { ...role, key: encodeKeyId('444455556666') });
    const judgedAccount = (accountId: string | null) => {
      const selection = { ...SELECTION, ...role, accountId };
      return findAccountId(judgeStored(store, selection, JOB, NOW).judgement.credentials?.accessKeyId ?? '');
    };
    expect(judgedAccount('111122223333')).toBe('111122223333');
    expect(judgedAccount('444455556666')).toBe('444455556666');
    expect(judgedAccount(null)).toBe('444455556666');
    expect(judgedAccount('777788889999')).toBeNull();
  });

  test('a series that has only failed polls has no samples', () => {
    const store = temporaryStore();
    store.recordFailedPoll('i-0abc', 'imds', failedPoll(NOW));
    expect(judgeStored(store, SELECTION, JOB, NOW).judgement).toMatchObject({
      identity: null,
      judgedAt: NOW,
      unknownReason: { code: 'NO_SAMPLES' },
    });
  });

  test('of generations served alternately, the one seen last was returned, or the one issued last', () => {
    const store = temporaryStore();
    const [first, second] = [
      { key: 'ASIA1', issuedAt: NOW - 2 * HOUR },
      { key: 'ASIA2', issuedAt: NOW - HOUR },
    ];
    const judged = () => judgeStored(store, SELECTION, JOB, NOW).judgement;
    const returned = () => (judged().returned ?? judged().credentials)?.accessKeyId;
    for (const minute of [50, 40, 30]) {
      record(store, NOW - minute * MINUTE, first);
      record(store, NOW - (minute - 5) * MINUTE, second);
    }
    expect(returned()).toBe('ASIA2');
    record(store, NOW - 20 * MINUTE, first);
    expect(returned()).toBe('ASIA1');
    record(store, NOW - 20 * MINUTE, second);
    expect(returned()).toBe('ASIA2');
    // The job may get either, so the one that expires first is judged.
    expect(judged().credentials?.accessKeyId).toBe('ASIA1');
    // A job that has a key sends no request.
    const copied = judgeStored(store, { ...SELECTION, accessKeyId: 'ASIA2' }, JOB, NOW).judgement;
    expect(copied).toMatchObject({ credentials: { accessKeyId: 'ASIA2' }, returned: null });
  });
});

describe('pollAndJudge', () => {
  /** Polls a source with this outcome at {@link NOW}. */
  function pollWith(outcome: PollOutcome, store = temporaryStore()) {
    const source: CredentialSource = { name: 'imds', endpoint: null, poll: async () => outcome };
    return pollAndJudge({ source, store, host: 'i-0abc', machine: 'm' }, JOB, () => NOW);
  }

  test.each([
    ['a slow clock', -240, 240],
    ['a clock that is ahead', 240, 0],
    ['an unknown clock', null, 0],
  ])('credentials and failures are judged by the later time: %s', async (_, clockOffset, laterSeconds) => {
    const judgedAt = NOW + laterSeconds * 1000;
    const good = await pollWith(successfulPoll(NOW, { clockOffset }));
    expect(good.judgement).toMatchObject({ judgedAt, clockOffset, verdict: 'safe' });
    const failed = await pollWith(failedPoll(NOW, { clockOffset }));
    expect(failed.judgement).toMatchObject({ judgedAt, clockOffset, verdict: 'unknown' });
  });

  test('a failed poll is judged by the history of the host, with the reason of the failure', async () => {
    const store = temporaryStore();
    for (let hour = 0; hour < 4; hour += 1) {
      for (const minute of [0, 20, 40]) {
        record(store, START + hour * HOUR + minute * MINUTE, {
          key: `ASIA${hour}`,
          issuedAt: START + hour * HOUR,
        });
      }
    }
    record(store, START + HOUR, { role: 'other' });
    const failure = {
      reason: 'access-denied',
      detail: '404',
      misconfiguration: null,
      possibleHopLimit: true,
    } as const;
    const { judgement, recordedPoll } = await pollWith(failedPoll(NOW, failure), store);
    expect(recordedPoll.outcome.ok).toBe(false);
    expect(judgement).toMatchObject({
      unknownReason: { code: 'POLL_FAILED', ...failure },
      outlook: 'after-rotation',
      nextRotation: { expected: START + 4 * HOUR },
    });
  });
});
