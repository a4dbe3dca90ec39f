import { expect, test } from 'vitest';
import { parseExpirationFlag, resolveExpiration } from '../../../src/cli/flags/expiration-flag.ts';

const NOW = Date.parse('2026-11-29T12:00:00Z');
const AT = Date.parse('2026-11-29T13:30:00Z');

test.each([
  ['90m', AT],
  [' 1h30m ', AT],
  ['2026-11-29T13:30:00Z', AT],
  ['2026-11-29T14:30:00+01:00', AT],
  // The output `aws-expiration` of GitHub's action for AWS has these quotes.
  ['"2026-11-29T13:30:00.000Z"', AT],
])('%s is an expiration', (text, expected) => {
  expect(resolveExpiration(parseExpirationFlag(text), NOW)).toBe(expected);
});

test.each([
  ['2026-11-29T13:30:00', 'has no time zone'],
  ['2026-11-29 13:30', 'has no seconds'],
  ['2026-11-29T13:30+01:00', 'has no seconds'],
  ['2026-11-29', 'is not a time'],
  ['13:30', 'is not a time'],
  ['', 'is not a time'],
  ['"', 'is not a time'],
])('%j is no expiration', (text, problem) => {
  expect(() => parseExpirationFlag(text)).toThrow(
    expect.objectContaining({ message: expect.stringContaining(problem) }),
  );
});
