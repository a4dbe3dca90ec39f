import { describe, expect, test } from 'vitest';
import type { Sample } from '../../../src/domain/model.ts';
import { ZoneCheck } from '../../../src/store/import/zone-check.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

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
      check.add(sample, 'imds', sample.observedAt);
    }
    const conflict = check.findConflict();
    return conflict && { ...conflict, first: conflict.fittingZones[0] };
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
      first: '+02:00',
    });
    // The log is in UTC-5.
    expect(findConflict([0, -290], [60, -230])).toMatchObject({ kind: 'early', first: '-05:00' });
    // The log is in UTC+5:30, and no whole hour fits: each rotation is seen within 20 minutes.
    expect(findConflict([0, 340], [20, 352])).toMatchObject({
      kind: 'late',
      first: '+05:30',
    });
    // UTC+5:15, +5:30 and +5:45 fit too, but +6:00 is a whole hour.
    expect(findConflict([0, 372], [60, 420])).toMatchObject({ first: '+06:00' });
    // The contradiction may be up to one minute larger or smaller than the offset of the zone.
    expect(findConflict([0, 119], [60, 180])).toMatchObject({ kind: 'late', first: '+01:00' });
    expect(findConflict([0, 121], [60, 181])).toMatchObject({ kind: 'late', first: '+01:00' });
    expect(findConflict([0, 121 + 1 / 60], [60, 181])).toMatchObject({ first: '+02:00' });
    expect(findConflict([0, -61], [60, 30])).toMatchObject({ kind: 'early', first: '-01:00' });
    // All zones that fit are listed.
    expect(findConflict([0, -290])).toMatchObject({ fittingZones: ['-05:00'] });
    expect(findConflict([0, 300], [240, 600])).toMatchObject({
      fittingZones: ['+01:00', '+02:00', '+03:00', '+04:00', '+05:00'],
    });
    // Without a rotation, the sample may be up to an hour later than LastUpdated.
    expect(findConflict([0, -61])).toMatchObject({ kind: 'early', seconds: 3660, first: '-01:00' });
    expect(findConflict([0, -61 - 1 / 60])).toMatchObject({ first: '-02:00' });
    // Zones differ from UTC by multiples of 15 minutes.
    expect(findConflict([0, 354], [10, 356])).toMatchObject({ first: '+05:45' });
    // Zones are at most 14 hours off.
    expect(findConflict([0, 850], [10, 851])).toMatchObject({ first: '+14:00' });
    expect(findConflict([0, 866], [10, 866])).toMatchObject({ kind: 'late', fittingZones: [] });
    expect(findConflict([0, -840])).toMatchObject({ first: '-14:00' });
    expect(findConflict([0, -850])).toMatchObject({ kind: 'early', fittingZones: [] });
    expect(findConflict([0, 20 * 60 + 5], [60, 20 * 60 + 65])).toMatchObject({ fittingZones: [] });
  });

  /**
   * An endpoint that rotates every 63 minutes, polled every hour.
   * @param shift minutes by which the times of the log are later than UTC
   */
  function findSuspected(shift: number, { generations = 24, every = 60, period = 63 } = {}) {
    const check = new ZoneCheck();
    for (let at = 0; at < generations * period; at += every) {
      const lastUpdated = START + Math.floor(at / period) * period * MINUTE;
      const observedAt = START + (at + shift) * MINUTE;
      const expiration = lastUpdated + 6 * HOUR;
      check.add(
        { accessKeyId: '', lastUpdated, expiration, zoneless: false, observedAt, clockOffset: null },
        'imds',
        observedAt,
      );
    }
    return { conflict: check.findConflict(), suspected: check.findSuspectedZone() };
  }

  test('local time east of UTC is suspected if polls are as rare as the shift', () => {
    expect(findSuspected(60)).toEqual({
      conflict: null,
      suspected: { kind: 'late', seconds: 3600, zone: '+01:00' },
    });
    expect(findSuspected(59.5).suspected).toEqual({ kind: 'late', seconds: 3570, zone: '+01:00' });
    expect(findSuspected(130, { every: 120, period: 125 }).suspected).toMatchObject({ zone: '+02:00' });
  });

  test('rotations close to the polls are late, too', () => {
    expect(findSuspected(60, { period: 60 }).suspected).toMatchObject({ zone: '+01:00' });
  });

  test('polls shortly before each rotation are not late', () => {
    expect(findSuspected(59.5, { period: 60 }).suspected).toBeNull();
  });

  test('a single generation is late if its samples are older than rotations are apart', () => {
    const findSingle = (...ages: readonly number[]) => {
      const check = new ZoneCheck();
      for (const age of ages) {
        const observedAt = START + age * 1000;
        const times = { lastUpdated: START, expiration: START + 6 * HOUR, observedAt, clockOffset: null };
        check.add({ accessKeyId: '', zoneless: false, ...times }, 'imds', observedAt);
      }
      return check.findSuspectedZone();
    };
    expect(findSingle(3720, 4400)).toEqual({ kind: 'late', seconds: 3720, zone: '+01:00' });
    // Rotations that are 1h 04m 08s apart were published.
    expect(findSingle(3720, 3848)).toBeNull();
    expect(findSingle(3720, 3849)).not.toBeNull();
    expect(findSingle(3000, 4400)).toBeNull();
  });

  test.each([
    [6.64, null],
    [6.65, { kind: 'long', seconds: 23_940, zone: null }],
    [11, { kind: 'long', seconds: 39_600, zone: null }],
  ])('without LastUpdated, credentials that are valid for %d hours are long', (hours, suspected) => {
    const check = new ZoneCheck();
    const expiration = START + hours * HOUR;
    const times = { lastUpdated: null, observedAt: START, clockOffset: null };
    const sample = { accessKeyId: '', expiration, zoneless: false, ...times };
    check.add(sample, 'role', START);
    expect(check.findSuspectedZone()).toBeNull();
    check.add(sample, 'imds', START);
    expect(check.findSuspectedZone()).toEqual(suspected);
  });

  test('no zone is suspected without a shift, with a small one, or with few generations', () => {
    for (const shift of [0, 15, 30, 45, 58, -60]) expect(findSuspected(shift).suspected).toBeNull();
    expect(findSuspected(60, { generations: 5 }).suspected).not.toBeNull();
    expect(findSuspected(60, { generations: 4 }).suspected).toBeNull();
    // Polled twice as rarely as the endpoint rotates, samples can miss all fresh credentials.
    expect(findSuspected(60, { every: 180, period: 60 }).suspected).toBeNull();
  });
});
