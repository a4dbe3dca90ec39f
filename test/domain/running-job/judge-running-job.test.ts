import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  judgeEnd,
  judgeRunningJob,
  planWarnings,
  toEndSafety,
} from '../../../src/domain/running-job/judge-running-job.ts';
import type { NoExpirationReason } from '../../../src/domain/running-job/running-job.ts';

const START = Date.UTC(2026, 10, 22, 10);
const HOUR = 3600;
const MARGIN = 300;

/** Seconds after the start. */
const inSeconds = (seconds: number) => START + seconds * 1000;

/** A job whose process started at `START`, judged after `elapsed` seconds. */
function judge(
  elapsed: number,
  duration: number | null,
  expiresAfter: number | NoExpirationReason,
  keyIssuedAt: number | null = null,
) {
  const job = duration === null ? null : { duration, margin: MARGIN };
  const credentials =
    typeof expiresAfter === 'number'
      ? ({ expiration: { at: inSeconds(expiresAfter), origin: 'variables' }, reason: null } as const)
      : { expiration: null, reason: expiresAfter };
  return judgeRunningJob({ processStartedAt: START, keyIssuedAt, job, credentials }, inSeconds(elapsed));
}

describe('the verdict on a running job', () => {
  test('only the rest of the job and the margin count', () => {
    expect(judge(3 * HOUR, 4 * HOUR, 5 * HOUR)).toMatchObject({
      verdict: 'safe',
      elapsed: 3 * HOUR,
      rest: HOUR,
      required: HOUR + MARGIN,
      remaining: 2 * HOUR,
      spare: HOUR - MARGIN,
    });
  });

  test.each([
    ['safe with exactly the required validity', 4 * HOUR + MARGIN, 'safe', 0],
    ['not safe with a second less', 4 * HOUR + MARGIN - 1, 'not-safe', -1],
  ])('a job is %s', (_, expiresAfter, verdict, spare) => {
    expect(judge(HOUR, 4 * HOUR, expiresAfter)).toMatchObject({ verdict, spare, unknownReason: null });
  });

  test('a job has not started before its key was issued, although its process can be a shell that it replaced', () => {
    expect(judge(3 * HOUR, 4 * HOUR, 6 * HOUR, inSeconds(2 * HOUR))).toMatchObject({
      verdict: 'not-safe',
      startedAt: inSeconds(2 * HOUR),
      elapsed: HOUR,
      spare: -MARGIN,
    });
    expect(judge(3 * HOUR, 4 * HOUR, 6 * HOUR, inSeconds(-HOUR))).toMatchObject({
      verdict: 'safe',
      startedAt: START,
    });
  });

  test('a fraction of a second never makes a job safe', () => {
    const job = { duration: HOUR, margin: 0 };
    const credentials = { expiration: { at: inSeconds(HOUR), origin: 'database' }, reason: null } as const;
    // The job has run for half a second less than it would be safe for.
    const running = { processStartedAt: START + 500, keyIssuedAt: null, job, credentials };
    expect(judgeRunningJob(running, START + 600).verdict).toBe('not-safe');
    expect(judgeRunningJob({ ...running, processStartedAt: START }, START).verdict).toBe('safe');
  });

  test('a job that has run for longer than its duration is unknown, because its end is', () => {
    expect(judge(5 * HOUR, 4 * HOUR, 9 * HOUR)).toMatchObject({
      verdict: 'unknown',
      unknownReason: { code: 'LONGER_THAN_DURATION', overSeconds: HOUR },
      rest: 0,
      required: MARGIN,
    });
    expect(judge(4 * HOUR, 4 * HOUR, 9 * HOUR).verdict).toBe('safe');
    expect(judge(4 * HOUR + 1, 4 * HOUR, 9 * HOUR).verdict).toBe('unknown');
    // Less than the margin is left.
    expect(judge(5 * HOUR, 4 * HOUR, 5 * HOUR + MARGIN - 1).verdict).toBe('not-safe');
  });

  test('without a duration, only expired credentials are not safe', () => {
    expect(judge(HOUR, null, HOUR + 1)).toMatchObject({
      verdict: 'unknown',
      unknownReason: { code: 'DURATION_UNKNOWN' },
      spare: null,
    });
    expect(judge(HOUR, null, HOUR)).toMatchObject({ verdict: 'not-safe', remaining: 0 });
  });

  test('without an expiration, the verdict is unknown for its reason', () => {
    const reason = { code: 'LONG_LIVED' } as const;
    expect(judge(HOUR, 4 * HOUR, reason)).toMatchObject({
      verdict: 'unknown',
      unknownReason: reason,
      expiration: null,
      spare: null,
    });
  });

  test('a start in the future counts as now', () => {
    expect(judge(-2, HOUR, 2 * HOUR)).toMatchObject({ elapsed: 0, rest: HOUR });
  });

  test('no job that is safe outlives its credentials', () => {
    const seconds = fc.double({ min: 0, max: 20 * HOUR, noNaN: true });
    fc.assert(
      fc.property(seconds, fc.nat(10 * HOUR), seconds, (elapsed, duration, expiresAfter) => {
        if (judge(elapsed, duration, expiresAfter).verdict === 'safe')
          expect(Math.max(elapsed, duration)).toBeLessThanOrEqual(expiresAfter);
      }),
    );
  });
});

describe('the end of a job', () => {
  test.each([
    ['in time', 10, 20, 30, 'in-time', 10, 'safe'],
    ['in time at the last moment', 10, 30, 30, 'in-time', 0, 'safe'],
    ['after its credentials', 31, 32, 30, 'expired-before-end', -2, 'not-safe'],
    ['after its credentials if it ran at the expiration', 30, 31, 30, 'expired-before-end', -1, 'not-safe'],
    ['possibly after its credentials', 29, 31, 30, 'unknown', -1, 'unknown'],
  ] as const)('a job ends %s', (_, from, to, expiration, outcome, remainingAtEnd, safety) => {
    const ended = judgeEnd({ from: inSeconds(from), to: inSeconds(to) }, inSeconds(expiration));
    expect(ended).toEqual({
      outcome,
      remainingAtEnd,
      endedAt: inSeconds(to),
      expiration: inSeconds(expiration),
    });
    expect(toEndSafety(ended)).toBe(safety);
  });

  test('part of a second after the expiration is too late', () => {
    const end = { from: START + 1, to: START + 1 };
    expect(judgeEnd(end, START)).toMatchObject({ outcome: 'expired-before-end', remainingAtEnd: -1 });
  });
});

describe('warnings', () => {
  const plan = (remaining: number, lead: number | null) =>
    planWarnings(inSeconds(remaining), START, lead).map(({ code, at }) => [code, (at - START) / 1000]);

  test.each([
    ['15 minutes before the expiration', 4 * HOUR, null, 4 * HOUR - 900],
    ['after half of a short validity', 600, null, 300],
    ['as early as the flag says', 4 * HOUR, HOUR, 3 * HOUR],
    ['at once if the flag asks for an earlier time', HOUR, 2 * HOUR, 0],
  ])('the first warning comes %s, and the second one at the expiration', (_, remaining, lead, first) => {
    expect(plan(remaining, lead)).toEqual([
      ['EXPIRES_SOON', first],
      ['EXPIRED', remaining],
    ]);
  });

  test('expired credentials have only one warning', () => {
    expect(plan(-10, null)).toEqual([['EXPIRED', -10]]);
    expect(plan(0, 60)).toEqual([['EXPIRED', 0]]);
  });
});
