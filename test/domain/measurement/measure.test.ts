import { describe, expect, test } from 'vitest';
import { getHistoryColumns } from '../../../src/domain/measurement/columns/column-measurement.ts';
import { toRecordedColumns } from '../../../src/domain/measurement/columns/generation-columns.ts';
import {
  findEndingRotations,
  findValidityWhenIssued,
  listRotationIntervals,
  listValiditiesWhenIssued,
} from '../../../src/domain/measurement/generation-facts.ts';
import { groupGenerations } from '../../../src/domain/measurement/generations.ts';
import { measure, measureColumns } from '../../../src/domain/measurement/measure.ts';
import { column } from '../../support/domain/columns.ts';
import { type Poll, toSample } from '../../support/domain/samples.ts';
import { pick, seededRandom } from '../../support/random.ts';

const HOUR = 3600;

const measured = (polls: readonly Poll[]) => measure(groupGenerations(polls.map(toSample)));

/** Generations that are issued each hour, and polled at these seconds after their issue. */
const hourly = (count: number, seconds: readonly number[], more: Partial<Poll> = {}): Poll[] =>
  Array.from({ length: count }, (_, hour) =>
    seconds.map((second) => ({
      key: `ASIA${hour}`,
      at: hour * HOUR + second,
      expires: (hour + 6) * HOUR,
      ...more,
    })),
  ).flat();

const dated = (polls: readonly Poll[]) =>
  polls.map((poll) => ({ ...poll, issued: Number(poll.key.slice('ASIA'.length)) * HOUR }));

