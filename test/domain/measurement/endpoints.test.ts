import { describe, expect, test } from 'vitest';
import {
  findDatedAppearances,
  findEndpointHistory,
  findEndpointSigns,
} from '../../../src/domain/measurement/endpoints.ts';
import { column, toLists } from '../../support/domain/columns.ts';
import { createGenerations, type SeenGeneration } from '../../support/domain/generations.ts';

const signs = (...generations: SeenGeneration[]) => findEndpointSigns(createGenerations(...generations));

describe('overlapping generations', () => {
  test('generations that follow each other show one endpoint', () => {
    expect(signs({ seen: [0, 10] }, { seen: [10, 20] }, { seen: [30, 30] }, { seen: [40, 50] })).toBeNull();
    expect(signs({ seen: [0, 10] })).toBeNull();
  });

  test('each generation that appears before the last sample of an earlier one is an overlap', () => {
    expect(signs({ seen: [0, 11] }, { seen: [10, 20] })).toMatchObject({ overlaps: 1, reversals: 0 });
    // The first generation is seen longest.
    expect(signs({ seen: [0, 100] }, { seen: [10, 20] }, { seen: [30, 40] })?.overlaps).toBe(2);
    expect(signs({ seen: [0, 20] }, { seen: [10, 100] }, { seen: [30, 40] })?.overlaps).toBe(2);
    expect(signs({ seen: [0, 100] }, { seen: [10, 20] }, { seen: [100, 120] })?.overlaps).toBe(1);
  });

  test('the order of the generations does not matter', () => {
    expect(signs({ seen: [30, 40] }, { seen: [0, 100] }, { seen: [10, 20] })?.overlaps).toBe(2);
    expect(signs({ seen: [30, 40] }, { seen: [0, 10] }, { seen: [20, 30] })).toBeNull();
  });

  test('a corrected time alone does not make an overlap', () => {
    expect(signs({ seen: [0, 11], raw: [0, 10] }, { seen: [10, 20] })).toBeNull();
    expect(signs({ seen: [0, 10], raw: [0, 12] }, { seen: [10, 20] })).toBeNull();
    // By the host's clock, the second one came first.
    expect(signs({ seen: [0, 11], raw: [30, 41] }, { seen: [10, 20] })).toBeNull();
  });
});

describe('reversals', () => {
  test('an older LastUpdated after a newer one is a reversal, if it is over two seconds older', () => {
    const pair = (issued: number) => signs({ seen: [200, 210], issued: 100 }, { seen: [220, 230], issued });
    expect(pair(97.999)).toMatchObject({ overlaps: 0, reversals: 1 });
    expect(pair(98)).toBeNull();
    expect(pair(110)).toBeNull();
    expect(signs({ seen: [200, 210], issued: 100 }, { seen: [220, 230] })).toBeNull();
  });

  test('each reversal between neighbours counts, in the order of the host’s clock', () => {
    const [a, b, c] = [
      { seen: [200, 210], issued: 100 },
      { seen: [220, 230], issued: 50 },
      { seen: [240, 250], issued: 10 },
    ] as const;
    expect(signs(a, b, c)?.reversals).toBe(2);
    expect(signs(c, a, b)?.reversals).toBe(2);
  });

  test('a clock that was set between the samples may explain a reversal', () => {
    const pair = (before: [number, number], after: [number, number], first = 220) =>
      signs(
        { seen: [200, 210], issued: 100, offsets: before },
        { seen: [first, 230], issued: 50, offsets: after },
      );
    // The samples are ten seconds apart.
    expect(pair([0, 10], [0, 0])?.reversals).toBe(1);
    expect(pair([0, 11], [0, 0])).toBeNull();
    expect(pair([0, 0], [0, 11])).toBeNull();
    expect(pair([0, 0], [-11, 0])).toBeNull();
    expect(pair([-11, 0], [0, 0])).toBeNull();
    expect(pair([-10, 0], [0, 0])?.reversals).toBe(1);
    // At the same time, only equal offsets show a reversal.
    expect(pair([5, 5], [5, 5], 210)?.reversals).toBe(1);
    expect(pair([5, 5], [5, 6], 210)).toBeNull();
  });

  test('unknown offsets explain no reversal', () => {
    const before = { seen: [200, 210], issued: 100 } as const;
    expect(signs(before, { seen: [210, 230], issued: 50 })?.reversals).toBe(1);
    expect(signs(before, { seen: [210, 230], issued: 50, offsets: [40, 40] })?.reversals).toBe(1);
  });

  test('overlapping generations are not a reversal', () => {
    expect(signs({ seen: [200, 210], issued: 100 }, { seen: [209, 230], issued: 50 })).toMatchObject({
      overlaps: 1,
      reversals: 0,
    });
  });
});

