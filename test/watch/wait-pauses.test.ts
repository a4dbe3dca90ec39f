import { describe, expect, test } from 'vitest';
import type { FailureReason } from '../../src/domain/model.ts';
import type { CredentialSource, PollOutcome } from '../../src/sources/source.ts';
import { type PollContext, pollOnce } from '../../src/watch/poll-once.ts';
import { waitUntilSafe } from '../../src/watch/wait-until-safe.ts';
import { temporaryStore } from '../support/store/temporary-store.ts';
import { failedPoll, successfulPoll } from '../support/watch/poll-outcomes.ts';

const SECOND = 1000;
const START = Date.UTC(2026, 0, 1);
const LOOPBACK = { url: 'http://127.0.0.1', loopback: true };
const REAL = { url: 'http://169.254.169.254', loopback: false };

interface Scenario {
  /** In seconds. */
  rotateEvery: number;
  lifetime: number;
  endpoint?: CredentialSource['endpoint'];
  /** Whether the poll with this number, from 1, of the wait fails. */
  fails?: (poll: number) => boolean;
  reason?: FailureReason;
}

/** A source that dates its rotations, with six rotations in its history. Now is just after the last one. */
async function startSource({
  rotateEvery,
  lifetime,
  endpoint = LOOPBACK,
  fails,
  reason = 'timeout',
}: Scenario) {
  let now = START;
  const store = temporaryStore();
  const source: CredentialSource = { name: 'imds', endpoint, poll: async () => issue() };
  const context: PollContext = { source, store, host: 'h', machine: 'm' };
  function issue(): PollOutcome {
    const period = rotateEvery * SECOND;
    const issuedAt = START + Math.floor((now - START) / period) * period;
    return successfulPoll(now, {
      credentials: {
        accessKeyId: `ASIA${issuedAt}`,
        lastUpdated: issuedAt,
        expiration: issuedAt + lifetime * SECOND,
        zoneless: false,
      },
    });
  }
  const end = START + 6 * rotateEvery * SECOND;
  for (; now < end; now += (rotateEvery / 10) * SECOND) await pollOnce(context);
  await pollOnce(context);

  /** Waits for a safe start of a job. Returns the seconds between its polls. */
  async function findPauses(options: { duration: number; after: number; maxWait: number; random?: number }) {
    const { duration, after, maxWait, random = 0.5 } = options;
    now += after * SECOND;
    const begun = now;
    let polls = 0;
    source.poll = async () => {
      polls += 1;
      return fails?.(polls) ? failedPoll(now, { reason }) : issue();
    };
    const pauses: number[] = [];
    const limits: number[] = [];
    const { judgement } = await waitUntilSafe(context, {
      job: { duration, margin: 0 },
      maxWait,
      clock: {
        now: () => now,
        sleep: async (milliseconds) => {
          now += milliseconds;
        },
      },
      random: () => random,
      stop: new AbortController().signal,
      onPollStart: () => {},
      onWait: (_, next, limit) => {
        pauses.push((next - now) / SECOND);
        limits.push((limit - begun) / SECOND);
      },
    });
    return { pauses, limits, verdict: judgement.verdict };
  }
  return { findPauses };
}

describe('pauses of waitUntilSafe', () => {
  test('a pause ends when the next rotation is due, after at most ten minutes', async () => {
    const { findPauses } = await startSource({ rotateEvery: 3600, lifetime: 7200 });
    const wait = { duration: 7000, after: 3600 - 1500, maxWait: 7200, random: 0 };
    expect(await findPauses(wait)).toEqual({
      pauses: [600, 600, 300],
      limits: [7200, 7200, 7200],
      verdict: 'safe',
    });
  });

  test('while a rotation is due, pauses are one minute, with a variation of 10 percent', async () => {
    for (const [random, pause] of [
      [0, 54],
      [0.5, 60],
      [1, 66],
    ] as const) {
      const { findPauses } = await startSource({ rotateEvery: 3600, lifetime: 7200 });
      const { pauses } = await findPauses({ duration: 7000, after: 3600 - 30, maxWait: 7200, random });
      expect(pauses).toEqual([pause]);
    }
  });

  test('sources that rotate within minutes are polled 60 times per rotation', async () => {
    const { findPauses } = await startSource({ rotateEvery: 600, lifetime: 1800 });
    const wait = { duration: 1750, after: 595, maxWait: 900, random: 0 };
    expect(await findPauses(wait)).toMatchObject({ pauses: [9], verdict: 'safe' });
  });

  test('pauses are at least the minimum of the endpoint', async () => {
    const { findPauses } = await startSource({ rotateEvery: 120, lifetime: 1800, endpoint: REAL });
    const wait = { duration: 1790, after: 115, maxWait: 900, random: 0 };
    expect(await findPauses(wait)).toMatchObject({ pauses: [10], verdict: 'safe' });
  });

  test('pauses after failures of an overloaded endpoint double, vary by 10 percent, and are reset by a sample', async () => {
    const { findPauses } = await startSource({
      reason: 'throttled',
      rotateEvery: 3600,
      lifetime: 7200,
      fails: (poll) => poll !== 3,
    });
    const wait = { duration: 7100, after: 1800, maxWait: 1500, random: 0 };
    // The history says that the next rotation is 1800 s away.
    expect((await findPauses(wait)).pauses).toEqual([108, 216, 600, 108, 216, 252]);
  });

  test('pauses after other failures are at most one minute', async () => {
    const { findPauses } = await startSource({ rotateEvery: 3600, lifetime: 7200, fails: () => true });
    const wait = { duration: 7100, after: 1800, maxWait: 240 };
    expect((await findPauses(wait)).pauses).toEqual([60, 60, 60, 60]);
  });

  test('pauses after failures are at least the minimum of the endpoint', async () => {
    const scenario = { rotateEvery: 120, lifetime: 1800, endpoint: REAL, fails: () => true };
    const { findPauses } = await startSource(scenario);
    expect((await findPauses({ duration: 1790, after: 0, maxWait: 30 })).pauses).toEqual([10, 10, 10]);
  });
});
