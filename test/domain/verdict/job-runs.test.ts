import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JobRun } from '../../../src/domain/model.ts';
import { summariseJobRuns } from '../../../src/domain/verdict/job-runs.ts';

const identity = { host: 'i-0abc', source: 'imds', apiVersion: '2', role: 'loader' } as const;

const HOUR = 3_600_000;
/** So late that no run can still be running. */
const LATER = 1000 * HOUR;

function run(startedAt: number, end: JobRun['end'], host: string = identity.host): JobRun {
  return { job: 'nightly', identity: { ...identity, host }, startedAt, remainingAtStart: 20_000, end };
}

const ended = (startedAt: number, duration: number, remainingAtEnd: number, exitCode = 0) =>
  run(startedAt, { duration, exitCode, remainingAtEnd });

describe('summariseJobRuns', () => {
  test('a summary has counts, durations and the two most relevant runs', () => {
    const [first, longest, closest] = [ended(1, 100, 900), ended(2, 300, 500), ended(3, 160, 400, 7)];
    expect(summariseJobRuns([first, run(4, null), longest, closest], LATER)).toEqual({
      runCount: 4,
      unfinishedCount: 1,
      failedCount: 1,
      finished: { duration: { min: 100, median: 160, max: 300 }, longest, leastRemainingRun: closest },
      running: null,
      measuredDuration: { seconds: 300, isLowerBound: false },
    });
  });

  test('runs without an end have no durations', () => {
    expect(summariseJobRuns([run(1, null), run(2, null)], LATER)).toEqual({
      runCount: 2,
      unfinishedCount: 2,
      failedCount: 0,
      finished: null,
      running: null,
      measuredDuration: null,
    });
  });

  test('a job without runs has an empty summary', () => {
    const empty = { finished: null, running: null, measuredDuration: null };
    expect(summariseJobRuns([], 0)).toEqual({ runCount: 0, unfinishedCount: 0, failedCount: 0, ...empty });
  });

  test('failed runs count for the durations', () => {
    const { finished, failedCount, measuredDuration } = summariseJobRuns(
      [ended(1, 10, 50), ended(2, 90, -5, 1)],
      LATER,
    );
    expect([failedCount, measuredDuration]).toEqual([1, { seconds: 90, isLowerBound: false }]);
    expect(finished!.longest.startedAt).toBe(2);
    expect(finished!.leastRemainingRun.end.remainingAtEnd).toBe(-5);
  });

  test('the earliest run is reported if several runs are equal', () => {
    const equal = [ended(9, 10, 50), ended(2, 10, 50), ended(5, 10, 50)];
    const { longest, leastRemainingRun } = summariseJobRuns(equal, LATER).finished!;
    expect([longest.startedAt, leastRemainingRun.startedAt]).toEqual([2, 2]);
  });

  test('no duration is measured if every run failed', () => {
    const { finished, measuredDuration } = summariseJobRuns(
      [ended(1, 10, 50, 1), ended(2, 900, 50, 137)],
      LATER,
    );
    expect([finished!.duration.max, measuredDuration]).toEqual([900, null]);
    expect(summariseJobRuns([ended(1, 10, 50, 1), run(2, null)], HOUR)).toMatchObject({
      running: { elapsedSeconds: 3599 },
      measuredDuration: null,
    });
  });
});

