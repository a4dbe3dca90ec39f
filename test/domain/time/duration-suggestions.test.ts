import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatFlagDuration, parseDuration } from '../../../src/domain/time/duration.ts';
import { suggestDurations } from '../../../src/domain/time/duration-suggestions.ts';

test.each<[text: string, suggestions: string[]]>([
  ['5', ['5s', '5m', '5h', '5d']],
  [' 300 ', ['300s', '300m', '300h', '300d']],
  ['0.5', ['30s', '30m', '12h']],
  ['5h 55m', ['5h55m']],
  ['5 h', ['5h']],
  ['5H', ['5h']],
  ['5hours', ['5h']],
  ['5 hours', ['5h']],
  ['1hr 30min', ['1h30m']],
  ['1 hour and 30 minutes', ['1h30m']],
  ['1 day, 2 hours', ['1d02h']],
  ['90sec', ['1m30s']],
  ['2 weeks', ['14d']],
  ['1.5h', ['1h30m']],
  ['1,5h', ['1h30m']],
  ['1.1h', ['1h06m']],
  ['5h30', ['5h30m']],
  ['5m30', ['5m30s']],
  ['1m1h', ['1h01m']],
  ['5:30', ['5h30m', '5m30s']],
  ['5:30:00', ['5h30m']],
  ['00:05:00', ['5m']],
  ['pt5h', ['5h']],
  ['PT1.5H', ['1h30m']],
  ['p1dt2h', ['1d02h']],
  ['P1DT', ['1d']],
])('%s can mean %j', (text, suggestions) => {
  expect(suggestDurations(text)).toEqual(suggestions);
});

test.each([
  '',
  '5x',
  '-5h',
  '5h foo',
  'P1M',
  '5h5h',
  '5h,90m',
  '1h 1 hour',
  'PT',
  '١h',
  '5h\u001b[31m',
  '3 months',
])('%j can mean no duration', (text) => {
  expect(suggestDurations(text)).toEqual([]);
});

test.each([
  '0',
  '0h',
  '0.1s',
  '0.3333m',
  '99999999d',
  '99999999999999999999',
  '5:99',
  'constructor',
  '5 constructor',
])('%j has no suggestion that is a valid duration over 0', (text) => {
  expect(suggestDurations(text)).toEqual([]);
});

test('every suggestion is a valid duration', () => {
  const piece = fc.constantFrom(
    '5',
    '1.5',
    '90',
    'h',
    'm',
    ' ',
    ':',
    'min',
    'd',
    ',',
    'p',
    't',
    'weeks',
    'and',
    '-',
    '%',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      for (const suggestion of suggestDurations(pieces.join('')))
        expect(parseDuration(suggestion)).toBeGreaterThan(0);
    }),
  );
});

test('a duration in words keeps its length', () => {
  const amount = fc.integer({ min: 0, max: 50 });
  fc.assert(
    fc.property(amount, amount, amount, (hours, minutes, seconds) => {
      const sum = hours * 3600 + minutes * 60 + seconds;
      const text = `${hours} hours ${minutes} min and ${seconds} sec`;
      expect(suggestDurations(text)).toEqual(sum === 0 ? [] : [formatFlagDuration(sum)]);
    }),
  );
});
