import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  RotationSchedule,
  type RotationTiming,
  type ScheduledCredentials,
} from '../../../src/server/credentials/rotation-schedule.ts';
import { SeededRandom } from '../../../src/server/credentials/seeded-random.ts';

const START = Date.UTC(2026, 10, 22, 10, 0, 0, 789);
const FIRST = Date.UTC(2026, 10, 22, 10);
const HOURLY: RotationTiming = { lifetime: 21_600, rotateEvery: 3600, jitter: 120 };

const scheduleOf = (pace: RotationTiming, seed = 'seed', startedAt = START) =>
  new RotationSchedule(pace, startedAt, new SeededRandom(seed));

const anyPace: fc.Arbitrary<RotationTiming> = fc.integer({ min: 1, max: 100_000 }).chain((rotateEvery) =>
  fc.record({
    rotateEvery: fc.constant(rotateEvery),
    lifetime: fc.integer({ min: 1, max: 200_000 }),
    jitter: fc.integer({ min: 0, max: Math.ceil(rotateEvery / 2) - 1 }),
  }),
);
/** Milliseconds from the start; years before it and behind. */
const anyMoment = fc.oneof(
  fc.integer({ min: -1_000_000, max: 10_000_000 }),
  fc.integer({ min: -1e12, max: 1e13 }),
);
const anyRun = { pace: anyPace, seed: fc.string(), moment: anyMoment };

/** So many sets in their order from the one at `from` on. */
function issuesFrom(
  schedule: RotationSchedule,
  { rotateEvery }: RotationTiming,
  from: number,
  count: number,
): ScheduledCredentials[] {
  const issues = new Map<string, ScheduledCredentials>();
  // Two neighbours are never closer than a second, nor further apart than two intervals.
  let time = schedule.findServedAt(from).issuedAt;
  while (issues.size < count) {
    const issue = schedule.findServedAt(time);
    issues.set(issue.id, issue);
    time = nextAfter(schedule, issue, time, rotateEvery);
  }
  return [...issues.values()];
}

/** The first second at which another set is served, by halving. */
function nextAfter(
  schedule: RotationSchedule,
  { id }: ScheduledCredentials,
  time: number,
  rotateEvery: number,
): number {
  let [still, no] = [time, time + 2 * rotateEvery * 1000];
  while (no - still > 1) {
    const middle = Math.floor((still + no) / 2);
    if (schedule.findServedAt(middle).id === id) still = middle;
    else no = middle;
  }
  return no;
}

