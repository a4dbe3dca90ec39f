import { describe, expect, test } from 'vitest';
import { LocalTimes } from '../../../../src/store/import/stream/local-times.ts';
import { resolveObservationTime } from '../../../../src/store/import/stream/observation-time.ts';
import { createLocalTimeConverter } from '../../../../src/store/import/time-zone.ts';
import { readTimestamp } from '../../../../src/store/import/timestamps/families.ts';
import { knownZone } from '../../../support/domain/known-zone.ts';

interface Options {
  date?: string;
  reference?: string;
  lastUpdated?: string;
  zone?: string;
}

const toInstant = (text: string | undefined) => (text === undefined ? null : Date.parse(text));

/** The time of the sample, the clock offset in seconds, and the local time. */
function resolve(text: string | null, { date, reference, lastUpdated, zone }: Options = {}) {
  const convert = createLocalTimeConverter(knownZone(zone ?? '+02:00'));
  const time = resolveObservationTime(
    text === null ? null : readTimestamp(text),
    toInstant(date),
    toInstant(reference),
    toInstant(lastUpdated),
    new LocalTimes(convert),
    zone !== undefined,
  );
  if (time === null) return null;
  const format = (instant: number) => new Date(instant).toISOString();
  return [format(time.observedAt), time.clockOffset, time.localTime === null ? null : format(time.localTime)];
}

const NOON = '2026-11-20T12:00:00.000Z';

describe('the time of a poll', () => {
  test.each<[string | null, Options, unknown]>([
    [null, {}, null],
    [null, { date: NOON }, [NOON, 0, null]],
    ['2026-11-20T12:00:00Z', {}, [NOON, null, null]],
    ['2026-11-20T12:00:00.999Z', {}, [NOON, null, null]],
    ['2026-11-20T13:00:00+01:00', {}, [NOON, null, null]],
    // A time without seconds is the last second of its minute.
    ['2026-11-20T12:00Z', {}, ['2026-11-20T12:00:59.000Z', null, null]],
    ['2026/11/20 12:00 +0000', {}, ['2026-11-20T12:00:59.000Z', null, null]],
    ['11/20/2026 2:00 PM', {}, ['2026-11-20T12:00:59.000Z', null, '2026-11-20T14:00:59.000Z']],
    ['20.11.2026 14:00', {}, ['2026-11-20T12:00:59.000Z', null, '2026-11-20T14:00:59.000Z']],
    ['2026-11-20 14:00:00.5', {}, [NOON, null, '2026-11-20T14:00:00.500Z']],
    ['2026-11-20 14:00:00', { date: NOON, zone: '+02:00' }, [NOON, 0, '2026-11-20T14:00:00.000Z']],
    ['2026-11-20 14:07:29', { date: NOON }, ['2026-11-20T12:07:29.000Z', 449, null]],
    ['2026-11-20 14:07:31', { date: NOON }, ['2026-11-20T11:52:31.000Z', -449, null]],
    ['2026-11-20 12:07:30', { date: NOON }, ['2026-11-20T11:52:30.000Z', -450, null]],
    ['2026-11-20T12:00:00Z', { date: NOON }, [NOON, 0, null]],
    ['2026-11-20T12:00:00.999Z', { date: NOON }, [NOON, 0, null]],
    ['2026-11-20T12:00:01Z', { date: NOON }, ['2026-11-20T12:00:01.000Z', 1, null]],
    ['2026-11-20T12:00:02.001Z', { date: NOON }, ['2026-11-20T12:00:02.000Z', 2, null]],
    ['2026-11-20T11:59:58Z', { date: NOON }, ['2026-11-20T11:59:58.000Z', -2, null]],
  ])('the time of a poll from the timestamp %j with the options %j is %j', (text, options, expected) => {
    expect(resolve(text, options)).toEqual(expected);
  });

  test('the time of a poll in an hour that occurs twice is not before LastUpdated', () => {
    const zone = 'America/New_York';
    const read = (lastUpdated: string) => resolve('2026-11-01 01:30:00', { zone, lastUpdated })?.[0];
    expect(read('2026-11-01T05:00:00Z')).toBe('2026-11-01T05:30:00.000Z');
    expect(read('2026-11-01T06:10:00Z')).toBe('2026-11-01T06:30:00.000Z');
  });
});

describe('a timestamp without a year', () => {
  test.each<[string, Options, string | null]>([
    ['Nov 20 12:00:00 UTC', {}, null],
    ['Nov 20 12:00:00 UTC', { reference: '2026-11-20T13:00:00Z' }, NOON],
    ['Nov 20 12:00:00 UTC', { reference: '2027-02-01T13:00:00Z' }, NOON],
    ['Nov 20 12:00:00 UTC', { reference: '2026-01-02T13:00:00Z' }, '2025-11-20T12:00:00.000Z'],
    ['Jan  2 12:00:00 UTC', { reference: '2025-12-31T13:00:00Z' }, '2026-01-02T12:00:00.000Z'],
    ['Nov 20 12:00:00 UTC', { date: '2024-11-20T12:00:00Z', reference: NOON }, '2024-11-20T12:00:00.000Z'],
    ['Feb 29 12:00:00 UTC', { reference: '2028-03-01T00:00:00Z' }, '2028-02-29T12:00:00.000Z'],
  ])('the timestamp %j without a year, with the options %j, is %j', (text, options, expected) => {
    expect(resolve(text, options)?.[0] ?? null).toBe(expected);
  });
});

describe('a date whose day and month may be swapped', () => {
  test.each<[string, Options, string | null]>([
    ['11/12/2026 12:00:00', {}, null],
    ['11/12/2026 12:00:00', { reference: '2026-11-12T13:00:00Z' }, '2026-11-12T10:00:00.000Z'],
    ['11/12/2026 12:00:00', { reference: '2026-12-11T13:00:00Z' }, '2026-12-11T10:00:00.000Z'],
    ['11/20/2026 12:00:00', {}, '2026-11-20T10:00:00.000Z'],
  ])('the ambiguous date %j with the options %j is %j', (text, options, expected) => {
    expect(resolve(text, options)?.[0] ?? null).toBe(expected);
  });
});
