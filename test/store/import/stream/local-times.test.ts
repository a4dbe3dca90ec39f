import { expect, test } from 'vitest';
import { LocalTimes } from '../../../../src/store/import/stream/local-times.ts';
import { createLocalTimeConverter } from '../../../../src/store/import/time-zone.ts';
import { knownZone } from '../../../support/domain/known-zone.ts';

/** Reads local times of New York on 1 November 2026, when the clocks go back at 2:00. Returns the times in UTC. */
function read(clocks: readonly string[], lastUpdated: string | null = null) {
  const convert = createLocalTimeConverter(knownZone('America/New_York'));
  const times = new LocalTimes(convert);
  const issued = lastUpdated === null ? null : Date.parse(lastUpdated);
  return clocks.map((clock) =>
    new Date(times.toInstant(Date.parse(`2026-11-01T${clock}:00Z`), issued)).toISOString().slice(11, 16),
  );
}

test('the hour that occurs twice is read in the order of lines', () => {
  const clocks = ['00:30', '01:00', '01:30', '01:00', '01:30', '02:00'];
  expect(read(clocks)).toEqual(['04:30', '05:00', '05:30', '06:00', '06:30', '07:00']);
});

test('polls once per hour have the same local time twice', () => {
  expect(read(['00:15', '01:15', '01:15', '02:15'])).toEqual(['04:15', '05:15', '06:15', '07:15']);
});

test('the same local time twice in a log of frequent polls is one time', () => {
  expect(read(['00:59', '01:00', '01:00', '01:01'])).toEqual(['04:59', '05:00', '05:00', '05:01']);
});

test('a small step backwards is a correction of the clock', () => {
  expect(read(['01:10', '01:12', '01:11', '01:13'])).toEqual(['05:10', '05:12', '05:11', '05:13']);
});

test('a log with the newest lines first is read backwards', () => {
  const clocks = ['02:30', '02:00', '01:30', '01:00', '01:30', '01:00', '00:30'];
  expect(read(clocks)).toEqual(['07:30', '07:00', '06:30', '06:00', '05:30', '05:00', '04:30']);
});

test('a sample cannot precede LastUpdated', () => {
  expect(read(['01:30'])).toEqual(['05:30']);
  expect(read(['01:30'], '2026-11-01T06:10:00Z')).toEqual(['06:30']);
});

/** Minutes of local times. The clocks go back from 120 to 60. */
function readMinutes(walls: readonly number[], lastUpdated: number | null = null) {
  const times = new LocalTimes((wall) => {
    const minutes = wall / 60_000;
    if (minutes < 60) return [wall];
    return minutes < 120 ? [wall, wall + 3_600_000] : [wall + 3_600_000];
  });
  const issued = lastUpdated === null ? null : lastUpdated * 60_000;
  return walls.map((wall) => times.toInstant(wall * 60_000, issued) / 60_000);
}

test.each([
  [[59], null, [59]],
  [[60], null, [60]],
  [[60], 61, [60]],
  [[60], 61.001, [120]],
  // A tie means the first occurrence.
  [[0, 45, 60], null, [0, 45, 60]],
  [[0, 46, 60], null, [0, 46, 120]],
  // A repeated time does not change the time between two lines.
  [[0, 46, 46, 60], null, [0, 46, 46, 120]],
  [[130, 125, 110, 65, 115], null, [190, 185, 170, 125, 115]],
  // A step forwards of up to two minutes is a correction of the clock.
  [[130, 125, 110, 112], null, [190, 185, 170, 172]],
  [[130, 125, 110, 112.001], null, [190, 185, 170, 112.001]],
  [[199, 125, 110], null, [259, 185, 170]],
  [[200, 125, 110], null, [260, 185, 110]],
  [[140, 300, 140, 110], null, [200, 360, 200, 170]],
  [[300, 140, 110], null, [360, 200, 110]],
])('the local times %j of a document of %j are %j', (walls, lastUpdated, expected) => {
  expect(readMinutes(walls, lastUpdated)).toEqual(expected);
});
