import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Sample } from '../../../src/domain/model.ts';
import { analyse } from '../../../src/domain/verdict/analyse.ts';
import { judgeNow } from '../../../src/domain/verdict/endpoints/judge-now.ts';
import { FINDING_CODES, type Finding, type FindingCode } from '../../../src/domain/verdict/finding.ts';
import { judgeJob } from '../../../src/domain/verdict/job.ts';
import { judgeWithoutCredentials } from '../../../src/domain/verdict/now.ts';
import type { SeriesAnalysis } from '../../../src/domain/verdict/series-analysis.ts';
import { createHistory } from '../../support/domain/history.ts';
import { simulate } from '../../support/domain/simulated-source.ts';
import { seededRandom } from '../../support/random.ts';

const IDENTITY = { host: 'h', source: 'imds', apiVersion: '2', role: 'loader' } as const;
const START = Date.UTC(2026, 0, 1);
const HOUR = 3600;
const HOUR_MS = HOUR * 1000;

function analysed(samples: readonly Sample[], now: number): SeriesAnalysis {
  return analyse(createHistory(samples, IDENTITY), { now, maxAge: 'default' });
}

const sample = (key: string, issuedHour: number, seenHour: number, validity = 6): Sample => ({
  accessKeyId: key,
  lastUpdated: START + issuedHour * HOUR_MS,
  expiration: START + (issuedHour + validity) * HOUR_MS,
  zoneless: false,
  observedAt: START + seenHour * HOUR_MS,
  clockOffset: 0,
});

/** Generations with the given validities when issued, rotated every hour and sampled four times each. */
const hourly = (validities: readonly number[]) =>
  validities.flatMap((validity, hour) =>
    [0.1, 0.4, 0.7, 0.95].map((part) => sample(`ASIA${hour}`, hour, hour + part, validity)),
  );

const judged = (samples: readonly Sample[], hours: number, seenHour: number) => {
  const current = { identity: IDENTITY, credentials: samples.at(-1)! };
  const at = START + seenHour * HOUR_MS;
  const job = { duration: hours * HOUR, margin: 0 };
  return judgeNow(current, { job, at, analysis: analysed(samples, at) });
};

