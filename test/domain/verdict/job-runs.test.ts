import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JobRun } from '../../../src/domain/model.ts';
import { summarise } from '../../../src/domain/verdict/job-runs.ts';

const identity = { host: 'i-0abc', source: 'imds', apiVersion: '2', role: 'loader' } as const;

const HOUR = 3_600_000;
/** Long after all runs of which the test is not about those that go on. */
const LATER = 1000 * HOUR;

function run(startedAt: number, end: JobRun['end'], host: string = identity.host): JobRun {
  return { job: 'nightly', identity: { ...identity, host }, startedAt, remainingAtStart: 20_000, end };
}

const ended = (startedAt: number, duration: number, remainingAtEnd: number, exitCode = 0) =>
  run(startedAt, { duration, exitCode, remainingAtEnd });

describe('runs of a job', () => {
  test('come to their counts, their durations and the two runs that matter', () => {
    const [first, longest, closest] = [ended(1, 100, 900), ended(2, 300, 500), ended(3, 160, 400, 7)];
    expect(summarise([first, run(4, null), longest, closest], LATER)).toEqual({
      runCount: 4,
      unfinishedCount: 1,
      failedCount: 1,
      finished: { duration: { min: 100, median: 160, max: 300 }, longest, closest },
      running: null,
      length: { seconds: 300, goesOn: false },
    });
  });

  test('of which none has ended have no durations', () => {
    expect(summarise([run(1, null), run(2, null)], LATER)).toEqual({
      runCount: 2,
      unfinishedCount: 2,
      failedCount: 0,
      finished: null,
      running: null,
      length: null,
    });
  });

  test('of which there are none are no more than that', () => {
    const nothing = { finished: null, running: null, length: null };
    expect(summarise([], 0)).toEqual({ runCount: 0, unfinishedCount: 0, failedCount: 0, ...nothing });
  });

  test('count for their length also where they failed', () => {
    const { finished, failedCount, length } = summarise([ended(1, 10, 50), ended(2, 90, -5, 1)], LATER);
    expect([failedCount, length]).toEqual([1, { seconds: 90, goesOn: false }]);
    expect(finished!.longest.startedAt).toBe(2);
    expect(finished!.closest.end.remainingAtEnd).toBe(-5);
  });

  test('that are alike are told by the earliest, wherever it stands', () => {
    const alike = [ended(9, 10, 50), ended(2, 10, 50), ended(5, 10, 50)];
    const { longest, closest } = summarise(alike, LATER).finished!;
    expect([longest.startedAt, closest.startedAt]).toEqual([2, 2]);
  });

  test('of which all failed tell no length, however long they were and whatever goes on', () => {
    const { finished, length } = summarise([ended(1, 10, 50, 1), ended(2, 900, 50, 137)], LATER);
    expect([finished!.duration.max, length]).toEqual([900, null]);
    expect(summarise([ended(1, 10, 50, 1), run(2, null)], HOUR)).toMatchObject({
      running: { seconds: 3599 },
      length: null,
    });
  });
});

describe('the newest run of a host, without an end', () => {
  const before = ended(1000, 600, 50);
  const started = run(2 * HOUR, null);

  test.each([
    ['counts from the first second on', 2 * HOUR, 0, { seconds: 600, goesOn: false }],
    [
      'is no matter while it is not longer than the longest',
      2 * HOUR + 600_000,
      600,
      { seconds: 600, goesOn: false },
    ],
    ['gives the length as soon as it is', 2 * HOUR + 601_000, 601, { seconds: 601, goesOn: true }],
    ['counts for 36 hours', 38 * HOUR, 36 * 3600, { seconds: 36 * 3600, goesOn: true }],
    ['is given up after them', 38 * HOUR + 1000, null, { seconds: 600, goesOn: false }],
    ['is nothing before it began', 2 * HOUR - 1, null, { seconds: 600, goesOn: false }],
  ])('%s', (_, now, seconds, length) => {
    const told = summarise([before, started], now);
    expect(told.running).toEqual(seconds === null ? null : { run: started, seconds });
    expect(told.length).toEqual(length);
  });

  test('is given up when another of that host has started, and not when one of another host has', () => {
    const now = 5 * HOUR;
    const followed = (host?: string) => run(3 * HOUR, { duration: 60, exitCode: 0, remainingAtEnd: 1 }, host);
    expect(summarise([before, started, followed()], now).running).toBeNull();
    expect(summarise([before, started, followed('i-0other')], now).running).toEqual({
      run: started,
      seconds: 10_800,
    });
    // Of two that go on the newest of its host counts, and of two hosts the longer.
    const newer = run(4 * HOUR, null);
    expect(summarise([before, started, newer], now).running).toEqual({ run: newer, seconds: 3600 });
    const elsewhere = run(3.5 * HOUR, null, 'i-0other');
    expect(summarise([newer, elsewhere, before], now).running).toEqual({ run: elsewhere, seconds: 5400 });
  });
});

const anyRun: fc.Arbitrary<JobRun> = fc
  .record({
    startedAt: fc.nat(99 * HOUR),
    host: fc.constantFrom('i-0abc', 'i-0other'),
    end: fc.option(
      fc.record({
        duration: fc.nat(100),
        exitCode: fc.constantFrom(0, 0, 1, 137),
        remainingAtEnd: fc.integer({ min: -100, max: 100 }),
      }),
    ),
  })
  .map(({ startedAt, end, host }) => run(startedAt, end, host));

/** No two start at once: which of them is named is not a matter of their order. */
const runs = fc.uniqueArray(anyRun, { selector: ({ startedAt }) => startedAt, maxLength: 12 });

const now = 100 * HOUR;

describe('of any runs', () => {
  test('the order is of no matter', () => {
    const shuffled = runs.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(
      fc.property(shuffled, ([list, other]) => {
        expect(summarise(other, now)).toEqual(summarise(list, now));
      }),
    );
  });

  test('every figure is that of a run, and none is beyond it', () => {
    fc.assert(
      fc.property(runs, (list) => {
        const { runCount, unfinishedCount, failedCount, finished, running, length } = summarise(list, now);
        const ends = list.flatMap(({ end }) => (end === null ? [] : [end]));
        expect([runCount, unfinishedCount]).toEqual([list.length, list.length - ends.length]);
        expect(failedCount).toBe(ends.filter(({ exitCode }) => exitCode > 0).length);
        expect(finished === null).toBe(ends.length === 0);
        expect(length === null).toBe(!ends.some(({ exitCode }) => exitCode === 0));
        if (running !== null) expect(list).toContain(running.run);
        if (finished === null) return;
        if (length !== null)
          expect(length.seconds).toBe(Math.max(finished.duration.max, running?.seconds ?? 0));
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
        const [before, after] = [list.slice(1), list].map((each) => summarise(each, now).finished);
        if (!before) return;
        expect(after!.duration.max).toBeGreaterThanOrEqual(before.duration.max);
        expect(after!.closest.end.remainingAtEnd).toBeLessThanOrEqual(before.closest.end.remainingAtEnd);
      }),
    );
  });
});