describe('measure', () => {
  test('a series needs a generation', () => {
    expect(() => measure([])).toThrow(new RangeError('a series without generations cannot be measured'));
  });

  test('the recorded columns do not change', () => {
    const random = seededRandom(11);
    for (let run = 0; run < 200; run += 1) {
      const generations = groupGenerations(
        Array.from({ length: 12 }, () => {
          const at = Math.floor(random() * 20_000);
          const date = random() < 0.7 ? { issued: at - 300 + Math.floor(random() * 600) } : {};
          const offset = pick([null, 0, -30, 100], random);
          const key = pick(['', 'ASIA1', 'ASIA2', 'ASIA3', 'ASIA4'], random);
          return toSample({ key, at, expires: at + 3000, offset, ...date });
        }),
      );
      const columns = toRecordedColumns(generations);
      measureColumns(columns, null);
      expect(columns).toEqual(toRecordedColumns(generations));
    }
  });

  test('samples are counted, and the watched time ends at the last one', () => {
    const polls = dated(hourly(3, [600, 1800, 3000]));
    expect(measured(polls)).toMatchObject({
      sampleCount: 9,
      witnessedCount: 2,
      firstSample: 600_000,
      lastSample: 10_200_000,
      watchedTime: 9600,
      watchedShare: 1,
      gaps: [],
      usualGap: 1200,
      lag: 0,
      isIssuedPerRequest: false,
      severalEndpoints: null,
    });
  });

  test('the watched share leaves out gaps, and is unknown for a single sample', () => {
    const polls = [
      ...dated(hourly(2, [600, 1800, 3000])),
      { key: 'ASIA9', at: 90_000 },
      { key: 'ASIA9', at: 90_300.5 },
    ];
    const { gaps, watchedTime, watchedShare } = measured(polls);
    expect(gaps).toEqual([{ from: 6_600_000, to: 90_000_000 }]);
    expect(watchedTime).toBe(6000 + 300);
    expect(watchedShare).toBeCloseTo(6300.5 / 89_700.5, 10);
    expect(measured(polls.slice(0, 1)).watchedShare).toBeNull();
  });

  test('rotation windows are measured for undated, witnessed rotations, and rounded up', () => {
    expect(measured(dated(hourly(3, [600, 1800, 3000]))).rotationWindow).toBeNull();
    const undated = hourly(4, [600, 1800, 3000]).map((poll) =>
      poll.key === 'ASIA2' ? { ...poll, at: poll.at + 100.2 } : poll,
    );
    // The first window has 1200 s, the next one 100.2 s more, and the last one 100.2 s less.
    expect(measured(undated).rotationWindow).toEqual({ min: 1100, median: 1200, max: 1301 });
    const withGap = [...undated, { key: 'ASIA9', at: 90_000, expires: 99_000 }];
    expect(measured(withGap).rotationWindow).toEqual({ min: 1100, median: 1200, max: 1301 });
  });

  test('rotation intervals are those of witnessed rotations', () => {
    expect(measured(hourly(4, [600, 1800, 3000])).rotationInterval).toEqual({
      min: 3600,
      median: 3600,
      max: 3600,
    });
    expect(measured(hourly(2, [600, 1800, 3000])).rotationInterval).toBeNull();
  });

  test('the validity when issued is measured from the latest time of appearance', () => {
    const undated = measured(hourly(3, [600, 1800, 3000]));
    expect(undated.validityWhenIssued).toEqual({ min: 5 * HOUR + 3000, max: 5 * HOUR + 3000 });
    expect(undated.largestPossibleValidity).toBe(6 * HOUR + 600);
    const varied = dated(hourly(3, [600, 1800, 3000])).map((poll) =>
      poll.key === 'ASIA1' ? { ...poll, expires: poll.expires! - 1000 } : poll,
    );
    const { validityWhenIssued, largestPossibleValidity } = measured(varied);
    expect(validityWhenIssued).toEqual({ min: 6 * HOUR - 1000, max: 6 * HOUR });
    expect(largestPossibleValidity).toBe(6 * HOUR);
    expect(measured(hourly(1, [600, 1800]))).toMatchObject({
      validityWhenIssued: null,
      largestPossibleValidity: null,
    });
  });

  test('the largest possible validity of an undated series includes a notable clock offset', () => {
    const largest = (offset: number | null, polls = hourly(3, [600, 1800, 3000])) =>
      measured(polls.map((poll) => ({ ...poll, offset }))).largestPossibleValidity;
    const usual = 6 * HOUR + 600;
    expect([largest(null), largest(60), largest(61)]).toEqual([usual, usual + 60, usual + 61]);
    // The samples of a slow host are corrected too.
    expect([largest(-60), largest(-61)]).toEqual([usual - 60, usual]);
    expect(largest(61, dated(hourly(3, [600, 1800, 3000])))).toBe(6 * HOUR);
    const mixed = hourly(3, [600, 1800, 3000]).map((poll, index) => ({
      ...poll,
      offset: index === 4 ? -90 : 0,
    }));
    expect(measured(mixed).largestPossibleValidity).toBe(usual + 90);
  });

  test('the worst case is the end of a witnessed rotation, or a sample', () => {
    const polls = dated(hourly(3, [600, 1800, 3000])).map((poll) =>
      poll.key === 'ASIA1' ? { ...poll, expires: 8000 } : poll,
    );
    const { worstCase, sampledMinimum, overstatement, rotations, generations } = measured(polls);
    expect(worstCase).toEqual({
      seconds: 800,
      at: 7_200_000,
      generation: generations[1],
      rotation: rotations[1],
    });
    expect(sampledMinimum).toEqual({ seconds: 1400, at: 6_600_000, generation: generations[1] });
    expect(overstatement).toBe(600);
    // After a gap, the end of the generation is unknown.
    const gap = [...dated(hourly(1, [600, 1800])), { key: 'ASIA9', at: 90_000, expires: 190_000 }];
    expect(measured(gap).worstCase).toMatchObject({ at: 1_800_000, rotation: null, seconds: 19_800 });
  });

  test('a lag is rounded up', () => {
    const polls = dated(hourly(2, [600, 1800, 3000]));
    const late = [...polls, { key: 'ASIA0', at: HOUR + 10.2, issued: 0, expires: 6 * HOUR }];
    expect(measured(late).lag).toBe(11);
  });

  test('credentials issued per request appear with their samples', () => {
    const polls = [0, 60, 120].map((at) => ({ key: `ASIA${at}`, at, expires: at + 900 }));
    const { appearances, watchedShare, rotations, gaps, lag, isIssuedPerRequest, severalEndpoints } =
      measured(polls);
    expect(appearances.map(({ earliest, latest }) => [earliest, latest])).toEqual([
      [0, 0],
      [60_000, 60_000],
      [120_000, 120_000],
    ]);
    expect({ watchedShare, rotations, gaps, lag, isIssuedPerRequest, severalEndpoints }).toEqual({
      watchedShare: null,
      rotations: [],
      gaps: [],
      lag: 0,
      isIssuedPerRequest: true,
      severalEndpoints: null,
    });
    const issuedBefore = polls.map((poll) => ({ ...poll, issued: poll.at - 1 }));
    expect(measured(issuedBefore).appearances[1]).toMatchObject({ earliest: 59_000, latest: 60_000 });
  });

  test('several endpoints have dated appearances and no lag', () => {
    const polls = dated([
      ...hourly(2, [600, 1800, 3000]),
      { key: 'ASIA0', at: HOUR + 1200, expires: 6 * HOUR },
    ]);
    const { severalEndpoints, lag, isIssuedPerRequest, appearances } = measured(polls);
    expect({ severalEndpoints, lag, isIssuedPerRequest }).toEqual({
      severalEndpoints: { overlaps: 1, reversals: 0, lastAt: expect.any(Number) },
      lag: 0,
      isIssuedPerRequest: false,
    });
    expect(appearances.map(({ earliest, latest }) => [earliest, latest])).toEqual([
      [0, 0],
      [3_600_000, 3_600_000],
    ]);
  });
});

test('each generation has its validity when issued, and the rotation that ended it', () => {
  const measurement = measured(hourly(3, [600, 1800, 3000]));
  const validity = 5 * HOUR + 3000;
  const columns = getHistoryColumns(measurement);
  expect(findValidityWhenIssued(columns)).toEqual(column(Number.NaN, validity, validity));
  expect(findEndingRotations(columns)).toEqual(column(0, 1, Number.NaN));
  expect([...listValiditiesWhenIssued(measurement)]).toEqual([validity, validity]);
  expect([...listRotationIntervals(measurement)]).toEqual([3600]);
});