describe('judgeNow', () => {
  test('remaining validity is rounded down to seconds', () => {
    const [only] = hourly([6]);
    const job = { duration: HOUR, margin: 300 };
    const judgement = judgeNow(
      { identity: IDENTITY, credentials: only! },
      { job, at: only!.expiration - 3900_001, analysis: null },
    );
    expect(judgement).toMatchObject({ verdict: 'safe', remaining: 3900, spare: 0, required: 3900 });
    const later = judgeNow(
      { identity: IDENTITY, credentials: only! },
      { job, at: only!.expiration - 3899_999, analysis: null },
    );
    expect(later).toMatchObject({ verdict: 'not-safe', remaining: 3899, spare: -1, outlook: 'unknown' });
  });

  test('the smallest expiration ever stated for a key counts', () => {
    const early = sample('ASIA0', 0, 0.1, 3);
    const late = sample('ASIA0', 0, 0.2, 6);
    const judgement = judged([early, late], 4, 0.3);
    expect(judgement).toMatchObject({ verdict: 'not-safe', credentials: { expiration: early.expiration } });
  });

  test.each([
    ['every generation was valid for long enough', 5.8, 'after-rotation'],
    ['a start is safe for a minute after every rotation', 5.9833, 'after-rotation'],
    ['a start is safe for less than a minute after every rotation', 5.9834, 'perhaps-after-rotation'],
    ['some generations were valid for long enough', 6.2, 'perhaps-after-rotation'],
    ['no generation was valid for long enough', 6.7, 'never'],
  ])('if %s, the outlook for a %d h job is %s', (_, hours, outlook) => {
    const samples = hourly([6, 6.5, 6, 6.5, 6, 6]);
    expect(judged(samples, hours, 5.95)).toMatchObject({
      verdict: 'not-safe',
      outlook,
      validityAfterRotation: { min: 6 * HOUR, max: 6.5 * HOUR },
      nextRotation: { expected: START + 6 * HOUR_MS },
    });
  });

  test('the outlook is unknown if it is unknown when the credentials appeared', () => {
    const undated = hourly([6]).map((each) => ({ ...each, lastUpdated: null }));
    expect(judged(undated, 6, 0.95)).toMatchObject({
      outlook: 'unknown',
      nextRotation: null,
      validityAfterRotation: null,
    });
  });

  test('the outlook is never if credentials are issued per request with too little validity', () => {
    const samples = [0, 1, 2, 3, 4].map(
      (second): Sample => ({
        accessKeyId: `ASIA${second}`,
        lastUpdated: null,
        expiration: START + second * 1000 + 900_000,
        zoneless: false,
        observedAt: START + second * 1000,
        clockOffset: 0,
      }),
    );
    expect(judged(samples, 1, 4 / 3600)).toMatchObject({ verdict: 'not-safe', outlook: 'never' });
    expect(judged(samples.slice(0, 4), 1, 3 / 3600).outlook).toBe('unknown');
    expect(judged(samples, 0.2, 4 / 3600)).toMatchObject({ verdict: 'safe', outlook: 'now' });
  });

  test.each([
    ['no rotation and a much longer job', 1, 9, 'unknown'],
    ['four rotations', 5, 9, 'unknown'],
    ['five rotations and ten minutes too little', 6, 6 + 1 / 6, 'unknown'],
    ['five rotations and more than ten minutes too little', 6, 6.17, 'never'],
    ['59 rotations', 60, 6.01, 'unknown'],
    ['sixty rotations', 61, 6.01, 'never'],
  ])('the outlook is `never` only with enough evidence: %s', (_, count, hours, outlook) => {
    const samples = hourly(Array.from({ length: count }, () => 6));
    expect(judged(samples, hours, count - 0.05).outlook).toBe(outlook);
  });

  test('the outlook is not `never` if the source rotates as fast as it is polled', () => {
    const samples = [0, 58, 101].map(
      (second, index): Sample => ({
        accessKeyId: `ASIA${index}`,
        lastUpdated: null,
        expiration: START + (Math.floor(second / 40) * 40 + 180) * 1000,
        zoneless: false,
        observedAt: START + second * 1000,
        clockOffset: 0,
      }),
    );
    expect(judged(samples, 181 / 3600, 102 / 3600).outlook).toBe('unknown');
  });

  test('only polls that failed after the last sample are reported', () => {
    const samples = hourly([6, 6]);
    const at = START + 2 * HOUR_MS;
    const failing = (lastAt: number) => {
      const history = createHistory(samples, IDENTITY, {
        failedPolls: [{ reason: 'timeout', count: 1, firstAt: lastAt, lastAt, lastDetail: '' }],
      });
      const analysis = analyse(history, { now: at, maxAge: 'default' });
      const job = { duration: HOUR, margin: 0 };
      const current = { identity: IDENTITY, credentials: samples.at(-1)! };
      return judgeNow(current, { job, at, analysis }).findings.map(({ code }) => code);
    };
    expect(failing(at)).toEqual(['POLLS_FAILED']);
    expect(failing(START)).toEqual([]);
  });

  test('a failed poll gives the verdict unknown with an outlook from history', () => {
    const samples = hourly([6, 6, 6, 6, 6, 6]);
    const at = START + 6 * HOUR_MS;
    const reason = {
      code: 'POLL_FAILED',
      reason: 'timeout',
      detail: '',
      misconfiguration: null,
      possibleHopLimit: false,
    } as const;
    const job = { duration: 7 * HOUR, margin: 0 };
    expect(judgeWithoutCredentials(reason, null, { job, at, analysis: analysed(samples, at) })).toMatchObject(
      {
        verdict: 'unknown',
        credentials: null,
        remaining: null,
        outlook: 'never',
      },
    );
  });
});

test.each(['no-role', 'no-association', 'instance-profile-not-found'] as const)(
  'with the failed poll %s, history says nothing about a later start',
  (reason) => {
    const at = START + 6 * HOUR_MS;
    const analysis = analysed(hourly([6, 6, 6, 6, 6, 6]), at);
    const failure = { detail: '', misconfiguration: null, possibleHopLimit: false };
    const judge = (hours: number, each: typeof reason | 'timeout') =>
      judgeWithoutCredentials({ code: 'POLL_FAILED', reason: each, ...failure }, null, {
        ...{ job: { duration: hours * HOUR, margin: 0 }, at, analysis },
      });
    const nothing = { outlook: 'unknown', nextRotation: null, validityAfterRotation: null };
    expect(judge(4, reason)).toMatchObject(nothing);
    expect(judge(4, 'timeout')).toMatchObject({ outlook: 'after-rotation' });
    expect(judge(4, 'timeout').nextRotation).not.toBeNull();
    expect(judge(7, reason).outlook).toBe('never');
  },
);

