import { describe, expect, test } from 'vitest';
import { correctClocks } from '../../../src/domain/measurement/clock-correction.ts';
import type { Column } from '../../../src/domain/measurement/columns/column.ts';
import { toRecordedColumns } from '../../../src/domain/measurement/columns/generation-columns.ts';
import { groupGenerations } from '../../../src/domain/measurement/generations.ts';
import { column } from '../../support/domain/columns.ts';
import { type Poll, toSample } from '../../support/domain/samples.ts';

const HOUR = 3600;

/** The corrected generations, in seconds. */
function correct(polls: readonly Poll[], newestClockOffset: number | null = null) {
  const recorded = toRecordedColumns(groupGenerations(polls.map(toSample)));
  const { generations, clock } = correctClocks(recorded, newestClockOffset);
  const seconds = (values: Column) =>
    Array.from(values, (value) => (Number.isNaN(value) ? null : value / 1000));
  return {
    clock,
    firstSeen: seconds(generations.firstSeen),
    lastSeen: seconds(generations.lastSeen),
    issued: seconds(generations.lastUpdated),
    third: seconds(generations.thirdSampleAfter),
  };
}

/** Generations that are issued each hour, each polled once, `age` seconds after its issue. */
const aged = (...ages: readonly number[]): Poll[] =>
  ages.map((age, hour) => {
    const issued = (hour + 1) * HOUR;
    return { key: `ASIA${hour}`, at: issued + age, issued, expires: issued + 6 * HOUR };
  });

describe('dates that cannot be the time of issue', () => {
  test('a validity that is over 1.5 times the second largest one is not plausible', () => {
    const dated = (validity: number, count = 3) => {
      const usual = aged(10, 10, 10).slice(0, count - 1);
      const issued = 4 * HOUR;
      const last = { key: 'ASIA9', at: issued + 10, issued, expires: issued + validity };
      return correct([...usual, last]).issued.at(-1) !== null;
    };
    expect([dated(9 * HOUR), dated(9 * HOUR + 1)]).toEqual([true, false]);
    // With fewer than three dated generations, no validity is usual.
    expect([dated(9 * HOUR + 1, 2), dated(36 * HOUR, 2), dated(36 * HOUR + 1, 2)]).toEqual([
      true,
      true,
      false,
    ]);
    expect([dated(1), dated(0), dated(-1)]).toEqual([true, false, false]);
  });

  test('the second largest validity is found in any order, and from dated generations only', () => {
    const validities = (...hours: (number | null)[]) =>
      correct(
        hours.map((validity, index) => ({
          key: `ASIA${index}`,
          at: 50_000 + index * HOUR,
          ...(validity === null ? {} : { issued: 49_000 + index * HOUR }),
          expires: 49_000 + (index + (validity ?? 30)) * HOUR,
        })),
      ).issued.map((issued) => issued !== null);
    expect(validities(6, 10, 6)).toEqual([true, false, true]);
    expect(validities(10, 6, 6)).toEqual([false, true, true]);
    expect(validities(6, 6, 10)).toEqual([true, true, false]);
    expect(validities(6, 10, 7)).toEqual([true, true, true]);
    expect(validities(6, 10, null)).toEqual([true, true, false]);
    expect(validities(6, 10, 6, null)).toEqual([true, false, true, false]);
  });

  test('a LastUpdated after the latest expiration does not date a generation, and says nothing about the clock', () => {
    const withLatest = (issued: number) =>
      correct([
        { key: 'ASIA1', at: 10_000, issued: 9000, expires: 20_000 },
        { key: 'ASIA1', at: 10_000, issued, expires: 20_000 },
      ]);
    expect(withLatest(20_001)).toMatchObject({ issued: [null], clock: { shiftMs: 0 } });
    expect(withLatest(20_000)).toMatchObject({ issued: [null], clock: { shiftMs: 10_000_000 } });
  });

  test('a generation whose LastUpdated varies is undated, and a series with two of them too', () => {
    const varying = (key: string, at: number): Poll[] => [
      { key, at, issued: at - 100, expires: at + HOUR },
      { key, at: at + 60, issued: at - 40, expires: at + HOUR },
    ];
    const [a, b] = [varying('ASIA1', 10_000), varying('ASIA2', 14_000)];
    const steady = { key: 'ASIA3', at: 18_000, issued: 17_000, expires: 20_000 };
    expect(correct([...a, steady]).issued).toEqual([null, 17_000]);
    expect(correct([...a, ...b, steady]).issued).toEqual([null, null, null]);
    expect(correct(a).issued).toEqual([null]);
    expect(correct([steady]).issued).toEqual([17_000]);
  });
});