describe('the last time at which two endpoints answered', () => {
  test('of an overlap is the last sample of the generation that was seen for the shorter time', () => {
    expect(signs({ seen: [0, 100] }, { seen: [10, 20] })?.lastAt).toBe(20_000);
    expect(signs({ seen: [0, 100] }, { seen: [10, 200] })?.lastAt).toBe(100_000);
    expect(signs({ seen: [0, 100] }, { seen: [10, 60] }, { seen: [20, 30] })?.lastAt).toBe(60_000);
  });

  test('of a reversal is the first sample with the older credentials', () => {
    expect(signs({ seen: [200, 210], issued: 100 }, { seen: [220, 230], issued: 50 })?.lastAt).toBe(220_000);
  });
});

describe('the history of several endpoints', () => {
  const USUAL_GAP = 60;
  const MINUTE = 60;
  /** Times in minutes. The other endpoint serves `ASIA1` until the end. */
  const history = (a: SeenGeneration, until: number, usualGap = USUAL_GAP) => {
    const inSeconds = (times: readonly [number, number]) => times.map((time) => time * MINUTE);
    const [from, to] = inSeconds(a.seen);
    const first = { ...a, seen: [from!, to!] as const, third: a.third && a.third * MINUTE };
    const found = findEndpointHistory(
      createGenerations(first, { seen: [0, until * MINUTE], samples: 10 }),
      usualGap,
    );
    const minutes = (value: number) => value / 1000 / MINUTE;
    const { rotations } = found;
    return {
      servedUntil: minutes(found.served.to[0]!),
      rotations: Array.from({ length: rotations.count }, (_, index) => [
        rotations.from[index],
        rotations.to[index],
        minutes(rotations.windowFrom[index]!),
        minutes(rotations.at[index]!),
        rotations.isWitnessed[index],
      ]),
    };
  };

  test('a generation is served until the third sample after its last one, and for ten minutes', () => {
    const expected = (at: number) => ({ servedUntil: at, rotations: [[0, 1, 20, at, 1]] });
    expect(history({ seen: [0, 20], third: 25 }, 60)).toEqual(expected(30));
    expect(history({ seen: [0, 20], third: 31 }, 60)).toEqual(expected(31));
    expect(history({ seen: [0, 20], third: 25 }, 30)).toEqual(expected(30));
  });

  test('a generation may still be served if no third sample or no ten minutes followed', () => {
    expect(history({ seen: [0, 20], third: 25 }, 29)).toEqual({ servedUntil: 29, rotations: [] });
    expect(history({ seen: [0, 20] }, 60)).toEqual({ servedUntil: 60, rotations: [] });
    expect(history({ seen: [0, 60], third: 61 }, 60)).toEqual({ servedUntil: 60, rotations: [] });
  });

  test('without a third later sample in an old database, the end of the third later generation counts', () => {
    const seen = [20, 25, 40, 45, 60].map((last) => ({ seen: [0, last * MINUTE] as const, samples: 2 }));
    const { served, rotations } = findEndpointHistory(createGenerations(...seen), USUAL_GAP);
    expect(Array.from(served.to, (to) => to / 1000 / MINUTE)).toEqual([45, 60, 60, 60, 60]);
    expect(rotations.count).toBe(0);
  });

  const pauseAfter = (length: number, options: { samples?: number; usualGap?: number | null } = {}) => {
    const { samples = 10, usualGap = USUAL_GAP } = options;
    const begin = 20 * MINUTE;
    const end = begin + length;
    const { gaps, rotations, served } = findEndpointHistory(
      createGenerations(
        { seen: [0, begin], samples: 1, third: end + 60 },
        { seen: [10, begin - 30], samples: 1, third: end + 60 },
        { seen: [end, end + 3600], samples: samples - 2 },
      ),
      usualGap,
    );
    return {
      gaps: gaps.map(({ from, to }) => [from / 1000, to / 1000]),
      isWitnessed: [...rotations.isWitnessed],
      served: Array.from(served.to, (to) => to / 1000),
    };
  };

  test('a polling gap is longer than half an hour, and ends a served period', () => {
    expect(pauseAfter(1800).gaps).toEqual([]);
    expect(pauseAfter(1801)).toEqual({
      gaps: [[1200, 3001]],
      isWitnessed: [0, 0],
      served: [1200, 1200, 6601],
    });
  });

  test('a gap that begins when a served period has ended does not hide the rotation', () => {
    const [end, resumed] = [20 * MINUTE, 60 * MINUTE];
    const rotation = (third: number) =>
      findEndpointHistory(
        createGenerations(
          { seen: [0, 600], third },
          { seen: [10, end], third: resumed + 120 },
          { seen: [resumed, resumed + 3600], samples: 10 },
        ),
        USUAL_GAP,
      ).rotations;
    expect(rotation(end)).toMatchObject({ at: column(end * 1000, end * 1000), isWitnessed: column(1, 0) });
    expect(rotation(end + 1)).toMatchObject({
      at: column(end * 1000, end * 1000),
      isWitnessed: column(0, 0),
    });
  });

  test('a polling gap is longer than three usual gaps, if there are at least three samples', () => {
    expect(pauseAfter(3000, { usualGap: 1000 }).gaps).toEqual([]);
    expect(pauseAfter(3001, { usualGap: 1000 }).gaps).toHaveLength(1);
    expect(pauseAfter(3000, { usualGap: 1000, samples: 3 }).gaps).toEqual([]);
    expect(pauseAfter(3000, { usualGap: 1000, samples: 2 }).gaps).toHaveLength(1);
    expect(pauseAfter(3000, { usualGap: null }).gaps).toHaveLength(1);
  });

  test('lead times and blind times end with the served period, and rotations are in the order of time', () => {
    const { rotations, served, gaps } = findEndpointHistory(
      createGenerations(
        { seen: [0, 2000], third: 2700.5, expires: 5000 },
        { seen: [100, 1000], third: 1200, expires: 1500 },
        { seen: [150, 4000], expires: 9000 },
      ),
      USUAL_GAP,
    );
    expect(gaps).toEqual([]);
    expect(toLists(served)).toEqual({
      count: 3,
      from: [0, 100_000, 150_000],
      to: [2_700_500, 1_600_000, 4_000_000],
    });
    expect(toLists(rotations)).toEqual({
      count: 2,
      from: [1, 0],
      to: [0, 2],
      windowFrom: [1_000_000, 2_000_000],
      windowTo: [1_600_000, 2_700_500],
      isDated: [0, 0],
      at: [1_600_000, 2_700_500],
      // The window of the first one contains its expiration.
      leadTime: [0, 2299],
      interval: [Number.NaN, Number.NaN],
      blindTime: [600, 701],
      isWitnessed: [1, 1],
    });
  });

  test('only dated generations appeared at a known time', () => {
    const dated = findDatedAppearances(
      createGenerations({ seen: [5, 6] }, { seen: [7, 8], issued: 6 }, { seen: [9, 9], issued: 0 }),
    );
    expect(toLists(dated)).toEqual({ count: 2, generation: [1, 2], earliest: [6000, 0], latest: [6000, 0] });
  });
});
