import { expect, test } from 'vitest';
import { findNameProblem } from '../../src/domain/name.ts';

test.each([
  ['', 'use 1 to 256 characters'],
  [' \t', 'use 1 to 256 characters'],
  ['x'.repeat(257), 'use 1 to 256 characters'],
  ['two\nlines', 'remove control characters'],
  ['tab\t', 'remove control characters'],
  ['\u007f', 'remove control characters'],
  ['web-\ud800', 'remove the unpaired surrogate'],
  ['web-\u{1f600}', null],
  ['x', null],
  ['x'.repeat(256), null],
  [' nächtlicher Lauf 1 ', null],
])('the name %j has the problem %j', (name, problem) => {
  expect(findNameProblem(name)).toBe(problem);
});
