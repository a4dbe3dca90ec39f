import { describe, expect, test } from 'vitest';
import type { CheckResult } from '../../../src/domain/conformance/check-result.ts';
import { findMinRemaining, judgeReads } from '../../../src/domain/conformance/watch/judge-reads.ts';
import { addWatchedChecks } from '../../../src/domain/conformance/watch/watched-check.ts';
import type { WatchedRead } from '../../../src/domain/conformance/watch/watched-read.ts';
import { followKeys } from '../../../src/domain/conformance/watch/watched-rotations.ts';

const START = Date.UTC(2026, 10, 22, 10);
const MINUTE = 60_000;

interface Served {
  minute: number;
  key: string;
  /** Minutes after the start. */
  expires: number | null;
  updated?: number;
}

const format = (minute: number) => new Date(START + minute * MINUTE).toISOString().replace('.000', '');

const read = ({ minute, key, expires, updated }: Served, exchange = minute): WatchedRead => ({
  exchange,
  at: START + minute * MINUTE,
  durationMs: 5,
  response: { status: 200 },
  document: {
    accessKeyId: key,
    lastUpdated: updated === undefined ? null : format(updated),
    expiration: expires === null ? null : START + expires * MINUTE,
  },
});

const findFailed = (reads: readonly WatchedRead[], shape: 'imds' | 'ecs' = 'imds') =>
  judgeReads(reads, shape)
    .filter(({ failures }) => failures.length > 0)
    .map(({ id }) => id);

describe('the lead time of a watched rotation', () => {
  const before = { minute: 50, key: 'A', expires: 62, updated: 0 };

  test('the lead time is exact if LastUpdated lies between the reads', () => {
    const { rotations } = followKeys(
      [before, { minute: 60, key: 'B', expires: 360, updated: 55 }].map((each) => read(each)),
    );
    expect(rotations.map(({ leadTime }) => leadTime)).toEqual([{ atLeast: 420, atMost: 420 }]);
  });

  test('the lead time is a range without LastUpdated, or if LastUpdated lies before the reads', () => {
    for (const updated of [undefined, 20]) {
      const after = { minute: 60, key: 'B', expires: 360, ...(updated === undefined ? {} : { updated }) };
      const { rotations } = followKeys([before, after].map((each) => read(each)));
      expect(rotations.map(({ leadTime }) => leadTime)).toEqual([{ atLeast: 120, atMost: 720 }]);
    }
  });

  test('the lead time is unknown if the old credentials state no expiration', () => {
    const reads = [
      { ...before, expires: null },
      { minute: 60, key: 'B', expires: 360 },
    ];
    expect(followKeys(reads.map((each) => read(each))).rotations).toMatchObject([{ leadTime: null }]);
  });

  test('a rotation fails only if its lead time is certainly under 5 minutes', () => {
    const judge = (updated: number | null) =>
      findFailed([
        read(before),
        read({ minute: 60, key: 'B', expires: 360, ...(updated === null ? {} : { updated }) }),
        read({ minute: 61, key: 'B', expires: 360, ...(updated === null ? {} : { updated }) }),
      ]);
    expect(judge(58)).toContain('rotation-overlap');
    expect(judge(56)).not.toContain('rotation-overlap');
    expect(judge(null)).not.toContain('rotation-overlap');
  });
});

describe('the keys of watched reads', () => {
  const serve = (keys: string) => [...keys].map((key, minute) => read({ minute, key, expires: 600 }));

  test.each(['AAAA', 'AABB', 'AB', 'AABBCC'])('the keys %s are stable', (keys) => {
    expect(findFailed(serve(keys), 'ecs')).toEqual([]);
  });

  test.each(['ABA', 'AABBA', 'ABC'])('the keys %s are not stable', (keys) => {
    expect(findFailed(serve(keys), 'ecs')).toEqual(['key-stable']);
  });

  test('a key that returns is not a rotation', () => {
    expect(followKeys(serve('ABAB'))).toMatchObject({
      rotations: [{}],
      returns: [{ exchange: 2 }, { exchange: 3 }],
    });
  });
});

test('the smallest remaining validity is at the last read before a rotation', () => {
  const reads = [
    read({ minute: 0, key: 'A', expires: 60 }),
    read({ minute: 40, key: 'A', expires: 60 }),
    read({ minute: 41, key: 'B', expires: 101 }),
  ];
  expect(findMinRemaining(reads)).toBe(20 * 60);
  expect(findMinRemaining([])).toBeNull();
  expect(findFailed(reads)).toEqual(['remaining-validity']);
  expect(findFailed(reads, 'ecs')).toEqual([]);
});

test('reads without a response are reported once for each reason', () => {
  const failed = (exchange: number, response: WatchedRead['response']): WatchedRead => ({
    ...{ exchange, response, at: START, durationMs: 5 },
    document: null,
  });
  const reads = [
    failed(1, { status: 500 }),
    failed(2, { status: 503 }),
    failed(3, { reason: 'timeout' }),
    { ...read({ minute: 4, key: 'A', expires: 600 }), durationMs: 1200 },
  ];
  const check = judgeReads(reads, 'imds').find(({ id }) => id === 'response-time');
  expect(check?.failures.map(({ code, exchange }) => [code, exchange])).toEqual([
    ['UNEXPECTED_STATUS', 1],
    ['NO_RESPONSE', 3],
    ['RESPONSE_SLOW', 4],
  ]);
});

describe('results of --watch', () => {
  const needsWatch = {
    id: 'rotation-overlap',
    outcome: 'skipped',
    reason: { code: 'NEEDS_WATCH' },
    exchanges: [],
  } satisfies CheckResult;
  const expired = (exchange: number, agoSeconds: number) =>
    ({ code: 'CREDENTIALS_EXPIRED', agoSeconds, exchange, effects: [] }) as const;
  const failed = {
    ...{ id: 'not-expired', outcome: 'failed', exchanges: [3] },
    failures: [expired(3, 10)],
  } satisfies CheckResult;

  test('--watch decides a check that needs it', () => {
    const [passed] = addWatchedChecks([needsWatch], [{ id: 'rotation-overlap', failures: [] }]);
    expect(passed).toMatchObject({ id: 'rotation-overlap', outcome: 'passed' });
    const skipReason = { code: 'NO_ROTATION_SEEN' } as const;
    const [skipped] = addWatchedChecks([needsWatch], [{ id: 'rotation-overlap', failures: [], skipReason }]);
    expect(skipped).toMatchObject({ outcome: 'skipped', reason: skipReason });
  });

  test('--watch does not turn a failed check into a passed one', () => {
    expect(addWatchedChecks([failed], [{ id: 'not-expired', failures: [] }])).toEqual([failed]);
  });

  test('a failure of --watch replaces an earlier one with the same code, or a passed check', () => {
    const failures = [expired(90, 600)];
    const passed = { id: 'not-expired', outcome: 'passed', exchanges: [3] } satisfies CheckResult;
    for (const before of [failed, passed]) {
      const results = addWatchedChecks([before], [{ id: 'not-expired', failures }]);
      expect(results).toEqual([{ id: 'not-expired', outcome: 'failed', failures, exchanges: [90] }]);
    }
  });
});
