import { expect, test } from 'vitest';
import {
  areOverlapping,
  orderColumns,
  orderGenerations,
} from '../../../src/domain/measurement/issue-order.ts';
import { createGenerations, type SeenGeneration } from '../../support/domain/generations.ts';
import { seededRandom } from '../../support/random.ts';

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

test('columns are ordered like generations', () => {
  const keys = (...generations: SeenGeneration[]) =>
    Array.from(orderColumns(createGenerations(...generations)).accessKeyIds, (key) =>
      key.slice('ASIA'.length),
    );
  expect(keys({ seen: [0, 10] }, { seen: [10, 20] }, { seen: [30, 40] })).toEqual(['0', '1', '2']);
  expect(keys({ seen: [0, 10] }, { seen: [30, 40] }, { seen: [10, 20] })).toEqual(['0', '2', '1']);
  // The last two overlap, and the last one was issued first.
  const overlapping = [
    { seen: [0, 10], issued: 0 },
    { seen: [20, 40], issued: 15 },
    { seen: [30, 50], issued: 12 },
  ] as const;
  expect(keys(...overlapping)).toEqual(['0', '2', '1']);
  expect(keys(...overlapping.slice(1))).toEqual(['1', '0']);
  // Equal times are ordered by LastUpdated too.
  expect(keys({ seen: [10, 10], issued: 5 }, { seen: [10, 10], issued: 3 })).toEqual(['1', '0']);
  expect(keys({ seen: [10, 10], expires: 50 }, { seen: [10, 10], expires: 40 })).toEqual(['1', '0']);
});

test('columns in order are not copied', () => {
  const columns = createGenerations({ seen: [0, 10] }, { seen: [10, 20] }, { seen: [21, 21] });
  expect(orderColumns(columns)).toBe(columns);
});

test('thousands of overlapping generations have the order that single insertions give', () => {
  const random = seededRandom(5);
  const generations = Array.from({ length: 1500 }, (_, index) => {
    const first = Math.floor(random() * 3000);
    const issued = random() < 0.1 ? null : first - Math.floor(random() * 500);
    return generation(`ASIA${index}`, first, first + Math.floor(random() * 300), issued, first + 1000);
  });
  const expected: typeof generations = [];
  const isBefore = (a: number | null, b: number | null) => a !== null && b !== null && a < b;
  for (const each of orderBySample(generations)) {
    const predecessor = expected.findLastIndex(
      (other) => !areOverlapping(other, each) || !isBefore(each.lastUpdated, other.lastUpdated),
    );
    expected.splice(predecessor + 1, 0, each);
  }
  expect(orderGenerations(generations)).toEqual(expected);
  expect(expected).not.toEqual(orderBySample(generations));
});

const orderBySample = (generations: readonly ReturnType<typeof generation>[]) =>
  generations.toSorted(
    (a, b) =>
      a.firstSeen - b.firstSeen ||
      a.lastSeen - b.lastSeen ||
      (a.lastUpdated ?? 0) - (b.lastUpdated ?? 0) ||
      (a.accessKeyId < b.accessKeyId ? -1 : 1),
  );
