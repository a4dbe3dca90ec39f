import { expect, test } from 'vitest';
// @ts-expect-error: JavaScript
import { summarise } from '../../bench/harness/statistics.mjs';

test.each([
  { values: [7], expected: { median: 7, low: 7, high: 7 } },
  { values: [3, 1], expected: { median: 2, low: 1.5, high: 2.5 } },
  { values: [10, 9, 1, 2, 3], expected: { median: 3, low: 2, high: 9 } },
  { values: [4, 1, 3, 2], expected: { median: 2.5, low: 1.75, high: 3.25 } },
])('the median and the quartiles of $values', ({ values, expected }) => {
  const given = [...values];
  expect(summarise(values)).toEqual(expected);
  expect(values).toEqual(given);
});

test('no values have no median', () => {
  expect(() => summarise([])).toThrow('no values');
});
