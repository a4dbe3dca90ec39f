import { expect, test } from 'vitest';
import { areOverlapping, orderGenerations } from '../../../src/domain/measurement/issue-order.ts';

const seen = (firstSeen: number, lastSeen: number) => ({ firstSeen, lastSeen });

const generation = (
  accessKeyId: string,
  firstSeen: number,
  lastSeen: number,
  lastUpdated: number | null = null,
  expiration = 1000,
) => ({ accessKeyId, firstSeen, lastSeen, lastUpdated, expiration, zoneless: false });

test('generations overlap only if each was seen before the last sample of the other', () => {
  expect(areOverlapping(seen(0, 11), seen(10, 20))).toBe(true);
  expect(areOverlapping(seen(10, 20), seen(0, 11))).toBe(true);
  expect(areOverlapping(seen(0, 10), seen(10, 20))).toBe(false);
  expect(areOverlapping(seen(10, 20), seen(0, 10))).toBe(false);
  expect(areOverlapping(seen(0, 30), seen(10, 20))).toBe(true);
});

test('overlapping generations are ordered by LastUpdated, all others by their samples', () => {
  const keys = (...generations: ReturnType<typeof generation>[]) =>
    orderGenerations(generations).map(({ accessKeyId }) => accessKeyId);
  expect(keys(generation('B', 20, 30), generation('C', 40, 50), generation('A', 0, 10))).toEqual([
    'A',
    'B',
    'C',
  ]);
  expect(keys(generation('B', 0, 30, 5), generation('A', 10, 40, 1))).toEqual(['A', 'B']);
  expect(keys(generation('B', 0, 30, 5), generation('C', 10, 40, null))).toEqual(['B', 'C']);
  expect(keys(generation('B', 0, 10, 5), generation('C', 10, 40, 1))).toEqual(['B', 'C']);
});

test('generations with equal samples are ordered by the other values in any order of the input', () => {
  const expected = ['D', 'E', 'A', 'B', 'C'];
  const generations = [
    generation('D', 0, 5),
    generation('E', 0, 10, 1, 900),
    generation('A', 0, 10, 1, 1000),
    generation('B', 0, 10, 1, 1000),
    generation('C', 0, 10, 2, 800),
  ];
  for (const input of [
    generations,
    generations.toReversed(),
    [...generations.slice(3), ...generations.slice(0, 3)],
  ]) {
    expect(orderGenerations(input).map(({ accessKeyId }) => accessKeyId)).toEqual(expected);
  }
});
