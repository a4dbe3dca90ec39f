import { expect, test } from 'vitest';
import {
  findAmbiguousZone,
  parseZone,
  readZone,
  skipUnknownZone,
  ZONE_SOURCE,
} from '../../../../src/store/import/timestamps/zones.ts';

const HOURS: readonly (readonly [hours: number, names: string])[] = [
  [0, 'UTC GMT Z UT UCT WET'],
  [1, 'WEST CET MEZ BST'],
  [2, 'CEST MESZ EET SAST'],
  [3, 'EEST MSK'],
  [8, 'HKT SGT AWST'],
  [9, 'JST KST'],
  [9.5, 'ACST'],
  [10, 'AEST'],
  [10.5, 'ACDT'],
  [11, 'AEDT'],
  [12, 'NZST'],
  [13, 'NZDT'],
  [-3, 'BRT'],
  [-4, 'EDT'],
  [-5, 'EST CDT'],
  [-6, 'MDT'],
  [-7, 'MST PDT'],
  [-8, 'PST AKDT'],
  [-9, 'AKST'],
  [-10, 'HST'],
];

test.each(HOURS.flatMap(([hours, names]) => names.split(' ').map((name) => [name, hours] as const)))(
  'the zone %s is %d hours ahead of UTC',
  (name, hours) => {
    expect(parseZone(name)).toBe(hours * 3_600_000);
  },
);

test.each([
  ['+0000', 0],
  ['+00:00', 0],
  ['+00', 0],
  ['+01', 60],
  ['+01:30', 90],
  ['+0130', 90],
  ['-05:00', -300],
  ['-0545', -345],
  ['\u221205:00', -300],
  ['UTC+1', 60],
  ['GMT-9', -540],
  ['UTC+01:00', 60],
  ['GMT-0330', -210],
  ['+14:00', 840],
  ['+14:59', 899],
  ['+15:00', null],
  ['+01:59', 119],
  ['+01:60', null],
  ['x+01:00', null],
  ['+01:00x', null],
  ['UTCGMT+01:00', null],
  ['+:00', null],
  ['+00001', null],
  ['01:00', null],
  ['CST', null],
  ['XYZ', null],
  [undefined, null],
])('the offset %s is %j minutes', (zone, minutes) => {
  expect(parseZone(zone)).toBe(minutes === null ? null : minutes * 60_000);
});

test.each(['CST', 'IST', 'AST'])('the name %s means several zones', (name) => {
  expect(findAmbiguousZone(name)).toBe(name);
});

test.each(['EST', '', undefined])('the name %s does not mean several zones', (name) => {
  expect(findAmbiguousZone(name)).toBeNull();
});

test.each([
  ['+01:00', '+01:00'],
  ['+0100x', '+0100'],
  ['+010', '+01'],
  ['-01', '-01'],
  ['\u221201:00', '\u221201:00'],
  ['UTC-01:00', 'UTC-01:00'],
  ['GMT+0100', 'GMT+0100'],
  ['UTC+1', 'UTC+1'],
  ['GMT-9 x', 'GMT-9'],
  ['Z ', 'Z'],
  ['EST', 'EST'],
  ['UT', 'UT'],
  ['ABCDE', 'ABCDE'],
  ['+1', null],
  ['Zx', null],
  ['ESTx', null],
  ['E', null],
  ['ABCDEF', null],
  ['est', null],
  ['CET+1', 'CET'],
])('the zone in %j is %j', (text, zone) => {
  expect(new RegExp(ZONE_SOURCE, 'y').exec(text)?.[0] ?? null).toBe(zone);
});

test.each([
  ['01 UTC x', 2, { offset: 0, ambiguousZone: null, end: 6 }],
  ['01+0100', 2, { offset: 3_600_000, ambiguousZone: null, end: 7 }],
  ['01 CST', 2, { offset: null, ambiguousZone: 'CST', end: 6 }],
  ['01 WARN', 2, { offset: null, ambiguousZone: null, end: 2 }],
  ['01', 2, { offset: null, ambiguousZone: null, end: 2 }],
])('the zone in %j after position %d is %j', (text, at, zone) => {
  expect(readZone(text, at)).toEqual(zone);
});

test.each([
  ['01 WIB 2026', 6],
  ['01WIB 2026', 5],
  ['01 INFO 2026', null],
  ['01 WIB', null],
  ['01 2026', null],
])('the unknown zone in %j ends at %j', (text, end) => {
  expect(skipUnknownZone(text, 2)).toBe(end);
});
