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

const createSchedule = (timing: RotationTiming, seed = 'seed', startedAt = START) =>
  new RotationSchedule(timing, startedAt, new SeededRandom(seed));

const anyPace: fc.Arbitrary<RotationTiming> = fc.integer({ min: 1, max: 100_000 }).chain((rotateEvery) =>
  fc.record({
    rotateEvery: fc.constant(rotateEvery),
    lifetime: fc.integer({ min: 1, max: 200_000 }),
    jitter: fc.integer({ min: 0, max: Math.ceil(rotateEvery / 2) - 1 }),
  }),
);
/** Milliseconds relative to the start, up to years before and after. */
const anyMoment = fc.oneof(
  fc.integer({ min: -1_000_000, max: 10_000_000 }),
  fc.integer({ min: -1e12, max: 1e13 }),
);
const anyRun = { timing: anyPace, seed: fc.string(), moment: anyMoment };

/** Consecutive sets, beginning with the set that is served at `from`. */
function issuesFrom(
  schedule: RotationSchedule,
  { rotateEvery }: RotationTiming,
  from: number,
  count: number,
): ScheduledCredentials[] {
  const issues = new Map<string, ScheduledCredentials>();
  // Two consecutive rotations are between one second and two intervals apart.
  let time = schedule.findServedAt(from).issuedAt;
  while (issues.size < count) {
    const issue = schedule.findServedAt(time);
    issues.set(issue.id, issue);
    time = nextAfter(schedule, issue, time, rotateEvery);
  }
  return [...issues.values()];
}

/** The first second at which another set is served, by binary search. */
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

