import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Sample } from '../../../src/domain/model.ts';
import { createLocalTimeConverter, ZoneCheck } from '../../../src/store/import/time-zone.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('createLocalTimeConverter', () => {
  const noon = Date.UTC(2026, 0, 31, 12);
  const hoursLater = (zone: string, local = noon) => {
    const convert = createLocalTimeConverter(zone);
    return convert && (convert(local) - local) / HOUR;
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
    'an hour that occurs twice means its first occurrence on a machine in %s',
    (machineZone) => {
      vi.stubEnv('TZ', machineZone);
      onTestFinished(() => {
        vi.unstubAllEnvs();
      });
      expect(hoursLater('Europe/Berlin', Date.UTC(2026, 9, 25, 2, 14))).toBe(-2);
      expect(hoursLater('America/New_York', Date.UTC(2026, 10, 1, 1, 30))).toBe(4);
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
      return convert && (convert(local) - local) / HOUR;
    });
    expect(hours).toEqual([-2, -1, -1, -2, -2, -2, -1, -1]);
  });
});

describe('ZoneCheck', () => {
  const START = Date.UTC(2026, 0, 31, 12);

  /** @param pairs minutes of `LastUpdated` and of the sample */
  function findConflict(...pairs: [lastUpdated: number | null, observedAt: number][]) {
    const check = new ZoneCheck();
    for (const [lastUpdated, observedAt] of pairs) {
      const sample: Sample = {
        accessKeyId: '',
        lastUpdated: lastUpdated === null ? null : START + lastUpdated * MINUTE,
        expiration: START + 10 * HOUR,
        zoneless: false,
        observedAt: START + observedAt * MINUTE,
        clockOffset: null,
      };
      check.add(sample);
    }
    return check.findConflict();
  }

  test('a log without a contradiction has no conflict', () => {
    expect(findConflict()).toBeNull();
    expect(findConflict([null, 0], [null, 60])).toBeNull();
    expect(findConflict([0, 10], [0, 40], [60, 70], [120, 130])).toBeNull();
  });

  test('a sample more than one minute before its LastUpdated is early', () => {
    expect(findConflict([1, 0])).toBeNull();
    expect(findConflict([1 + 1 / 60, 0])).toMatchObject({ kind: 'early', seconds: 61 });
    expect(findConflict([1 + 1.5 / 60, 0])).toMatchObject({ seconds: 61 });
    expect(findConflict([0, 10], [60, 59], [120, 100])).toMatchObject({ kind: 'early', seconds: 1200 });
  });

  test('rotations that are all seen over 15 minutes after LastUpdated are late', () => {
    // Each rotation is at most as early as the last sample before it.
    expect(findConflict([0, 80], [60, 135])).toMatchObject({ kind: 'late', seconds: 1200 });
    expect(findConflict([0, 80], [60, 136], [120, 140])).toMatchObject({ kind: 'late', seconds: 960 });
    expect(findConflict([0, 75], [60, 135])).toBeNull();
    expect(findConflict([0, 75 + 1 / 60], [60, 135])).toMatchObject({ kind: 'late', seconds: 901 });
    // One rotation that was seen when it happened is enough.
    expect(findConflict([0, 80], [60, 135], [130, 140])).toBeNull();
  });

  test('the suggested zone has no contradiction, whole hours and small offsets first', () => {
    // The log is in UTC+2, so its samples are two hours late.
    expect(findConflict([0, 130], [0, 170], [60, 190], [60, 230])).toMatchObject({
      kind: 'late',
      suggestedZone: '+02:00',
    });
    // The log is in UTC-5.
    expect(findConflict([0, -290], [60, -230])).toMatchObject({ kind: 'early', suggestedZone: '-05:00' });
    // The log is in UTC+5:30, and no whole hour fits: each rotation is seen within 20 minutes.
    expect(findConflict([0, 340], [20, 352])).toMatchObject({
      kind: 'late',
      suggestedZone: '+05:30',
    });
    // UTC+5:15, +5:30 and +5:45 fit too, but +6:00 is a whole hour.
    expect(findConflict([0, 372], [60, 420])).toMatchObject({ suggestedZone: '+06:00' });
    // The contradiction may be up to one minute larger or smaller than the offset of the zone.
    expect(findConflict([0, 119], [60, 180])).toMatchObject({ kind: 'late', suggestedZone: '+01:00' });
    expect(findConflict([0, 121], [60, 181])).toMatchObject({ kind: 'late', suggestedZone: '+01:00' });
    expect(findConflict([0, 121 + 1 / 60], [60, 181])).toMatchObject({ suggestedZone: '+02:00' });
    expect(findConflict([0, -61], [60, 30])).toMatchObject({ kind: 'early', suggestedZone: '-01:00' });
    // Without a rotation, the sample may be up to an hour later than LastUpdated.
    expect(findConflict([0, -61])).toMatchObject({ kind: 'early', seconds: 3660, suggestedZone: '-01:00' });
    expect(findConflict([0, -61 - 1 / 60])).toMatchObject({ suggestedZone: '-02:00' });
    // Zones differ from UTC by multiples of 15 minutes.
    expect(findConflict([0, 354], [10, 356])).toMatchObject({ suggestedZone: '+05:45' });
    // Zones are at most 14 hours off.
    expect(findConflict([0, 850], [10, 851])).toMatchObject({ suggestedZone: '+14:00' });
    expect(findConflict([0, 866], [10, 866])).toMatchObject({ kind: 'late', suggestedZone: null });
    expect(findConflict([0, -840])).toMatchObject({ suggestedZone: '-14:00' });
    expect(findConflict([0, -850])).toMatchObject({ kind: 'early', suggestedZone: null });
    expect(findConflict([0, 20 * 60 + 5], [60, 20 * 60 + 65])).toMatchObject({ suggestedZone: null });
  });
});