describe('a slow clock of the host', () => {
  test('all samples are moved later by the largest distance that two generations show', () => {
    expect(correct(aged(-100, -90, 20)).clock.shiftMs).toBe(100_000);
    expect(correct(aged(-90, 20, -100)).clock.shiftMs).toBe(100_000);
    // 300 seconds are the limit of similar distances.
    expect(correct(aged(-399, -100, 20)).clock.shiftMs).toBe(399_000);
    expect(correct(aged(-400, -100, 20)).clock.shiftMs).toBe(100_000);
    expect(correct(aged(-100, -400, 20)).clock.shiftMs).toBe(100_000);
  });

  test('the only dated generation may show a slow clock, but not one of several', () => {
    expect(correct(aged(-100)).clock.shiftMs).toBe(100_000);
    expect(correct(aged(-100, 20)).clock.shiftMs).toBe(0);
    expect(correct(aged(-100, 20, 20)).clock.shiftMs).toBe(0);
  });

  test('distances of up to two seconds show nothing', () => {
    expect([-2, -3].map((age) => correct(aged(age, age)).clock.shiftMs)).toEqual([0, 3000]);
  });

  test('a shift moves all times, and a generation with a larger distance is undated', () => {
    const moved = correct([...aged(-100, -90), { key: 'ASIA9', at: 20_000 }]);
    expect(moved.firstSeen).toEqual([HOUR, 2 * HOUR + 10, 20_100]);
    expect(moved.lastSeen).toEqual(moved.firstSeen);
    const undated = (age: number) => correct(aged(age, -1000, -1000)).issued[0] === null;
    expect([undated(-1302), undated(-1303)]).toEqual([true, true]);
    const alone = (ahead: number) => correct(aged(-ahead, 20, 20)).issued[0] === null;
    expect([alone(2), alone(3)]).toEqual([false, true]);
  });

  test('generations that were issued over one minute in the future are counted', () => {
    const future = (...ages: number[]) => correct(aged(...ages)).clock.issuedInFuture;
    expect(future(-60, -60)).toBeNull();
    expect(future(-61, -60.5, 20)).toEqual({ count: 2, ahead: 61, isDecisive: false });
    expect(future(-61.9, 20)).toEqual({ count: 1, ahead: 61, isDecisive: false });
  });

  test('over five minutes in the future are decisive in two generations or in the newest one', () => {
    const isDecisive = (...ages: number[]) => correct(aged(...ages)).clock.issuedInFuture?.isDecisive;
    expect(isDecisive(-301, -301, 20)).toBe(true);
    expect(isDecisive(-300, -301, 20)).toBe(false);
    expect(isDecisive(-301, 20, 20)).toBe(false);
    expect(isDecisive(20, 20, -301)).toBe(true);
    expect(isDecisive(20, 20, -300)).toBe(false);
  });
});