describe('running runs', () => {
  const before = ended(1000, 600, 50);
  const started = run(2 * HOUR, null);

  test.each([
    ['is running from its first second', 2 * HOUR, 0, { seconds: 600, isLowerBound: false }],
    [
      'does not change the measured duration until it is the longest',
      2 * HOUR + 600_000,
      600,
      { seconds: 600, isLowerBound: false },
    ],
    [
      'gives the measured duration once it is the longest',
      2 * HOUR + 601_000,
      601,
      { seconds: 601, isLowerBound: true },
    ],
    ['is running for up to 36 hours', 38 * HOUR, 36 * 3600, { seconds: 36 * 3600, isLowerBound: true }],
    ['is not running after 36 hours', 38 * HOUR + 1000, null, { seconds: 600, isLowerBound: false }],
    ['is not running before its start', 2 * HOUR - 1, null, { seconds: 600, isLowerBound: false }],
  ])('the newest run of its host, without an end, %s', (_, now, seconds, length) => {
    const summary = summariseJobRuns([before, started], now);
    expect(summary.running).toEqual(seconds === null ? null : { run: started, elapsedSeconds: seconds });
    expect(summary.measuredDuration).toEqual(length);
  });

  test('a run is not running once a later run of the same host has started', () => {
    const now = 5 * HOUR;
    const followed = (host?: string) => run(3 * HOUR, { duration: 60, exitCode: 0, remainingAtEnd: 1 }, host);
    expect(summariseJobRuns([before, started, followed()], now).running).toBeNull();
    expect(summariseJobRuns([before, started, followed('i-0other')], now).running).toEqual({
      run: started,
      elapsedSeconds: 10_800,
    });
    // The newest run of each host counts, and the longest of these.
    const newer = run(4 * HOUR, null);
    expect(summariseJobRuns([before, started, newer], now).running).toEqual({
      run: newer,
      elapsedSeconds: 3600,
    });
    const elsewhere = run(3.5 * HOUR, null, 'i-0other');
    expect(summariseJobRuns([newer, elsewhere, before], now).running).toEqual({
      run: elsewhere,
      elapsedSeconds: 5400,
    });
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

/** Start times are unique, so that ties cannot occur. */
const runs = fc.uniqueArray(anyRun, { selector: ({ startedAt }) => startedAt, maxLength: 12 });

const now = 100 * HOUR;

describe('for any runs', () => {
  test('the order of the runs does not change the summary', () => {
    const shuffled = runs.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(
      fc.property(shuffled, ([list, other]) => {
        expect(summariseJobRuns(other, now)).toEqual(summariseJobRuns(list, now));
      }),
    );
  });

  test('every value of the summary comes from a run and bounds all runs', () => {
    fc.assert(
      fc.property(runs, (list) => {
        const { runCount, unfinishedCount, failedCount, finished, running, measuredDuration } =
          summariseJobRuns(list, now);
        const ends = list.flatMap(({ end }) => (end === null ? [] : [end]));
        expect([runCount, unfinishedCount]).toEqual([list.length, list.length - ends.length]);
        expect(failedCount).toBe(ends.filter(({ exitCode }) => exitCode > 0).length);
        expect(finished === null).toBe(ends.length === 0);
        expect(measuredDuration === null).toBe(!ends.some(({ exitCode }) => exitCode === 0));
        if (running !== null) expect(list).toContain(running.run);
        if (finished === null) return;
        if (measuredDuration !== null)
          expect(measuredDuration.seconds).toBe(
            Math.max(finished.duration.max, running?.elapsedSeconds ?? 0),
          );
        const { duration, longest, leastRemainingRun } = finished;
        expect(list).toContain(longest);
        expect(list).toContain(leastRemainingRun);
        expect(longest.end.duration).toBe(duration.max);
        for (const end of ends) {
          expect(end.duration).toBeLessThanOrEqual(duration.max);
          expect(end.duration).toBeGreaterThanOrEqual(duration.min);
          expect(end.remainingAtEnd).toBeGreaterThanOrEqual(leastRemainingRun.end.remainingAtEnd);
        }
        const shorter = ends.filter((end) => end.duration < duration.median).length;
        const longer = ends.filter((end) => end.duration > duration.median).length;
        expect(shorter).toBeLessThanOrEqual(ends.length / 2);
        expect(longer).toBeLessThanOrEqual(ends.length / 2);
      }),
    );
  });

  test('another run never lowers the maximum duration or raises the least remaining validity', () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyRun, { selector: (each) => each.startedAt, minLength: 1 }), (list) => {
        const [before, after] = [list.slice(1), list].map((each) => summariseJobRuns(each, now).finished);
        if (!before) return;
        expect(after!.duration.max).toBeGreaterThanOrEqual(before.duration.max);
        expect(after!.leastRemainingRun.end.remainingAtEnd).toBeLessThanOrEqual(
          before.leastRemainingRun.end.remainingAtEnd,
        );
      }),
    );
  });
});
