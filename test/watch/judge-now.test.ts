import { expect, test } from 'vitest';
import type { CredentialSource } from '../../src/sources/source.ts';
import { judgeStored, pollAndJudge } from '../../src/watch/judge-now.ts';
import { pollOnce } from '../../src/watch/poll-once.ts';
import { temporaryStore } from '../support/store/temporary-store.ts';
import { successfulPoll } from '../support/watch/poll-outcomes.ts';

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
  const longer = await pollAndJudge(host.context, { ...job, duration: job.duration + 1 }, host.hostTime);
  expect(longer.judgement.verdict).toBe('not-safe');
});

test('a stored sample is judged by the time that dated samples prove', async () => {
  const host = onSlowHost();
  await host.pollUntil(START + 3 * HOUR + 30 * MINUTE);
  const options = { host: 'i-0abc', source: 'imds', maxAge: 3600 } as const;
  const judgement = judgeStored(host.context.store, options, { duration: 60, margin: 0 }, host.hostTime());
  expect(judgement.judgedAt).toBe(host.trueTime());
});
