import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { summarise } from '../../src/domain/job-runs.ts';
import type { JobRun } from '../../src/domain/model.ts';

const identity = { host: 'i-0abc', source: 'imds', apiVersion: '2', role: 'loader' } as const;

function run(startedAt: number, end: JobRun['end']): JobRun {
  return { job: 'nightly', identity, startedAt, remainingAtStart: 20_000, end };
}

const ended = (startedAt: number, duration: number, remainingAtEnd: number, exitCode = 0) =>
  run(startedAt, { duration, exitCode, remainingAtEnd });

describe('runs of a job', () => {
  test('come to their counts, their durations and the two runs that matter', () => {
    const [first, longest, closest] = [ended(1, 100, 900), ended(2, 300, 500), ended(3, 160, 400, 7)];
    expect(summarise([first, run(4, null), longest, closest])).toEqual({
      runCount: 4,
      unfinishedCount: 1,
      failedCount: 1,
      finished: { duration: { min: 100, median: 160, max: 300 }, longest, closest },
    });
  });

  test('of which none has ended have no durations', () => {
    expect(summarise([run(1, null), run(2, null)])).toEqual({
      runCount: 2,
      unfinishedCount: 2,
      failedCount: 0,
      finished: null,
    });
  });

  test('of which there are none are no more than that', () => {
    expect(summarise([])).toEqual({ runCount: 0, unfinishedCount: 0, failedCount: 0, finished: null });
  });

  test('count for their length also where they failed', () => {
    const { finished, failedCount } = summarise([ended(1, 10, 50), ended(2, 90, -5, 1)]);
    expect(failedCount).toBe(1);
    expect(finished!.longest.startedAt).toBe(2);
    expect(finished!.closest.end.remainingAtEnd).toBe(-5);
  });

  test('that are alike are told by the earliest, wherever it stands', () => {
    const { longest, closest } = summarise([ended(9, 10, 50), ended(2, 10, 50), ended(5, 10, 50)]).finished!;
    expect([longest.startedAt, closest.startedAt]).toEqual([2, 2]);
  });
});

const anyRun: fc.Arbitrary<JobRun> = fc
  .record({
    startedAt: fc.nat(),
    end: fc.option(
      fc.record({
        duration: fc.nat(100),
        exitCode: fc.constantFrom(0, 0, 1, 137),
        remainingAtEnd: fc.integer({ min: -100, max: 100 }),
      }),
    ),
  })
  .map(({ startedAt, end }) => run(startedAt, end));

/** No two start at once: which of them is named is not a matter of their order. */
const runs = fc.uniqueArray(anyRun, { selector: ({ startedAt }) => startedAt, maxLength: 12 });

describe('of any runs', () => {
  test('the order is of no matter', () => {
    const shuffled = runs.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(
      fc.property(shuffled, ([list, other]) => {
        expect(summarise(other)).toEqual(summarise(list));
      }),
    );
  });

  test('every figure is that of a run, and none is beyond it', () => {
    fc.assert(
      fc.property(runs, (list) => {
        const { runCount, unfinishedCount, failedCount, finished } = summarise(list);
        const ends = list.flatMap(({ end }) => (end === null ? [] : [end]));
        expect([runCount, unfinishedCount]).toEqual([list.length, list.length - ends.length]);
        expect(failedCount).toBe(ends.filter(({ exitCode }) => exitCode > 0).length);
        expect(finished === null).toBe(ends.length === 0);
        if (finished === null) return;
        const { duration, longest, closest } = finished;
        expect(list).toContain(longest);
        expect(list).toContain(closest);
        expect(longest.end.duration).toBe(duration.max);
        for (const end of ends) {
          expect(end.duration).toBeLessThanOrEqual(duration.max);
          expect(end.duration).toBeGreaterThanOrEqual(duration.min);
          expect(end.remainingAtEnd).toBeGreaterThanOrEqual(closest.end.remainingAtEnd);
        }
        const shorter = ends.filter((end) => end.duration < duration.median).length;
        const longer = ends.filter((end) => end.duration > duration.median).length;
        expect(shorter).toBeLessThanOrEqual(ends.length / 2);
        expect(longer).toBeLessThanOrEqual(ends.length / 2);
      }),
    );
  });

  test('one more never makes the longest shorter or the closest call less close', () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyRun, { selector: (each) => each.startedAt, minLength: 1 }), (list) => {
        const [before, after] = [summarise(list.slice(1)).finished, summarise(list).finished];
        if (before === null) return;
        expect(after!.duration.max).toBeGreaterThanOrEqual(before.duration.max);
        expect(after!.closest.end.remainingAtEnd).toBeLessThanOrEqual(before.closest.end.remainingAtEnd);
      }),
    );
  });
});
