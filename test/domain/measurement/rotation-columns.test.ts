import { describe, expect, test } from 'vitest';
import { findAppearances } from '../../../src/domain/measurement/appearances.ts';
import {
  computeLeadTime,
  computeMaxLeadTimeAt,
  findEarliestTime,
  findRotations,
} from '../../../src/domain/measurement/rotations.ts';
import { toLists } from '../../support/domain/columns.ts';
import { createGenerations, type SeenGeneration } from '../../support/domain/generations.ts';

const ABSENT = Number.NaN;

const find = (...generations: SeenGeneration[]) => {
  const ordered = createGenerations(...generations);
  const { rotations, lag } = findRotations(ordered);
  const appearances = findAppearances(ordered, { rotations, lag });
  return { rotations: toLists(rotations), lag, appearances: toLists(appearances) };
};

/** Hourly generations, each seen from 10 to 50 minutes after its issue. */
const hourly = (count: number, isDated = true): SeenGeneration[] =>
  Array.from({ length: count }, (_, hour) => {
    const issued = hour * 3600;
    const seen = [issued + 600, issued + 3000] as const;
    return isDated ? { seen, issued, expires: issued + 21_600 } : { seen, expires: issued + 21_600 };
  });

describe('findRotations', () => {
  test('a single generation has no rotation', () => {
    expect(find({ seen: [0, 10] })).toMatchObject({ rotations: { count: 0 }, lag: 0 });
  });

  test('dated rotations have the time of LastUpdated', () => {
    const { rotations, lag } = find(...hourly(3));
    expect(lag).toBe(0);
    expect(rotations).toEqual({
      count: 2,
      from: [0, 1],
      to: [1, 2],
      windowFrom: [3_000_000, 6_600_000],
      windowTo: [4_200_000, 7_800_000],
      isDated: [1, 1],
      at: [3_600_000, 7_200_000],
      leadTime: [18_000, 18_000],
      interval: [3600, 3600],
      blindTime: [600, 600],
      isWitnessed: [1, 1],
    });
  });

  test('undated rotations have the end of their window, and the first interval is unknown', () => {
    const { rotations } = find(...hourly(3, false));
    expect(rotations).toMatchObject({
      isDated: [0, 0],
      at: [4_200_000, 7_800_000],
      leadTime: [17_400, 17_400],
      interval: [ABSENT, 3600],
      blindTime: [1200, 1200],
      isWitnessed: [1, 1],
    });
  });

  test('blind times are rounded up, and intervals and lead times down', () => {
    const [a, b] = [
      { seen: [600, 3000], issued: 0, expires: 20_000.3 },
      { seen: [4200, 6000], issued: 3600.4, expires: 30_000 },
    ] as const;
    expect(find(a, b).rotations).toMatchObject({ interval: [3600], leadTime: [16_399], blindTime: [601] });
  });

  test('a source that serves the old generation after LastUpdated of the next one has a lag', () => {
    const findLag = (lastSeen: number) =>
      find({ seen: [600, lastSeen], issued: 0 }, { seen: [4200, 6000], issued: 3600 }).lag;
    expect([findLag(3600), findLag(3602), findLag(3603)]).toEqual([0, 0, 3000]);
    // The longest lag counts for all rotations, but not past their windows.
    const { rotations, lag } = find(
      { seen: [600, 3900], issued: 0 },
      { seen: [4200, 7260], issued: 3600 },
      { seen: [7300, 10_000], issued: 7200 },
      { seen: [12_000, 13_000], issued: 10_800 },
    );
    expect(lag).toBe(300_000);
    expect(rotations.at).toEqual([4_200_000, 7_300_000, 11_100_000]);
  });

  test('the interval of a generation that was issued before its predecessor is measured by its windows', () => {
    const { rotations } = find(
      { seen: [600, 3000], issued: 0 },
      { seen: [3300, 6600], issued: 3600 },
      { seen: [6900, 9000], issued: 3600 },
      { seen: [9300, 9600], issued: 3600 },
    );
    expect(rotations.interval).toEqual([3600, 3600, 2400]);
  });

  test('a rotation without an interval is judged by the median of all intervals', () => {
    // The first generation is undated. The median of the other intervals, 3600 and 7200 s, is 5400 s.
    const isFirstWitnessed = (blindTime: number) => {
      const { interval, isWitnessed } = find(
        { seen: [0, 10_000] },
        { seen: [10_000 + blindTime, 13_500 + blindTime] },
        { seen: [13_600 + blindTime, 20_000 + blindTime] },
        { seen: [20_800 + blindTime, 30_000 + blindTime] },
      ).rotations;
      expect(interval[0]).toBeNaN();
      return isWitnessed[0];
    };
    // The limit is 0.7 of the median. The first generation was seen for over 1.8 of the median.
    expect([isFirstWitnessed(3779), isFirstWitnessed(3780)]).toEqual([1, 0]);
  });

  test('without any interval, a rotation is unwitnessed if over half of the time since the first sample is blind', () => {
    const isWitnessed = (blindTime: number) =>
      find({ seen: [5000, 6000] }, { seen: [6000 + blindTime, 20_000] }).rotations.isWitnessed[0];
    expect([isWitnessed(1000), isWitnessed(1001)]).toEqual([1, 0]);
  });

  test('two rotations at the same time have an interval of 0', () => {
    const both = { seen: [19_000, 19_000] } as const;
    const { rotations } = find(...hourly(5, false), both, both);
    expect(rotations.interval.slice(-2)).toEqual([4000, 0]);
  });

  test('the first generation counts among those that were served for a known time', () => {
    const { rotations } = find({ seen: [0, 3000] }, { seen: [3900, 3900], samples: 1 });
    expect(rotations.isWitnessed).toEqual([1]);
  });

  test('a generation that is dated was served from its rotation on', () => {
    // The last blind time is 2700 s. The second generation was served for 3600 s, but seen for 2700 s.
    const isLastWitnessed = (issued?: number) => {
      const date = issued === undefined ? {} : { issued };
      const { rotations } = find(
        { seen: [800, 3500] },
        { seen: [4500, 7200], ...date },
        { seen: [9900, 10_800] },
      );
      return rotations.isWitnessed[1];
    };
    expect(isLastWitnessed(3600)).toBe(1);
    expect(isLastWitnessed()).toBe(0);
  });
});