describe('a wrong Date header', () => {
  /** Polls half a minute after the issue, with an offset. */
  const shifted = (offset: number, age = 30, change: Partial<Poll> = {}) =>
    aged(age, age).map((each) => ({ ...each, offset, ...change }));

  test('a correction to over five seconds before LastUpdated shows that the host’s clock is right', () => {
    expect(correct(shifted(35)).clock.usesRawTimes).toBe(false);
    const wrong = correct(shifted(36));
    expect(wrong).toMatchObject({ firstSeen: [HOUR + 30, 2 * HOUR + 30] });
    expect(wrong.clock).toMatchObject({ usesRawTimes: true, shiftMs: 0 });
  });

  test('both clocks are wrong if the host’s clock is also over five seconds before LastUpdated', () => {
    expect(correct(shifted(20, -5)).clock.usesRawTimes).toBe(true);
    expect(correct(shifted(20, -6)).clock.usesRawTimes).toBe(false);
  });

  test('one generation is enough to show a wrong Date header', () => {
    const polls = [...shifted(0), { ...aged(1, 1, 30)[2]!, offset: 100 }];
    expect(correct(polls).clock.usesRawTimes).toBe(true);
  });

  test('an undated series ignores offsets of over a minute, and keeps the later time of a sample', () => {
    const undated = (offset: number) =>
      correct([
        { key: 'ASIA1', at: 1000, offset },
        { key: 'ASIA1', at: 2000, offset },
        ...[3000, 4000, 5000].map((at) => ({ key: 'ASIA2', at, offset })),
      ]);
    expect(undated(60)).toMatchObject({
      clock: { usesRawTimes: false },
      firstSeen: [940, 2940],
      lastSeen: [1940, 4940],
      third: [4940, null],
    });
    expect(undated(61)).toMatchObject({
      clock: { usesRawTimes: true },
      firstSeen: [1000, 3000],
      lastSeen: [2000, 5000],
      third: [5000, null],
    });
    // A slow host is corrected.
    expect(undated(-61)).toMatchObject({ clock: { usesRawTimes: false }, lastSeen: [2061, 5061] });
  });

  test('an undated series with few large offsets corrects the other samples', () => {
    const mixed = correct([
      { key: 'ASIA1', at: 1000, offset: 30 },
      { key: 'ASIA1', at: 2000, offset: 30 },
      { key: 'ASIA2', at: 3000, offset: 30 },
      { key: 'ASIA2', at: 4000, offset: 100 },
      { key: 'ASIA2', at: 5000, offset: 30 },
    ]);
    expect(mixed).toMatchObject({
      clock: { usesRawTimes: true },
      firstSeen: [970, 3000],
      lastSeen: [1970, 5000],
      third: [4970, null],
    });
  });

  test('the third later sample is never before the last sample', () => {
    const polls = [
      { key: 'ASIA1', at: 1000, offset: 30 },
      ...[2000, 3000, 4000].map((at) => ({ key: 'ASIA2', at, offset: 100 })),
    ];
    expect(correct(polls).third).toEqual([4000, null]);
  });
});

test('the given columns do not change', () => {
  const polls: Poll[] = [
    { key: 'ASIA1', at: 10_000, issued: 9000 },
    { key: 'ASIA1', at: 10_060, issued: 9060 },
    { key: 'ASIA2', at: 16_000, issued: 15_000, expires: 15_000 },
    { key: 'ASIA3', at: 20_000, issued: 20_100, offset: null },
    { key: 'ASIA4', at: 30_000, issued: 30_100, offset: -30 },
    { key: 'ASIA5', at: 40_000, issued: 49_000 },
  ];
  const create = () => toRecordedColumns(groupGenerations(polls.map(toSample)));
  const columns = create();
  const { generations } = correctClocks(columns, null);
  expect(generations.lastUpdated).toEqual(column(Number.NaN, Number.NaN, 20_100_000, 30_100_000, Number.NaN));
  expect(columns).toEqual(create());
});

test('the clock has the newest known offset, and the corrected time of the newest sample', () => {
  const polls: Poll[] = [
    { key: 'ASIA2', at: 3000, offset: 20 },
    { key: 'ASIA1', at: 1000, offset: 10 },
    { key: 'ASIA2', at: 4000, offset: 12 },
  ];
  expect(correct(polls).clock).toMatchObject({ newestOffset: 12, correctedLastSample: 3_988_000 });
  expect(correct(polls, 7).clock.newestOffset).toBe(7);
  expect(correct(polls, 0).clock.newestOffset).toBe(0);
  expect(correct(polls.map((each) => ({ ...each, offset: null }))).clock).toMatchObject({
    newestOffset: null,
    correctedLastSample: 4_000_000,
  });
});
