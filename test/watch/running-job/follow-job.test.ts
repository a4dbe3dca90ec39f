import { describe, expect, test } from 'vitest';
import { CorrectedClock } from '../../../src/watch/running-job/corrected-clock.ts';
import { followJob, waitForProcessEnd } from '../../../src/watch/running-job/follow-job.ts';
import { FakeClock } from '../../support/server/fake-clock.ts';

const START = Date.UTC(2026, 10, 22, 10);
const MINUTE = 60_000;

const settle = () => new Promise((resolve) => setImmediate(resolve));

interface Followed {
  host: FakeClock;
  warnings: (string | number)[][];
  end: (result: string) => void;
  done: Promise<string>;
  /** Passes time in steps, so that each sleep can begin. */
  pass: (minutes: number) => Promise<void>;
}

/** Follows a job whose credentials expire after an hour. */
function follow(warnBefore: number | null = null, aheadMs = 0, remaining = 60 * MINUTE): Followed {
  const host = new FakeClock(START);
  const clock = new CorrectedClock(host, aheadMs);
  const warnings: (string | number)[][] = [];
  let end: Followed['end'] = () => {};
  const done = followJob(
    {
      clock,
      expiration: START + remaining,
      warnBefore,
      onWarning: (code, now) => void warnings.push([code, (now - START) / MINUTE]),
    },
    () =>
      new Promise<string>((resolve) => {
        end = resolve;
      }),
  );
  const pass = async (minutes: number) => {
    for (let step = 0; step < minutes * 2; step += 1) {
      host.pass(MINUTE / 2);
      await settle();
    }
  };
  return { host, warnings, end, done, pass };
}

describe('a followed job', () => {
  test('a job that ends early has no warning, and no timer is left', async () => {
    const { host, warnings, end, done, pass } = follow();
    await pass(44);
    end('result');
    expect(await done).toBe('result');
    expect(warnings).toEqual([]);
    expect(host.left()).toEqual([]);
  });

  test('a job that runs on has a warning before the expiration and one at the expiration', async () => {
    const { warnings, end, done, pass } = follow();
    await pass(70);
    end('result');
    await done;
    expect(warnings).toEqual([
      ['EXPIRES_SOON', 45],
      ['EXPIRED', 60],
    ]);
  });

  test('a host that is behind warns by the time of AWS', async () => {
    const { warnings, end, done, pass } = follow(600, 5 * MINUTE);
    await pass(46);
    end('result');
    await done;
    expect(warnings).toEqual([['EXPIRES_SOON', 50]]);
  });

  test('a machine that was suspended until after the expiration has only the second warning', async () => {
    const { host, warnings, end, done } = follow();
    host.pass(120 * MINUTE);
    await settle();
    await settle();
    end('result');
    await done;
    expect(warnings).toEqual([['EXPIRED', 120]]);
  });

  test('credentials that have expired before the start have one warning at once', async () => {
    const { warnings, end, done } = follow(null, 0, -MINUTE);
    await settle();
    end('result');
    await done;
    expect(warnings).toEqual([['EXPIRED', 0]]);
  });

  test('an error of the job ends the warnings', async () => {
    const host = new FakeClock(START);
    const clock = new CorrectedClock(host, 0);
    const options = { clock, expiration: START + MINUTE, warnBefore: null, onWarning: () => {} };
    await expect(followJob(options, () => Promise.reject(new Error('no such command')))).rejects.toThrow(
      'no such command',
    );
    expect(host.left()).toEqual([]);
  });
});

describe('the end of a process', () => {
  async function waitFor(states: readonly boolean[], stop = new AbortController().signal) {
    const host = new FakeClock(START);
    const left = [...states];
    const waiting = waitForProcessEnd(async () => left.shift() ?? false, new CorrectedClock(host, 0), stop);
    for (let second = 0; second <= states.length; second += 1) {
      await settle();
      host.pass(1000);
    }
    return waiting;
  }

  test('the end lies between two readings, one second apart', async () => {
    expect(await waitFor([true, true, true])).toEqual({ from: START + 2000, to: START + 3000 });
  });

  test('a process that has ended at the first reading ends now', async () => {
    expect(await waitFor([])).toEqual({ from: START, to: START });
  });

  test('an aborted wait has no end', async () => {
    expect(await waitFor([true], AbortSignal.abort())).toBeNull();
  });
});