test('a lead time is at least 0 if the generation expired in the window, and negative if it was seen later', () => {
  expect(computeLeadTime(100_000, 50_000, 90_500)).toBe(9);
  expect(computeLeadTime(100_000, 50_000, 120_000)).toBe(0);
  expect(computeLeadTime(100_000, 100_000, 120_000)).toBe(0);
  expect(computeLeadTime(100_000, 100_001, 120_000)).toBe(-20);
});

test('the earliest time of a rotation is its date within the window, or the beginning of the window', () => {
  expect([5, 15, 25].map((issued) => findEarliestTime(true, issued, 10, 20))).toEqual([10, 15, 20]);
  expect(findEarliestTime(false, 15, 10, 20)).toBe(10);
  expect(findEarliestTime(true, ABSENT, 10, 20)).toBe(10);
  const ordered = createGenerations(...hourly(3));
  const { rotations } = findRotations(ordered);
  expect(computeMaxLeadTimeAt(ordered, rotations, 1)).toBe(18_000);
  const undated = createGenerations(...hourly(3, false));
  expect(computeMaxLeadTimeAt(undated, findRotations(undated).rotations, 1)).toBe(25_200 - 6600);
});

describe('findAppearances', () => {
  test('dated generations appeared at LastUpdated, and the first one too', () => {
    expect(find(...hourly(3)).appearances).toEqual({
      count: 3,
      generation: [0, 1, 2],
      earliest: [0, 3_600_000, 7_200_000],
      latest: [0, 3_600_000, 7_200_000],
    });
  });

  test('undated generations appeared in the window of their rotation, if no other rotation can be hidden', () => {
    const witnessed = find(...hourly(3, false)).appearances;
    expect(witnessed).toEqual({
      count: 2,
      generation: [1, 2],
      earliest: [3_000_000, 6_600_000],
      latest: [4_200_000, 7_800_000],
    });
    const afterGap = find(...hourly(3, false), { seen: [90_000, 93_000] }).appearances;
    expect(afterGap.generation).toEqual([1, 2]);
  });

  test('the first generation counts as dated if its first sample is at most two seconds before LastUpdated', () => {
    const first = (issued: number) => {
      const { generation, earliest, latest } = find({ seen: [600, 3000], issued }).appearances;
      return generation.length === 0 ? null : [earliest[0], latest[0]];
    };
    expect([first(500), first(600), first(602), first(602.001)]).toEqual([
      [500_000, 500_000],
      [600_000, 600_000],
      [600_000, 600_000],
      null,
    ]);
  });

  test('a lag delays the latest time of appearance, but not past the first sample', () => {
    const { appearances } = find(
      { seen: [600, 3900], issued: 0 },
      { seen: [4200, 7000], issued: 3600 },
      { seen: [12_000, 13_000], issued: 7200 },
    );
    expect(appearances).toMatchObject({
      earliest: [0, 3_900_000, 7_200_000],
      latest: [300_000, 4_200_000, 7_500_000],
    });
    const soon = find({ seen: [100, 3900], issued: 0 }, { seen: [4200, 7000], issued: 3600 });
    expect(soon.appearances.latest[0]).toBe(100_000);
  });
});
