import { describe, expect, test } from 'vitest';
import { createTimeFormat, UTC_TIMES } from '../../../src/report/text/time-format.ts';
import { knownZone } from '../../support/domain/known-zone.ts';

const timesIn = (zone: string) => createTimeFormat(knownZone(zone));
const AT = Date.parse('2026-11-22T16:18:15.999Z');

describe('TimeFormat', () => {
  test.each([
    ['UTC', '2026-11-22 16:18:15Z'],
    ['Etc/UTC', '2026-11-22 16:18:15Z'],
    ['Europe/London', '2026-11-22 16:18:15+00:00'],
    ['Europe/Berlin', '2026-11-22 17:18:15+01:00'],
    ['Asia/Kolkata', '2026-11-22 21:48:15+05:30'],
    ['Asia/Kathmandu', '2026-11-22 22:03:15+05:45'],
    ['America/St_Johns', '2026-11-22 12:48:15-03:30'],
    ['Pacific/Kiritimati', '2026-11-23 06:18:15+14:00'],
    ['-09:30', '2026-11-22 06:48:15-09:30'],
  ])('a time in %s is written as %s', (zone, expected) => {
    expect(timesIn(zone).timestamp(AT)).toBe(expected);
  });

  test('the date is the date in the zone', () => {
    expect(UTC_TIMES.date(AT)).toBe('2026-11-22');
    expect(timesIn('Asia/Tokyo').date(AT)).toBe('2026-11-23');
  });

  test('a short time omits the date of today in the zone', () => {
    const [now, later] = [AT, AT + 8 * 3_600_000];
    expect(timesIn('Asia/Tokyo').shortTimestamp(later, now)).toBe('09:18:15+09:00');
    expect(timesIn('Europe/Berlin').shortTimestamp(later, now)).toBe('2026-11-23 01:18:15+01:00');
    expect(UTC_TIMES.shortTimestamp(later, now)).toBe('2026-11-23 00:18:15Z');
  });

  test('a span across the end of summer time has both offsets', () => {
    const from = Date.parse('2026-10-25T00:30:00Z');
    expect(timesIn('Europe/Berlin').span(from, from + 3_600_000)).toBe(
      '2026-10-25 02:30:00+02:00 to 02:30:00+01:00',
    );
  });
});
