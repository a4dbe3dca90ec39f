import { describe, expect, test } from 'vitest';
import { groupGenerations } from '../../../src/domain/measurement/generations.ts';
import { measure } from '../../../src/domain/measurement/measure.ts';
import type { Measurement } from '../../../src/domain/measurement/measurement.ts';
import type { Sample, Span } from '../../../src/domain/model.ts';
import { buildValidityBuckets } from '../../../src/report/drawing/validity-buckets.ts';
import {
  type PollingBehaviour,
  type SourceBehaviour,
  simulate,
} from '../../support/domain/simulated-source.ts';
import { seededRandom } from '../../support/random.ts';
import { ciTest, isThorough } from '../../support/thorough.ts';

const SEEDS = isThorough ? 600 : 10;
const START = Date.UTC(2026, 2, 1);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const draw = (measurement: Measurement, count: number, failedPollSpans: readonly Span[] = []) =>
  buildValidityBuckets({ measurement, failedPollSpans }, count);

describe('validity buckets of a simulated source, compared second by second', () => {
  const anyPolling = (random: () => number, interval: number): PollingBehaviour => {
    const every = Math.ceil(interval * [0.05, 0.2, 0.5, 0.9][Math.floor(random() * 4)]!);
    return {
      every,
      spread: every * 0.1,
      missedShare: random() < 0.5 ? 0 : 0.2,
      pauseShare: random() < 0.5 ? 0 : 0.05,
      longestPause: interval * 4,
      polls: 40,
    };
  };
  const anySource = (random: () => number): SourceBehaviour => {
    const interval = Math.round(600 * 2 ** (random() * 4));
    const dated = random() < 0.5;
    return {
      interval,
      intervalSpread: interval * 0.2 * random(),
      lifetime: Math.round(interval * (1.2 + random() * 6)),
      lifetimeSpread: interval * 0.1,
      lag: random() < 0.6 ? 0 : Math.floor(random() * interval * 0.1),
      lateShare: random() < 0.7 ? 0 : 0.1,
      dated,
      keyed: true,
    };
  };

  test('the minimum of a bucket is never above the true validity by more than the lag of the source', () => {
    let compared = 0;
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const random = seededRandom(seed);
      const source = anySource(random);
      const history = simulate(source, anyPolling(random, source.interval), random);
      const measurement = measure(groupGenerations(history.samples));
      const buckets = draw(measurement, 1 + Math.floor(random() * 200))!;
      const inGap = (at: number) => measurement.gaps.some(({ from, to }) => at >= from && at < to);
      let first = 0;
      for (let at = measurement.firstSample; at < measurement.lastSample; at += 1000) {
        if (inGap(at)) continue;
        const truth = history.remainingAt(at / 1000 - history.start);
        // A moment on the border of two buckets may count in either. A lag moves it later.
        while (buckets[first]!.to < at - source.lag * 1000 - 1) first += 1;
        let least = Number.POSITIVE_INFINITY;
        for (let index = first; index < buckets.length && buckets[index]!.from <= at + 1; index += 1) {
          least = Math.min(least, buckets[index]!.remaining?.min ?? Number.POSITIVE_INFINITY);
        }
        if (Math.max(0, least) > Math.max(0, truth) + source.lag) {
          expect.fail(
            `seed ${seed}: at ${at} the true validity is ${truth} s, the minimum of the buckets ${least} s`,
          );
        }
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(SEEDS * 1000);
  });

  test('both extremes of a bucket equal the true ones if the source dates its rotations', () => {
    for (let seed = 1; seed <= SEEDS / 2; seed += 1) {
      const random = seededRandom(seed);
      const source = { ...anySource(random), lag: 0, lateShare: 0, dated: true };
      const every = Math.ceil(source.interval * 0.2);
      const polling = { every, spread: 0, missedShare: 0, pauseShare: 0, longestPause: 0, polls: 60 };
      const history = simulate(source, polling, random);
      const measurement = measure(groupGenerations(history.samples));
      expect(measurement.gaps, `seed ${seed}`).toEqual([]);
      const buckets = draw(measurement, 1 + Math.floor(random() * 40))!;
      for (const { from, to, remaining, rotations } of buckets) {
        const seconds: number[] = [];
        for (let at = Math.ceil(from / 1000) * 1000; at <= Math.min(to, measurement.lastSample); at += 1000) {
          seconds.push(at / 1000 - history.start);
        }
        const truths = seconds.map((at) => history.remainingAt(at));
        // A rotation in the first or last second of a bucket may count in its neighbour. Just before the
        // rotation, the remaining validity is one second less.
        const around = [seconds[0]! - 1, ...seconds, seconds.at(-1)! + 1]
          .filter((at) => at >= 0)
          .map((at) => history.remainingAt(at));
        expect(remaining!.min - Math.min(...around), `seed ${seed}`).toBeGreaterThanOrEqual(-1);
        const whole = seconds.slice(1).map((at) => history.remainingAt(at - 1) - 1);
        expect(remaining!.min, `seed ${seed}`).toBeLessThanOrEqual(Math.min(...whole, Math.min(...truths)));
        expect(remaining!.max, `seed ${seed}`).toBeGreaterThanOrEqual(Math.max(...truths));
        expect(remaining!.max - Math.max(...around), `seed ${seed}`).toBeLessThanOrEqual(1);
        const replaced = seconds.slice(1).filter((at) => history.servedAt(at) !== history.servedAt(at - 1));
        expect(Math.abs(rotations - replaced.length), `seed ${seed}`).toBeLessThanOrEqual(1);
      }
      const counted = buckets.reduce((sum, { rotations }) => sum + rotations, 0);
      expect(counted).toBe(measurement.rotations.length);
    }
  });
});

interface SampledHour {
  hour: number;
  from: number;
  to: number;
}

/** Credentials valid for six hours, sampled every ten minutes from minute `from` to `to` of their hour. */
function generation({ hour, from, to }: SampledHour, dated = true): Sample[] {
  const issued = START + hour * HOUR;
  const minutes = Array.from({ length: (to - from) / 10 + 1 }, (_, index) => from + index * 10);
  return minutes.map((minute) => ({
    accessKeyId: `ASIA${hour}`,
    lastUpdated: dated ? issued : null,
    expiration: issued + 6 * HOUR,
    zoneless: false,
    observedAt: issued + minute * MINUTE,
    clockOffset: null,
  }));
}

const measured = (hours: readonly SampledHour[], dated = true) =>
  measure(groupGenerations(hours.flatMap((each) => generation(each, dated))));

/** Four generations, one per hour, each sampled every ten minutes. */
const HOURLY = [0, 1, 2, 3].map((hour): SampledHour => ({ hour, from: 0, to: 50 }));

describe('validity buckets', () => {
  test('validity buckets have the extremes and the rotations of each hour', () => {
    const buckets = draw(measured([...HOURLY, { hour: 4, from: 0, to: 0 }]), 4)!;
    expect(buckets).toMatchObject([
      { from: START, to: START + HOUR, rotations: 0, remaining: { min: 5 * 3600, max: 6 * 3600 } },
      { rotations: 1, remaining: { min: 5 * 3600, max: 6 * 3600 } },
      { rotations: 1, remaining: { min: 5 * 3600, max: 6 * 3600 } },
      { to: START + 4 * HOUR, rotations: 2, remaining: { min: 5 * 3600, max: 6 * 3600 } },
    ]);
    expect(
      buckets.filter(
        ({ isInRotationWindow, hasGap, hasFailedPoll }) => isInRotationWindow || hasGap || hasFailedPoll,
      ),
    ).toEqual([]);
  });

  test('validity buckets have no remaining validity in a gap', () => {
    const gapped = [...HOURLY, { hour: 9, from: 0, to: 50 }, { hour: 10, from: 0, to: 0 }];
    const buckets = draw(measured(gapped), 10)!;
    expect(buckets.map(({ remaining }) => remaining === null)).toEqual(
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((hour) => hour >= 4 && hour < 9),
    );
    expect(buckets.map(({ hasGap }) => hasGap)).toEqual(
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((hour) => hour >= 3 && hour < 9),
    );
    expect(buckets.map(({ rotations }) => rotations)).toEqual([0, 1, 1, 1, 0, 0, 0, 0, 0, 1]);
  });

  test('validity buckets mark the windows of undated rotations, in which the old credentials count', () => {
    const rare = [0, 1, 2, 3, 4].map((hour): SampledHour => ({ hour, from: 10, to: 50 }));
    const buckets = draw(measured(rare, false), 56)!;
    // Buckets of five minutes from 00:10. The first generation is sampled until 00:50, the second from 01:10.
    const marks = buckets.map(({ isInRotationWindow }) => (isInRotationWindow ? '~' : '.')).join('');
    expect(marks).toBe(`${'........~~~~~...'.padEnd(20, '.')}~~~~~.......~~~~~.......~~~~~.......`);
    expect(buckets[11]!.remaining).toEqual({ min: 290 * 60, max: 295 * 60 });
  });

  test('validity buckets do not mark a window shorter than two buckets', () => {
    expect(draw(measured(HOURLY, false), 40)!.some(({ isInRotationWindow }) => isInRotationWindow)).toBe(
      false,
    );
    expect(draw(measured(HOURLY, false), 80)!.some(({ isInRotationWindow }) => isInRotationWindow)).toBe(
      true,
    );
    expect(draw(measured(HOURLY), 80)!.some(({ isInRotationWindow }) => isInRotationWindow)).toBe(false);
  });

  test('validity buckets mark failed polls, including those after the last sample', () => {
    const measurement = measured([...HOURLY, { hour: 4, from: 0, to: 0 }]);
    const failures = (spans: Span[], count: number) =>
      draw(measurement, count, spans)!
        .map(({ hasFailedPoll }) => (hasFailedPoll ? 'x' : '.'))
        .join('');
    const at = (hour: number) => START + hour * HOUR;
    expect(failures([{ from: at(1.5), to: at(1.5) }], 4)).toBe('.x..');
    expect(failures([{ from: at(0.5), to: at(2.5) }], 4)).toBe('xxx.');
    expect(failures([{ from: at(6), to: at(8) }], 8)).toBe('......xx');
    expect(
      draw(measurement, 8, [{ from: at(6), to: at(8) }])!.map(({ remaining }) => remaining === null),
    ).toEqual([false, false, false, false, false, true, true, true]);
    expect(failures([{ from: at(-3), to: at(-2) }], 4)).toBe('....');
    expect(failures([{ from: at(-3), to: at(0.5) }], 4)).toBe('x...');
  });

  test('validity buckets use the clock correction of the samples for failed polls', () => {
    const ahead = HOURLY.flatMap((each) => generation(each)).map((sample) => ({
      ...sample,
      observedAt: sample.observedAt + 2 * HOUR,
      clockOffset: 7200,
    }));
    const measurement = measure(groupGenerations(ahead));
    const from = START + 3.5 * HOUR;
    expect(draw(measurement, 4, [{ from, to: from }])!.map(({ hasFailedPoll }) => hasFailedPoll)).toEqual([
      false,
      true,
      false,
      false,
    ]);
  });

  test('validity buckets are below 0 only as far as a sample shows expired credentials', () => {
    const late = measured([
      { hour: 0, from: 0, to: 380 },
      { hour: 7, from: 0, to: 50 },
    ]);
    expect(Math.min(...draw(late, 8)!.flatMap(({ remaining }) => remaining?.min ?? []))).toBe(-1200);
    const unseen = measured([
      { hour: 0, from: 0, to: 350 },
      { hour: 7, from: 0, to: 50 },
    ]);
    expect(Math.min(...draw(unseen, 8)!.flatMap(({ remaining }) => remaining?.min ?? []))).toBe(0);
  });

  test('validity buckets are null without watched time', () => {
    expect(buildValidityBuckets({ measurement: null, failedPollSpans: [] }, 10)).toBeNull();
    expect(draw(measured([{ hour: 0, from: 0, to: 0 }]), 10)).toBeNull();
    expect(draw(measured([{ hour: 0, from: 0, to: 10 }]), 1)).toMatchObject([
      { remaining: { max: 6 * 3600 } },
    ]);
  });

  ciTest('validity buckets keep one short generation visible in nine years', () => {
    const measurement = measured(HOURLY);
    const servedPeriods = Array.from({ length: 80_000 }, (_, hour) => {
      const from = START + hour * HOUR;
      const expiration = from + (hour === 40_000 ? 4 : 6) * HOUR;
      return { generation: { ...measurement.generations[0]!, expiration }, from, to: from + HOUR };
    });
    const [first, ...others] = servedPeriods.map(({ generation }) => generation);
    const generations = [first!, ...others] as const;
    const lastSample = servedPeriods.at(-1)!.to;
    const buckets = draw({ ...measurement, generations, servedPeriods, lastSample }, 160)!;
    expect(buckets.filter(({ remaining }) => remaining!.min < 5 * 3600)).toEqual([
      expect.objectContaining({ remaining: { min: 3 * 3600, max: 6 * 3600 }, hasGap: false }),
    ]);
  });
});
