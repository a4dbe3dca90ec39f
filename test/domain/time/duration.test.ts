import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  formatDuration,
  formatFlagDuration,
  isTooLongDuration,
  parseDuration,
} from '../../../src/domain/time/duration.ts';

describe('parseDuration', () => {
  test.each([
    ['90s', 90],
    ['15m', 900],
    ['1h30m', 5400],
    ['5h', 18_000],
    ['7d', 604_800],
    ['0', 0],
    ['0s', 0],
    ['0h', 0],
    ['90m', 5400],
    ['007m', 420],
    ['1d2h3m4s', 93_784],
    ['1d4s', 86_404],
    ['36525d', 3_155_760_000],
  ])('%s is a duration', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  test.each([
    ['PT5H', 18_000],
    ['PT90S', 90],
    ['PT1H30M', 5400],
    ['PT0S', 0],
    ['P7D', 604_800],
    ['P1DT2H', 93_600],
    ['P1DT2H3M4S', 93_784],
    ['P2W', 1_209_600],
  ])('%s is an ISO 8601 duration', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  test.each([
    ['an empty text', ''],
    ['a space', ' '],
    ['a number that might be minutes or hours', '5'],
    ['a unit without a number', 'h'],
    ['a trailing word', '5h foo'],
    ['a trailing newline', '5h\n'],
    ['a leading space', ' 5h'],
    ['a space between the parts', '1h 30m'],
    ['parts in the wrong order', '30m1h'],
    ['the same unit twice', '1h1h'],
    ['a fraction', '1.5h'],
    ['a negative duration', '-5h'],
    ['a plus sign', '+5h'],
    ['upper case', '5H'],
    ['a spelled-out unit', '5hours'],
    ['milliseconds', '500ms'],
    ['weeks in the short form', '1w'],
    ['years', '1y'],
    ['a clock time', '05:00'],
    ['an exponent', '1e3s'],
    ['hexadecimal', '0x10s'],
    ['digits of another script', '٥h'],
    ['more than a hundred years', '36526d'],
    ['more than a number can hold', `${'9'.repeat(400)}s`],
    ['an ISO duration without parts', 'P'],
    ['an ISO duration with an empty time', 'PT'],
    ['an ISO duration with a day and an empty time', 'P1DT'],
    ['weeks with days', 'P1W2D'],
    ['months, which have no length', 'P1M'],
    ['hours without the T', 'P5H'],
    ['an ISO fraction', 'PT1.5H'],
    ['a lower-case ISO duration', 'pt5h'],
    ['a negative ISO duration', '-PT5H'],
    ['two durations', 'PT5H5h'],
  ])('%s is not a duration', (_, text) => {
    expect(parseDuration(text)).toBeNull();
  });

  test.each([
    ['36525d', false],
    ['36526d', true],
    [`${'9'.repeat(400)}d`, true],
    ['P99999999D', true],
    ['99999999', false],
    ['99999999d foo', false],
  ])('isTooLongDuration of %s is %s', (text, expected) => {
    expect(isTooLongDuration(text)).toBe(expected);
  });

  test('a duration with other text before or after it is not a duration', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('5h', 'PT5H', '0'), fc.boolean(), (junk, good, before) => {
        const parsed = parseDuration(before ? junk + good : good + junk);
        if (parsed !== null && junk !== '') expect(junk).toMatch(/^[\ddhmsPTDHMSW]+$/);
      }),
    );
  });
});

describe('formatDuration and formatFlagDuration', () => {
  test.each([
    [0, '0s', '0s'],
    [-0.5, '0s', '0s'],
    [59, '59s', '59s'],
    [60, '1m', '1m'],
    [61, '1m 01s', '1m01s'],
    [276, '4m 36s', '4m36s'],
    [600, '10m', '10m'],
    [3605, '1h 00m 05s', '1h05s'],
    [5400, '1h 30m', '1h30m'],
    [17_976, '4h 59m 36s', '4h59m36s'],
    [18_000, '5h', '5h'],
    [18_007, '5h 00m 07s', '5h07s'],
    [21_300, '5h 55m', '5h55m'],
    [86_400, '1d', '1d'],
    [86_401, '1d 00h 00m 01s', '1d01s'],
    [183_600, '2d 03h', '2d03h'],
    [183_660, '2d 03h 01m', '2d03h01m'],
    [8_640_000, '100d', '100d'],
    [-16, '-16s', '-16s'],
    [-3600, '-1h', '-1h'],
  ])(
    '%d seconds are written as %s for people, and as %s in a command line',
    (seconds, forPeople, forFlags) => {
      expect(formatDuration(seconds)).toBe(forPeople);
      expect(formatFlagDuration(seconds)).toBe(forFlags);
    },
  );

  test('the form of a flag parses to the same duration', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 36_525 * 86_400 }), (seconds) => {
        expect(parseDuration(formatFlagDuration(seconds))).toBe(seconds);
      }),
    );
  });

  test('the form for people without spaces parses to the same duration', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 36_525 * 86_400 }), (seconds) => {
        expect(parseDuration(formatDuration(seconds).replaceAll(' ', ''))).toBe(seconds);
      }),
    );
  });
});
