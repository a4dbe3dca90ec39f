import { describe, expect, test } from 'vitest';
import { groupGenerations } from '../../../src/domain/measurement/generations.ts';
import { measure } from '../../../src/domain/measurement/measure.ts';
import type { Sample } from '../../../src/domain/model.ts';

const DAY = '2026-03-01';
const at = (time: string) => Date.parse(`${DAY}T${time.padStart(5, '0')}:00Z`);

interface Issued {
  key?: string;
  /** `H:MM`. Absent if the source does not state `LastUpdated`. */
  issued?: string;
  expires?: string;
  seen: readonly string[];
}

function createSamples({ key = '', issued, expires = '20:00', seen }: Issued): Sample[] {
  return seen.map((time) => ({
    accessKeyId: key,
    lastUpdated: issued === undefined ? null : at(issued),
    expiration: at(expires),
    zoneless: false,
    observedAt: at(time),
    clockOffset: 0,
  }));
}

const measured = (...generations: Issued[]) => measure(groupGenerations(generations.flatMap(createSamples)));
const witnessed = (...generations: Issued[]) =>
  measured(...generations).rotations.map((rotation) => rotation.isWitnessed);

describe('witnessed rotations', () => {
  const a = { key: 'A', issued: '0:00', seen: ['0:10', '0:50'] };
  const b = { key: 'B', issued: '1:00', seen: ['1:10', '1:50'] };

  test('a blind time of 0.7 and an interval of 1.8 median intervals make a rotation unwitnessed', () => {
    const rotation = (lastSeen: string, issued: string) =>
      witnessed(
        a,
        b,
        { key: 'C', issued: '2:00', seen: ['2:10', lastSeen] },
        { key: 'D', issued, seen: ['3:50'] },
      )[2];
    expect(rotation('3:06', '3:48')).toBe(false);
    expect(rotation('3:07', '3:48')).toBe(true);
    expect(rotation('3:05', '3:47')).toBe(true);
  });

  test('the median interval does not include the rotation itself', () => {
    const rotation = (lastSeen: string, issued: string) =>
      witnessed(
        { key: 'A', issued: '0:00', seen: ['0:10', '0:50'] },
        { key: 'B', issued: '1:00', seen: ['1:10', lastSeen] },
        { key: 'C', issued, seen: ['2:50'] },
      )[1];
    // The other interval is 60 minutes, so the limits are a blind time of 42 and an interval of 108 minutes.
    expect(rotation('2:06', '2:48')).toBe(false);
    expect(rotation('2:07', '2:48')).toBe(true);
    expect(rotation('2:05', '2:47')).toBe(true);
  });

  test('the median interval is the middle of unordered intervals', () => {
    const rotation = (lastSeen: string, issued: string) =>
      witnessed(
        { key: 'A', issued: '0:00', seen: ['0:10', '1:20'] },
        { key: 'B', issued: '1:30', seen: ['1:40', '2:00'] },
        { key: 'C', issued: '2:10', seen: ['2:20', '3:00'] },
        { key: 'D', issued: '3:10', seen: ['3:20', lastSeen] },
        { key: 'E', issued, seen: ['5:00'] },
      )[3];
    // The other intervals are 90, 40 and 60 minutes.
    expect(rotation('4:16', '4:58')).toBe(false);
    expect(rotation('4:17', '4:58')).toBe(true);
    expect(rotation('4:15', '4:57')).toBe(true);
  });

  test('a blind time as long as any generation was served makes a rotation unwitnessed', () => {
    const rotation = (lastSeen: string) =>
      witnessed(
        { key: 'A', issued: '0:00', seen: ['0:10'] },
        { key: 'B', issued: '1:00', seen: [lastSeen] },
        { key: 'C', issued: '2:00', seen: ['2:20'] },
      )[1];
    expect(rotation('1:30')).toBe(false);
    expect(rotation('1:31')).toBe(true);
  });

  test('a single rotation is unwitnessed if over half of its interval is blind', () => {
    const rotation = (lastSeen: string) =>
      witnessed({ key: 'A', issued: '0:00', seen: ['0:10', lastSeen] }, b)[0];
    expect(rotation('0:29')).toBe(false);
    expect(rotation('0:30')).toBe(true);
  });
});

describe('dated rotations', () => {
  const rotation = (seconds: number) => {
    const samples = [
      ...createSamples({ key: 'A', seen: ['0:10', '0:30', '0:50'] }),
      ...createSamples({ key: 'B', issued: '1:00', seen: ['1:10', '1:30', '1:50'] }),
    ];
    const shifted = samples.map((sample) =>
      sample.accessKeyId === 'B' ? { ...sample, lastUpdated: at('0:50') + seconds * 1000 } : sample,
    );
    return measure(groupGenerations(shifted)).rotations[0]!;
  };

  test('LastUpdated dates a rotation if it lies in the window or two seconds outside', () => {
    expect(rotation(-3)).toMatchObject({ isDated: false, at: at('1:10') });
    expect(rotation(-2)).toMatchObject({ isDated: true, at: at('0:50') });
    expect(rotation(600)).toMatchObject({ isDated: true, at: at('1:00') });
    expect(rotation(1202)).toMatchObject({ isDated: true, at: at('1:10') });
    // The sample is taken before LastUpdated, so the clock of the host is slow.
    expect(rotation(1203)).toMatchObject({ isDated: true, at: at('1:10') + 3000 });
  });
});

test('credentials with and without their key id are one generation, not a rotation', () => {
  const times = { issued: '0:00', expires: '6:00' };
  const { rotations } = measured(
    { ...times, seen: ['0:10', '0:20', '0:30'] },
    { ...times, key: 'A', seen: ['0:40', '0:50'] },
  );
  expect(rotations).toEqual([]);
});

test('two generations that are served alternately give one rotation', () => {
  const { rotations, worstCase } = measured(
    { key: 'A', issued: '0:00', expires: '6:00', seen: ['0:10', '0:20', '0:50'] },
    { key: 'B', issued: '0:25', expires: '6:25', seen: ['0:30', '0:40', '1:00', '1:10', '1:20', '1:30'] },
  );
  expect(rotations).toHaveLength(1);
  expect(rotations[0]).toMatchObject({ isDated: false, at: at('1:20') });
  expect(worstCase.seconds).toBe(4 * 3600 + 40 * 60);
});

test('an interval that begins in a gap is unknown if LastUpdated does not change', () => {
  const issued = '0:00';
  const { rotations } = measured(
    { key: 'A', issued, seen: ['0:10', '0:30', '0:50'] },
    { key: 'B', issued, seen: ['1:10', '1:30', '1:50'] },
    { key: 'C', issued, seen: ['2:10', '2:30'] },
    { key: 'E', issued, seen: ['4:30', '4:50'] },
    { key: 'F', issued, seen: ['5:10'] },
  );
  expect(rotations.map(({ isWitnessed }) => isWitnessed)).toEqual([true, true, false, true]);
  expect(rotations.map(({ interval }) => interval)).toEqual([null, 3600, null, null]);
});

test('a generation seen before and after a pause was served during the pause', () => {
  const { gaps, watchedTime } = measured({ key: 'A', seen: ['0:10', '9:10'] });
  expect(gaps).toEqual([]);
  expect(watchedTime).toBe(9 * 3600);
});
