import { expect, test } from 'vitest';
import { SkipCounter } from '../../../../src/store/import/stream/skipped-lines.ts';

test('lines are counted by reason, with the smallest number', () => {
  const counter = new SkipCounter();
  expect(counter.list()).toEqual([]);
  counter.add('a', 7, false);
  counter.add('a', 3, false);
  counter.add('a', 5, false);
  expect(counter.list()).toEqual([{ reason: 'a', count: 3, firstLine: 3, isBad: false }]);
});

test('bad lines come first, then the most frequent ones, then the earliest ones', () => {
  const counter = new SkipCounter();
  for (const [reason, line, isBad] of [
    ['late', 4, false],
    ['early', 2, false],
    ['frequent', 5, false],
    ['frequent', 6, false],
    ['bad', 9, true],
    ['bad and frequent', 10, true],
    ['bad and frequent', 11, true],
  ] as const) {
    counter.add(reason, line, isBad);
  }
  expect(counter.list().map(({ reason }) => reason)).toEqual([
    'bad and frequent',
    'bad',
    'frequent',
    'early',
    'late',
  ]);
});

test('at most 1000 reasons are kept', () => {
  const counter = new SkipCounter();
  for (let index = 0; index < 1002; index += 1) counter.add(`reason ${index}`, index, false);
  counter.add('reason 5', 2000, false);
  const reasons = new Map(counter.list().map(({ reason, count }) => [reason, count]));
  expect([
    reasons.size,
    reasons.get('reason 999'),
    reasons.get('reason 5'),
    reasons.get('other reasons'),
  ]).toEqual([1001, 1, 2, 2]);
});