describe('at any time of any schedule', () => {
  test('the served set has been issued, and the next one has not', () => {
    fc.assert(
      fc.property(fc.record(anyRun), ({ timing, seed, moment }) => {
        const schedule = createSchedule(timing, seed);
        const time = START + moment;
        const issue = schedule.findServedAt(time);
        expect(issue.issuedAt).toBeLessThanOrEqual(time);
        expect(time - issue.issuedAt).toBeLessThan((timing.rotateEvery + 2 * timing.jitter) * 1000);
        const next = nextAfter(schedule, issue, issue.issuedAt, timing.rotateEvery);
        expect(next).toBeGreaterThan(time);
        expect(schedule.findServedAt(next).issuedAt).toBe(next);
        // Exact to the millisecond.
        expect(schedule.findServedAt(next - 1)).toEqual(issue);
      }),
    );
  });

  test('instants are whole seconds, and every set has the configured lifetime', () => {
    fc.assert(
      fc.property(fc.record({ ...anyRun, startedAt: fc.integer({ min: 0, max: 4e12 }) }), (run) => {
        const { issuedAt, expiration } = createSchedule(run.timing, run.seed, run.startedAt).findServedAt(
          run.startedAt + run.moment,
        );
        expect([issuedAt % 1000, expiration % 1000].map(Math.abs)).toEqual([0, 0]);
        expect(expiration - issuedAt).toBe(run.timing.lifetime * 1000);
      }),
    );
  });

  test('rotations are one interval apart, within the jitter of both, and never at the same time', () => {
    fc.assert(
      fc.property(fc.record(anyRun), ({ timing, seed, moment }) => {
        const issues = issuesFrom(createSchedule(timing, seed), timing, START + moment, 6);
        for (const [index, issue] of issues.slice(1).entries()) {
          const interval = (issue.issuedAt - issues[index]!.issuedAt) / 1000;
          expect(interval).toBeGreaterThan(0);
          expect(Math.abs(interval - timing.rotateEvery)).toBeLessThanOrEqual(2 * timing.jitter);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('each set has a unique id, which does not depend on the order of calls', () => {
    const moments = fc.uniqueArray(anyMoment, { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(
        fc.record({ timing: anyPace, seed: fc.string(), moments }),
        ({ timing, seed, moments: chosen }) => {
          const findAll = (times: readonly number[]) => {
            const schedule = createSchedule(timing, seed);
            return new Map(times.map((time) => [time, schedule.findServedAt(START + time)]));
          };
          const forwards = findAll([...chosen].sort((a, b) => a - b));
          const backwards = findAll([...chosen].sort((a, b) => b - a));
          for (const time of chosen) {
            expect(backwards.get(time)).toEqual(forwards.get(time));
            expect(createSchedule(timing, seed).findServedAt(START + time)).toEqual(forwards.get(time));
          }
          const issues = [...forwards.values()];
          const names = new Set(issues.map(({ id }) => id));
          expect(names.size).toBe(new Set(issues.map(({ issuedAt }) => issuedAt)).size);
        },
      ),
    );
  });

  test('an offset returns the set that was served that many rotations earlier', () => {
    const back = fc.integer({ min: 0, max: 3 });
    fc.assert(
      fc.property(fc.record({ ...anyRun, back }), ({ timing, seed, moment, back: count }) => {
        const schedule = createSchedule(timing, seed);
        let time = START + moment;
        for (let step = 0; step < count; step += 1) time = schedule.findServedAt(time).issuedAt - 1;
        expect(schedule.findServedAt(START + moment, count)).toEqual(schedule.findServedAt(time));
      }),
    );
  });

  test('createExpired returns a set that expired the given time ago', () => {
    fc.assert(
      fc.property(fc.record({ ...anyRun, age: fc.integer({ min: 0, max: 100_000 }) }), (run) => {
        const schedule = createSchedule(run.timing, run.seed);
        const time = START + run.moment;
        const { issuedAt, expiration } = schedule.createExpired(time, run.age);
        const ago = time - run.age * 1000 - expiration;
        // Rounded down to whole seconds.
        expect(ago).toBeGreaterThanOrEqual(0);
        expect(ago).toBeLessThan(1000);
        expect(expiration - issuedAt).toBe(run.timing.lifetime * 1000);
      }),
    );
  });
});

describe('a schedule', () => {
  test('a schedule begins with a set that is issued at the second of the start, with any jitter', () => {
    fc.assert(
      fc.property(anyPace, fc.string(), (timing, seed) => {
        expect(createSchedule(timing, seed).findServedAt(START)).toEqual({
          id: '0',
          issuedAt: FIRST,
          expiration: FIRST + timing.lifetime * 1000,
        });
      }),
    );
  });

  test('a schedule without jitter rotates regularly, also before the start', () => {
    const schedule = createSchedule({ ...HOURLY, jitter: 0 });
    const hours = (count: number) => count * 3_600_000;
    const issued = [-1, 0, hours(1) - 1, hours(1), hours(5) + 1, hours(24 * 365)].map(
      (moment) => (schedule.findServedAt(FIRST + moment).issuedAt - FIRST) / hours(1),
    );
    expect(issued).toEqual([-1, 0, 0, 1, 5, 24 * 365]);
  });

  test('a schedule with jitter rotates early and late, over the whole range', () => {
    const issues = issuesFrom(createSchedule(HOURLY), HOURLY, START, 300);
    const early = issues
      .slice(1)
      .map(({ issuedAt }, index) => (issuedAt - FIRST) / 1000 - 3600 * (index + 1));
    expect(Math.min(...early)).toBeLessThan(-100);
    expect(Math.max(...early)).toBeGreaterThan(100);
    expect(early.every((seconds) => Math.abs(seconds) <= 120)).toBe(true);
  });

  test('a schedule differs with another seed, and is equal with the same seed', () => {
    const issued = (seed: string) =>
      issuesFrom(createSchedule(HOURLY, seed), HOURLY, START, 20).map(({ issuedAt }) => issuedAt);
    expect(issued('a')).toEqual(issued('a'));
    expect(issued('b')).not.toEqual(issued('a'));
  });

  test('a schedule with the same seed and another start is the same schedule, shifted', () => {
    const moved = (startedAt: number) =>
      issuesFrom(createSchedule(HOURLY, 'seed', startedAt), HOURLY, startedAt, 20).map(
        ({ id, issuedAt }) => ({
          id,
          after: issuedAt - startedAt,
        }),
      );
    expect(moved(FIRST + 86_400_000)).toEqual(moved(FIRST));
  });

  test('a schedule computes the far past and the far future at once', () => {
    const schedule = createSchedule({ lifetime: 60, rotateEvery: 1, jitter: 0 });
    const century = 100 * 365 * 86_400_000;
    for (const moment of [-century, century])
      expect(schedule.findServedAt(FIRST + moment).issuedAt).toBe(FIRST + moment);
  });

  test('a schedule does not contain an unscheduled set', () => {
    const { id, issuedAt, expiration } = createSchedule(HOURLY).createUnscheduled('request-7', START);
    expect({ id, issuedAt, expiration }).toEqual({
      id: 'request-7',
      issuedAt: FIRST,
      expiration: FIRST + 21_600_000,
    });
  });

  test('a schedule gives sets that expired at different times different ids', () => {
    const schedule = createSchedule(HOURLY);
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
