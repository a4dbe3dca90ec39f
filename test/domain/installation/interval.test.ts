import { expect, test } from 'vitest';
import { findCalendar, findCronFields } from '../../../src/domain/installation/interval.ts';

test.each([
  [60, '* * * * *', '*:0/1'],
  [300, '*/5 * * * *', '*:0/5'],
  [1800, '*/30 * * * *', '*:0/30'],
  [3600, '0 * * * *', '*-*-* 0/1:00:00'],
  [6 * 3600, '0 */6 * * *', '*-*-* 0/6:00:00'],
  [24 * 3600, '0 0 * * *', '*-*-* 00:00:00'],
])(
  'an interval of %d seconds has the fields of cron and the calendar of systemd',
  (every, fields, calendar) => {
    expect(findCronFields(every)).toBe(fields);
    expect(findCalendar(every)).toBe(calendar);
  },
);

test.each([
  [10, '*:*:0/10'],
  [15, '*:*:0/15'],
  [30, '*:*:0/30'],
])('an interval of %d seconds has a calendar of systemd, but no fields of cron', (every, calendar) => {
  expect(findCronFields(every)).toBeNull();
  expect(findCalendar(every)).toBe(calendar);
});

test.each([1, 6, 25, 90, 7 * 60, 25 * 60, 45 * 60, 5 * 3600, 48 * 3600])(
  'an interval of %d seconds is too short, or divides no minute, hour or day',
  (every) => {
    expect(findCronFields(every)).toBeNull();
    expect(findCalendar(every)).toBeNull();
  },
);
