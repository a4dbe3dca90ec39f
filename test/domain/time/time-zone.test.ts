import { describe, expect, test } from 'vitest';
import { openTimeZone } from '../../../src/domain/time/time-zone.ts';
import { createRecordedZone, listOffsetChanges, UTC_ZONE } from '../../../src/domain/time/zone-offsets.ts';
import { knownZone } from '../../support/domain/known-zone.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('openTimeZone', () => {
  test.each([
    ['UTC', 0],
    ['gmt', 0],
    ['z', 0],
    ['Etc/UTC', 0],
    ['+02:00', 2],
    ['-05:00', -5],
    ['+0530', 5.5],
    ['UTC+1', 1],
    ['GMT-3', -3],
    ['utc+1', 1],
    ['+1', 1],
    ['+00:30', 0.5],
    ['-0030', -0.5],
    ['+14', 14],
    ['+01:59', 1 + 59 / 60],
    ['America/New_York', -5],
    ['america/new_york', -5],
    ['Europe/Berlin', 1],
    ['Asia/Kolkata', 5.5],
    ['Asia/Kathmandu', 5.75],
    ['Australia/Lord_Howe', 11],
    ['Pacific/Kiritimati', 14],
    ['Pacific/Pago_Pago', -11],
    ['America/St_Johns', -3.5],
    ['EST', -5],
  ])('at noon of a day in January, %j is %j hours ahead of UTC', (text, hours) => {
    expect(knownZone(text).offsetAt(Date.UTC(2026, 0, 31, 12))).toBe(hours * 3600);
  });

  test.each([
    ...['', 'Mars/Olympus', '01:00', 'UTCx', 'xUTC', 'x+01:00', '+01:00x', '+1:5', '+01:60', '+00001'],
    ...['+15', '+23:00', 'local', 'Etc/Unknown'],
  ])('%j is not a time zone', (text) => {
    expect(openTimeZone(text)).toBeNull();
  });

  test.each(['CST', 'IST', 'BST', 'pst'])(
    '%s is not a time zone, because several countries use the name',
    (text) => {
      expect(openTimeZone(text)).toBeNull();
    },
  );

  test.each([
    ['Etc/UTC', 'UTC'],
    ['europe/berlin', 'Europe/Berlin'],
    ['Asia/Kolkata', 'Asia/Kolkata'],
    ['UTC-5', '-05:00'],
    ['+0545', '+05:45'],
  ])('%s has the name %s', (text, name) => {
    expect(knownZone(text).name).toBe(name);
  });

  test('the offset changes at the exact second', () => {
    const { offsetAt } = knownZone('Europe/Berlin');
    const [spring, autumn] = [Date.UTC(2026, 2, 29, 1), Date.UTC(2026, 9, 25, 1)];
    expect([spring - 1, spring, autumn - 1, autumn].map(offsetAt)).toEqual([3600, 7200, 7200, 3600]);
  });
});

describe('listOffsetChanges', () => {
  const format = (changes: readonly (readonly [number, number])[]) =>
    changes.map(([from, offset]) => [new Date(from).toISOString(), offset / 3600]);
  const year = { from: Date.UTC(2026, 0, 1), to: Date.UTC(2027, 0, 1) };

  test.each([
    ['UTC', ['2026-01-01T00:00:00.000Z', 0]],
    ['Asia/Kolkata', ['2026-01-01T00:00:00.000Z', 5.5]],
  ])('%s has one offset', (name, expected) => {
    expect(format(listOffsetChanges(knownZone(name), year))).toEqual([expected]);
  });

  test('the changes of a year are at the hours of the law', () => {
    expect(format(listOffsetChanges(knownZone('Europe/Berlin'), year))).toEqual([
      ['2026-01-01T00:00:00.000Z', 1],
      ['2026-03-29T01:00:00.000Z', 2],
      ['2026-10-25T01:00:00.000Z', 1],
    ]);
    expect(format(listOffsetChanges(knownZone('Australia/Lord_Howe'), year))).toEqual([
      ['2026-01-01T00:00:00.000Z', 11],
      ['2026-04-04T15:00:00.000Z', 10.5],
      ['2026-10-03T15:30:00.000Z', 11],
    ]);
  });

  test('a change one minute after midnight, and a skipped day, are found', () => {
    const spring = { from: Date.UTC(2010, 2, 13, 7), to: Date.UTC(2010, 2, 15, 7) };
    expect(format(listOffsetChanges(knownZone('America/St_Johns'), spring))[1]).toEqual([
      '2010-03-14T03:31:00.000Z',
      -2.5,
    ]);
    const samoa = { from: Date.UTC(2011, 11, 29), to: Date.UTC(2012, 0, 2) };
    expect(format(listOffsetChanges(knownZone('Pacific/Apia'), samoa))).toEqual([
      ['2011-12-29T00:00:00.000Z', -10],
      ['2011-12-30T10:00:00.000Z', 14],
    ]);
  });

  test('a change at the start or at the end of the span counts once', () => {
    const change = Date.UTC(2026, 2, 29, 1);
    const berlin = knownZone('Europe/Berlin');
    expect(listOffsetChanges(berlin, { from: change, to: change + DAY })).toEqual([[change, 7200]]);
    expect(listOffsetChanges(berlin, { from: change - DAY, to: change })).toEqual([
      [change - DAY, 3600],
      [change, 7200],
    ]);
    expect(listOffsetChanges(berlin, { from: change, to: change })).toEqual([[change, 7200]]);
  });

  test('a recorded zone has the offsets of the zone in the span', () => {
    const berlin = knownZone('Europe/Berlin');
    const recorded = createRecordedZone('Europe/Berlin', listOffsetChanges(berlin, year));
    for (let at = year.from; at < year.to; at += 7 * HOUR)
      expect(recorded.offsetAt(at)).toBe(berlin.offsetAt(at));
    expect(recorded.offsetAt(year.from - DAY)).toBe(3600);
    expect(createRecordedZone('UTC', []).offsetAt(0)).toBe(UTC_ZONE.offsetAt(0));
  });
});