test('for any source, a safe start outlives the job, and the report says `never` if the outlook is `never`', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1e9 }),
      fc.integer({ min: 60, max: 30_000 }),
      fc.boolean(),
      (seed, duration, dated) => {
        const source = {
          interval: 3600,
          intervalSpread: 600,
          lifetime: 21_600,
          lifetimeSpread: 3000,
          lag: 0,
          lateShare: 0.05,
          dated,
          keyed: true,
        };
        const polling = {
          every: 300,
          spread: 60,
          missedShare: 0.1,
          pauseShare: 0.02,
          longestPause: 9000,
          polls: 80,
        };
        const { samples, remainingAt, start } = simulate(source, polling, seededRandom(seed));
        const last = samples.at(-1)!;
        const at = last.observedAt + 500;
        const analysis = analysed(samples, at);
        const job = { name: null, duration, margin: 0 };
        const judgement = judgeNow({ identity: IDENTITY, credentials: last }, { job, at, analysis });
        // What the source really served in that second.
        const truth = remainingAt(last.observedAt / 1000 - start);
        expect(judgement.verdict).toBe(truth - 0.5 >= duration ? 'safe' : 'not-safe');
        const report = judgeJob(analysis, job).verdict;
        if (judgement.outlook === 'never') expect(report).toBe('never');
        if (report === 'safe') expect(judgement.verdict).toBe('safe');
      },
    ),
    { numRuns: process.env.CI ? 300 : 60 },
  );
});

describe('findings of a verdict now', () => {
  test('a verdict now shows exactly the findings that matter for a start now', () => {
    const samples = hourly([6, 6, 6]);
    const at = START + 2.95 * HOUR_MS;
    const findings = FINDING_CODES.map((code) => ({ code, severity: 'problem', lastAt: at }) as Finding);
    const shown = (lastAt: number) =>
      judgeNow(
        { identity: IDENTITY, credentials: samples.at(-1)! },
        {
          job: { duration: HOUR, margin: 0 },
          at,
          clockOffset: -120,
          analysis: {
            ...analysed(samples, at),
            findings: findings.map((each) => (each.code === 'POLLS_FAILED' ? { ...each, lastAt } : each)),
          },
        },
      ).findings.map(({ code }) => code);
    const always: FindingCode[] = [
      'ROTATION_OVERDUE',
      'ISSUED_PER_REQUEST',
      'TWO_AT_ONCE',
      'ISSUED_IN_FUTURE',
      'CLOCK_SKEW',
    ];
    expect(shown(at).sort()).toEqual([...always].sort());
    expect(shown(at + 1).sort()).toEqual([...always, 'POLLS_FAILED'].sort());
  });

  test.each([
    [0, []],
    [-120, [-120]],
  ])('the newest clock offset of %i replaces the one of earlier samples', (clockOffset, offsets) => {
    const samples = hourly([6, 6, 6]);
    const at = START + 2.95 * HOUR_MS;
    const skew = { code: 'CLOCK_SKEW', severity: 'problem', offsetSeconds: 25_200, corrected: true } as const;
    const { findings } = judgeNow(
      { identity: IDENTITY, credentials: samples.at(-1)! },
      {
        job: { duration: HOUR, margin: 0 },
        at,
        clockOffset,
        analysis: { ...analysed(samples, at), findings: [skew] },
      },
    );
    expect(findings.flatMap((each) => (each.code === 'CLOCK_SKEW' ? each.offsetSeconds : []))).toEqual(
      offsets,
    );
  });
});

describe('the outlook `never` of a verdict now', () => {
  /** The outlook of a job that exceeds the largest validity of six hours by some seconds. */
  const findOutlook = (rotations: number, excessSeconds: number) => {
    const samples = hourly(Array(rotations + 1).fill(6));
    return judged(samples, 6 + excessSeconds / HOUR, rotations + 0.95).outlook;
  };

  test('`never` needs five rotations, and ten minutes more than any measured validity', () => {
    expect(findOutlook(5, 601)).toBe('never');
    expect(findOutlook(5, 600)).toBe('unknown');
    expect(findOutlook(4, 601)).toBe('unknown');
  });

  test('from 60 rotations on, `never` needs one second more than any measured validity', () => {
    expect(findOutlook(60, 1)).toBe('never');
    expect(findOutlook(60, 0)).toBe('perhaps-after-rotation');
    expect(findOutlook(59, 1)).toBe('unknown');
  });
});

test('credentials are from the future if LastUpdated is more than five minutes ahead', () => {
  const [only] = hourly([6]);
  const judgementAt = (secondsBefore: number) => {
    const at = (only?.lastUpdated ?? 0) - secondsBefore * 1000;
    const job = { duration: HOUR, margin: 0 };
    return judgeNow({ identity: IDENTITY, credentials: only! }, { job, at, analysis: null });
  };
  expect(judgementAt(300)).toMatchObject({ verdict: 'safe', unknownReason: null });
  expect(judgementAt(301)).toMatchObject({
    verdict: 'unknown',
    unknownReason: { code: 'ISSUED_IN_FUTURE', aheadSeconds: 301 },
  });
});