describe('at any moment of any schedule', () => {
  test('what is served was issued by then, and what comes next was not', () => {
    fc.assert(
      fc.property(fc.record(anyRun), ({ pace, seed, moment }) => {
        const schedule = scheduleOf(pace, seed);
        const time = START + moment;
        const issue = schedule.findServedAt(time);
        expect(issue.issuedAt).toBeLessThanOrEqual(time);
        expect(time - issue.issuedAt).toBeLessThan((pace.rotateEvery + 2 * pace.jitter) * 1000);
        const next = nextAfter(schedule, issue, issue.issuedAt, pace.rotateEvery);
        expect(next).toBeGreaterThan(time);
        expect(schedule.findServedAt(next).issuedAt).toBe(next);
        // To the millisecond.
        expect(schedule.findServedAt(next - 1)).toEqual(issue);
      }),
    );
  });

  test('instants are whole seconds, and a set lives as long as it should', () => {
    fc.assert(
      fc.property(fc.record({ ...anyRun, startedAt: fc.integer({ min: 0, max: 4e12 }) }), (run) => {
        const { issuedAt, expiration } = scheduleOf(run.pace, run.seed, run.startedAt).findServedAt(
          run.startedAt + run.moment,
        );
        expect([issuedAt % 1000, expiration % 1000].map(Math.abs)).toEqual([0, 0]);
        expect(expiration - issuedAt).toBe(run.pace.lifetime * 1000);
      }),
    );
  });

  test('neighbours are an interval apart, give or take the jitter of both, and never at one moment', () => {
    fc.assert(
      fc.property(fc.record(anyRun), ({ pace, seed, moment }) => {
        const issues = issuesFrom(scheduleOf(pace, seed), pace, START + moment, 6);
        for (const [index, issue] of issues.slice(1).entries()) {
          const interval = (issue.issuedAt - issues[index]!.issuedAt) / 1000;
          expect(interval).toBeGreaterThan(0);
          expect(Math.abs(interval - pace.rotateEvery)).toBeLessThanOrEqual(2 * pace.jitter);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('each set has a name of its own, and the same one in whatever order is asked', () => {
    const moments = fc.uniqueArray(anyMoment, { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(
        fc.record({ pace: anyPace, seed: fc.string(), moments }),
        ({ pace, seed, moments: asked }) => {
          const ask = (times: readonly number[]) => {
            const schedule = scheduleOf(pace, seed);
            return new Map(times.map((time) => [time, schedule.findServedAt(START + time)]));
          };
          const forwards = ask([...asked].sort((a, b) => a - b));
          const backwards = ask([...asked].sort((a, b) => b - a));
          for (const time of asked) {
            expect(backwards.get(time)).toEqual(forwards.get(time));
            expect(scheduleOf(pace, seed).findServedAt(START + time)).toEqual(forwards.get(time));
          }
          const issues = [...forwards.values()];
          const names = new Set(issues.map(({ id }) => id));
          expect(names.size).toBe(new Set(issues.map(({ issuedAt }) => issuedAt)).size);
        },
      ),
    );
  });

  test('so many sets back is what was served so many rotations ago', () => {
    const back = fc.integer({ min: 0, max: 3 });
    fc.assert(
      fc.property(fc.record({ ...anyRun, back }), ({ pace, seed, moment, back: count }) => {
        const schedule = scheduleOf(pace, seed);
        let time = START + moment;
        for (let step = 0; step < count; step += 1) time = schedule.findServedAt(time).issuedAt - 1;
        expect(schedule.findServedAt(START + moment, count)).toEqual(schedule.findServedAt(time));
      }),
    );
  });

  test('a set that expired so long ago, did', () => {
    fc.assert(
      fc.property(fc.record({ ...anyRun, age: fc.integer({ min: 0, max: 100_000 }) }), (run) => {
        const schedule = scheduleOf(run.pace, run.seed);
        const time = START + run.moment;
        const { issuedAt, expiration } = schedule.createExpired(time, run.age);
        const ago = time - run.age * 1000 - expiration;
        // Whole seconds, and rather earlier than later.
        expect(ago).toBeGreaterThanOrEqual(0);
        expect(ago).toBeLessThan(1000);
        expect(expiration - issuedAt).toBe(run.pace.lifetime * 1000);
      }),
    );
  });
});

describe('a schedule', () => {
  test('begins with a set that is issued at the start, to the second, whatever the jitter', () => {
    fc.assert(
      fc.property(anyPace, fc.string(), (pace, seed) => {
        expect(scheduleOf(pace, seed).findServedAt(START)).toEqual({
          id: '0',
          issuedAt: FIRST,
          expiration: FIRST + pace.lifetime * 1000,
        });
      }),
    );
  });

  test('without jitter rotates like a clock, before the start as well', () => {
    const schedule = scheduleOf({ ...HOURLY, jitter: 0 });
    const hours = (count: number) => count * 3_600_000;
    const issued = [-1, 0, hours(1) - 1, hours(1), hours(5) + 1, hours(24 * 365)].map(
      (moment) => (schedule.findServedAt(FIRST + moment).issuedAt - FIRST) / hours(1),
    );
    expect(issued).toEqual([-1, 0, 0, 1, 5, 24 * 365]);
  });

  test('with jitter rotates early as well as late, and uses all of it', () => {
    const issues = issuesFrom(scheduleOf(HOURLY), HOURLY, START, 300);
    const early = issues
      .slice(1)
      .map(({ issuedAt }, index) => (issuedAt - FIRST) / 1000 - 3600 * (index + 1));
    expect(Math.min(...early)).toBeLessThan(-100);
    expect(Math.max(...early)).toBeGreaterThan(100);
    expect(early.every((seconds) => Math.abs(seconds) <= 120)).toBe(true);
  });

  test('is another one with another seed, and the same again with the same', () => {
    const issued = (seed: string) =>
      issuesFrom(scheduleOf(HOURLY, seed), HOURLY, START, 20).map(({ issuedAt }) => issuedAt);
    expect(issued('a')).toEqual(issued('a'));
    expect(issued('b')).not.toEqual(issued('a'));
  });

  test('with the same seed and another start is the same, so much later', () => {
    const moved = (startedAt: number) =>
      issuesFrom(scheduleOf(HOURLY, 'seed', startedAt), HOURLY, startedAt, 20).map(({ id, issuedAt }) => ({
        id,
        after: issuedAt - startedAt,
      }));
    expect(moved(FIRST + 86_400_000)).toEqual(moved(FIRST));
  });

  test('answers for the far past and the far future at once', () => {
    const schedule = scheduleOf({ lifetime: 60, rotateEvery: 1, jitter: 0 });
    const century = 100 * 365 * 86_400_000;
    for (const moment of [-century, century])
      expect(schedule.findServedAt(FIRST + moment).issuedAt).toBe(FIRST + moment);
  });

  test('an extra set is on it nowhere', () => {
    const { id, issuedAt, expiration } = scheduleOf(HOURLY).createUnscheduled('request-7', START);
    expect({ id, issuedAt, expiration }).toEqual({
      id: 'request-7',
      issuedAt: FIRST,
      expiration: FIRST + 21_600_000,
    });
  });

  test('sets that expired at different times have different names', () => {
    const schedule = scheduleOf(HOURLY);
    const names = [
      schedule.createExpired(START, 300),
      schedule.createExpired(START, 600),
      schedule.createExpired(START + 1000, 300),
      schedule.findServedAt(START),
    ].map(({ id }) => id);
    expect(new Set(names).size).toBe(4);
    expect(schedule.createExpired(START, 300).id).toBe(names[0]);
  });
});
