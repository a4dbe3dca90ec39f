import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createLocalTimeConverter } from '../../../src/store/import/time-zone.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('createLocalTimeConverter', () => {
  const noon = Date.UTC(2026, 0, 31, 12);
  const hoursLater = (zone: string, local = noon) => {
    const convert = createLocalTimeConverter(zone);
    return convert && (convert(local)[0] - local) / HOUR;
  };

  test.each([
    ['UTC', 0],
    ['gmt', 0],
    ['z', 0],
    ['+02:00', -2],
    ['-05:00', 5],
    ['+0530', -5.5],
    ['UTC+1', -1],
    ['GMT-3', 3],
    ['utc+1', -1],
    ['+1', -1],
    ['+00:30', -0.5],
    ['-0030', 0.5],
    ['+14', -14],
    ['+00001', null],
    ['01:00', null],
    ['+23:00', null],
    ['UTCx', null],
    ['xUTC', null],
    ['+15', null],
    ['+01:60', null],
    ['+01:59', -1 - 59 / 60],
    ['+1:5', null],
    ['x+01:00', null],
    ['+01:00x', null],
    ['America/New_York', 5],
    ['Europe/Berlin', -1],
    ['Asia/Kolkata', -5.5],
    ['Mars/Olympus', null],
    ['', null],
  ])('noon in the zone %j is %j hours later in UTC', (zone, hours) => {
    expect(hoursLater(zone)).toBe(hours);
  });

  test('the offset of a zone changes at the exact minute', () => {
    expect(hoursLater('Europe/Berlin', Date.UTC(2026, 2, 29, 1, 59, 59))).toBe(-1);
    expect(hoursLater('Europe/Berlin', Date.UTC(2026, 2, 29, 3))).toBe(-2);
    expect(hoursLater('Europe/Berlin', Date.UTC(2026, 9, 25, 2, 59, 59))).toBe(-2);
    expect(hoursLater('Europe/Berlin', Date.UTC(2026, 9, 25, 3))).toBe(-1);
  });

  test('the zone `local` is the zone of the machine', () => {
    expect(hoursLater('local')).toBe(new Date(noon).getTimezoneOffset() / 60);
  });

  test.each(['UTC', 'Europe/Berlin', 'America/New_York'])(
    'an hour that occurs twice has two instants on a machine in %s',
    (machineZone) => {
      vi.stubEnv('TZ', machineZone);
      onTestFinished(() => {
        vi.unstubAllEnvs();
      });
      expect(hoursLater('Europe/Berlin', Date.UTC(2026, 9, 25, 2, 14))).toBe(-2);
      expect(hoursLater('America/New_York', Date.UTC(2026, 10, 1, 1, 30))).toBe(4);
      const twice = Date.UTC(2026, 10, 1, 1, 30);
      expect(createLocalTimeConverter('America/New_York')?.(twice)).toEqual([
        twice + 4 * HOUR,
        twice + 5 * HOUR,
      ]);
      expect(createLocalTimeConverter('America/New_York')?.(twice + HOUR)).toEqual([twice + 6 * HOUR]);
    },
  );

  test('a zone with summer time has the offset of each date, in any order', () => {
    const convert = createLocalTimeConverter('Europe/Berlin');
    const hours = [
      [2026, 6, 1, 12],
      [2026, 0, 1, 12],
      // The clock goes forward at 2:00 on 29 March, and back at 3:00 on 25 October.
      [2026, 2, 29, 1],
      [2026, 2, 29, 3],
      [2026, 9, 25, 1],
      // This hour occurs twice. The first one counts.
      [2026, 9, 25, 2],
      [2026, 9, 25, 3],
      // This hour does not occur.
      [2026, 2, 29, 2],
    ].map(([year = 0, month = 0, day = 0, hour = 0]) => {
      const local = Date.UTC(year, month, day, hour, 14, 59, 999);
      return convert && (convert(local)[0] - local) / HOUR;
    });
    expect(hours).toEqual([-2, -1, -1, -2, -2, -2, -1, -1]);
  });
});
