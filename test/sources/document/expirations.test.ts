import { describe, expect, test } from 'vitest';
import {
  chooseExpiration,
  findUnusualForm,
  type NamedExpiration,
  readExpirations,
} from '../../../src/sources/document/expirations.ts';
import { Notes } from '../../../src/sources/notes.ts';

const at = (time: string) => Date.parse(`2026-11-22T${time}Z`);

/** Chooses among `name: value` pairs. A value that begins with `utc` or `local` implies that zone. */
function choose(values: Record<string, string>) {
  const notes = new Notes();
  const expirations = Object.entries(values).map(([name, text]): NamedExpiration => {
    const [, zone, value = ''] = /^(?:(utc|local) )?(.*)$/s.exec(text) ?? [];
    return { name, value, impliedZone: zone === 'utc' || zone === 'local' ? zone : null };
  });
  const { expiration, unreadable } = chooseExpiration(expirations, notes);
  return { expiration, unreadable: unreadable.map(({ name }) => name), notes: notes.list };
}

const disagree = (name: string, otherName: string) => [{ code: 'EXPIRATIONS_DISAGREE', name, otherName }];

describe('of several expirations', () => {
  test.each<[name: string, values: Record<string, string>, instant: number, notes: object[]]>([
    [
      'the earliest one is in the middle',
      { A: '2026-11-22T07:00:00Z', B: '2026-11-22T05:00:00Z', C: '2026-11-22T06:00:00Z' },
      at('05:00:00'),
      disagree('B', 'C'),
    ],
    [
      'only one has a zone, and it is the latest',
      { A: '2026-11-20T05:00:00', B: '2026-11-22T07:00:00Z', C: '2026-11-21T05:00:00' },
      at('07:00:00'),
      disagree('B', 'A'),
    ],
    [
      'two differ by 999 ms',
      { A: '2026-11-22T05:00:00Z', B: '2026-11-22T05:00:00.999Z' },
      at('05:00:00'),
      [],
    ],
    [
      'two differ by a second',
      { A: '2026-11-22T05:00:00Z', B: '2026-11-22T05:00:01Z' },
      at('05:00:00'),
      disagree('A', 'B'),
    ],
    ['a value is in UTC', { A: 'utc 2026-11-22 05:00:00' }, at('05:00:00'), []],
    [
      'an earlier value is not a time',
      { A: 'soon', B: '2026-11-22T05:00:00Z' },
      at('05:00:00'),
      [{ code: 'EXPIRATION_UNREADABLE', name: 'A' }],
    ],
  ])('the expected one is chosen if %s', (_, values, instant, notes) => {
    const chosen = choose(values);
    expect(chosen.expiration).toEqual({ instant, zoneless: false });
    expect(chosen.notes).toEqual(notes);
  });

  test('all values that are not times are reported in their order', () => {
    expect(choose({ B: 'soon', A: '"2026-11-22T05:00:00Z"' })).toEqual({
      expiration: null,
      unreadable: ['B', 'A'],
      notes: [
        { code: 'EXPIRATION_UNREADABLE', name: 'B' },
        { code: 'EXPIRATION_UNREADABLE', name: 'A' },
        { code: 'VALUE_QUOTED', name: 'A' },
      ],
    });
    expect(choose({})).toEqual({ expiration: null, unreadable: [], notes: [] });
  });
});

test.each<[text: string, isTime: boolean]>([
  ['2026-11-22 05:00:00 +0000', true],
  ['2026-11-22t05:00:00 +00:00', true],
  ['2026-11-22 05:00:00 GMT', true],
  ['2026-11-22 05:00:00 +0000 UTC', true],
  ['2026-11-22 05:00:00 +0000 UTCXX', true],
  ['2026-11-22 05:00:00 +0000 U', true],
  ['2026-11-22 05:00:00 +0000 +00', true],
  ['2026-11-22 05:00:00 +0000 -0000', true],
  ['2026-11-22 05:00:00 +0000 UTC m=-0.5', true],
  ['2026-11-22 05:00:00 +0000 m=+3', true],
  ['2026-11-22 05:00:00 +0000 UTCXXX', false],
  ['2026-11-22 05:00:00 +0000 utc', false],
  ['2026-11-22 05:00:00 +0000 +0', false],
  ['2026-11-22 05:00:00 +0000 +00000', false],
  ['2026-11-22 05:00:00 +0000 m=3', false],
  ['2026-11-22 05:00:00 +0000 m=+', false],
  ['2026-11-22 05:00:00 +0000 UTC soon', false],
  ['x 2026-11-22 05:00:00 +0000', false],
  ['2026-11-22T05:00:00 0000', false],
  ['2026-11-22 05:00:00 +00', false],
  ['05:00:00 +0000', false],
])('whether %j is a time: %s', (text, isTime) => {
  const { expiration } = choose({ A: text });
  expect(expiration).toEqual(isTime ? { instant: at('05:00:00'), zoneless: false } : null);
});

test.each<[text: string, instant: number | null]>([
  ['1795328591', 1_795_328_591_000],
  [' 1795328591\n', 1_795_328_591_000],
  ['1795328591123', 1_795_328_591_123],
  ['179532859', null],
  ['17953285911', null],
  ['17953285911234', null],
  ['x1795328591', null],
  ['1795328591x', null],
])('the time since 1970 %j is the instant %j', (text, instant) => {
  expect(choose({ A: text }).expiration?.instant ?? null).toBe(instant);
});

test('readExpirations keeps the order of the names and leaves out missing values', () => {
  const values: Record<string, string> = { A: '1', C: '' };
  const read = (name: string) => values[name] ?? null;
  expect(readExpirations(['C', 'B', 'A'], read, 'local')).toEqual([
    { name: 'C', value: '', impliedZone: 'local' },
    { name: 'A', value: '1', impliedZone: 'local' },
  ]);
  expect(readExpirations(['A'], read)).toEqual([{ name: 'A', value: '1', impliedZone: null }]);
});

describe('findUnusualForm', () => {
  const now = Date.parse('2026-11-22T05:00:00Z');

  test.each<[value: unknown, form: ReturnType<typeof findUnusualForm>]>([
    ['2026-11-22T06:00:00Z', null],
    ['2026-11-22T06:00:00.123456Z', null],
    ['2026-11-22T06:00:00+00:00', null],
    ['2026-11-22T06:00:00', 'no-zone'],
    ['2026-11-22T06:00:00.123456', 'no-zone'],
    ['2026-11-22 06:00:00', 'no-zone'],
    ['2026-11-22 06:00:00Z', 'not-rfc3339'],
    ['2026-11-22T06:00:00+0000', 'not-rfc3339'],
    ['2026-11-22t06:00:00z', 'not-rfc3339'],
    ['1795329600', 'epoch'],
    ['1795329600000', 'epoch'],
    [1795329600, 'number'],
    [1795329600000, null],
    ['', 'empty'],
    ['soon', null],
    [null, null],
    [undefined, null],
    [true, null],
  ])('the form of %j is %j', (value, form) => {
    expect(findUnusualForm(value, now)).toBe(form);
  });
});
