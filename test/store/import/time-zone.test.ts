import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createLocalTimeConverter } from '../../../src/store/import/time-zone.ts';
import { knownZone } from '../../support/domain/known-zone.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('createLocalTimeConverter', () => {
  const hoursLater = (zone: string, local: number) =>
    (createLocalTimeConverter(knownZone(zone))(local)[0] - local) / HOUR;

  test('the offset of a zone changes at the exact minute', () => {
    expect(hoursLater('Europe/Berlin', Date.UTC(2026, 2, 29, 1, 59, 59))).toBe(-1);
    expect(hoursLater('Europe/Berlin', Date.UTC(2026, 2, 29, 3))).toBe(-2);
    expect(hoursLater('Europe/Berlin', Date.UTC(2026, 9, 25, 2, 59, 59))).toBe(-2);
    expect(hoursLater('Europe/Berlin', Date.UTC(2026, 9, 25, 3))).toBe(-1);
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
      expect(createLocalTimeConverter(knownZone('America/New_York'))(twice)).toEqual([
        twice + 4 * HOUR,
        twice + 5 * HOUR,
      ]);
      expect(createLocalTimeConverter(knownZone('America/New_York'))(twice + HOUR)).toEqual([
        twice + 6 * HOUR,
      ]);
    },
  );

  test('a zone with summer time has the offset of each date, in any order', () => {
    const convert = createLocalTimeConverter(knownZone('Europe/Berlin'));
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
      return (convert(local)[0] - local) / HOUR;
    });
    expect(hours).toEqual([-2, -1, -1, -2, -2, -2, -1, -1]);
  });
});
