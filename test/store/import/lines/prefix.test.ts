import { describe, expect, test } from 'vitest';
import {
  DATE_HEADER,
  preferZone,
  readInnerPrefix,
  readPrefix,
} from '../../../../src/store/import/lines/prefix.ts';
import { readTimestamp } from '../../../../src/store/import/timestamps/families.ts';
import { createExact } from '../../../../src/store/import/timestamps/timestamp.ts';

const AT = '2026-11-20T00:00:01Z';
const WALL = Date.UTC(2026, 10, 20, 0, 0, 1);

/** The text after the prefix. Null without a prefix. */
function readRest(text: string): string | null {
  const found = readPrefix(text);
  if (found !== null) expect(found.timestamp.wall).toBe(WALL);
  return found === null ? null : text.slice(found.end);
}

const NAMES = 'date time timestamp ts now started polled sampled at on utc'.split(' ').concat('local time');

describe('a timestamp is read behind', () => {
  test.each([
    '',
    'creds.log:',
    'logs/a-b_1.txt:',
    './x.out:',
    'CREDS.LOG:',
    'creds.log.12:',
    'creds.log-20261120:',
    'creds.log:12:',
    `${'a'.repeat(200)}.log:`,
    '     1\t',
    '1\t',
    '1234567\t',
    '[pod/poller-7c9/app] ',
    'poller-1  | ',
    'a.b| ',
    '<1>',
    '<191>',
    '<13>1 ',
    'I, [',
    ...'[("\'<{=#*~+>|-'.split('').map((sign) => `=${sign}`),
    '=\t ',
    '=== [',
    ...NAMES.flatMap((name) => [`${name} `, `${name}: `, `${name}=`, `${name.toUpperCase()} : `]),
    'ts="',
    "ts='",
    'ts=[',
    'ts=(',
    'Fri ',
    'Fri, ',
    '[Fri ',
    'creds.log: 12\t[pod/app] <13>I, [ts="Fri ',
    `${' '.repeat(40)}"`,
  ])('a timestamp is read after %j', (opener) => {
    expect(readRest(`${opener}${AT} x`)).toBe('x');
  });
});

describe('no timestamp is read behind', () => {
  test.each([
    'creds.csv:',
    'creds.log',
    'creds.log.x:',
    'creds.log.:',
    'creds.log:x:',
    'creds log:',
    `${'a'.repeat(201)}.log:`,
    '12345678\t',
    '[pod] ',
    '[pod/app]x',
    'poller-1 x| ',
    'poller-1|',
    '<1234>',
    '<x>',
    '<13>12 ',
    'II, ',
    'I ',
    '1, ',
    ...'!$%&;,:/'.split('').map((sign) => `=${sign}`),
    '{',
    ' {',
    ' "',
    ' }',
    `${' '.repeat(39)}"`,
    'dated ',
    'foo: ',
    'time:: ',
    'ts=""',
    'Frid ',
    'Fr ',
    'Fri; ',
    'Fri  ',
    'Fri, Fri ',
    'x',
  ])('no timestamp is read after %j', (opener) => {
    expect(readRest(`${opener}${AT} x`)).toBeNull();
  });

  test('no timestamp is read after the weekday of systemd if the date has slashes', () => {
    expect(readRest('=Fri 2026-11-20 00:00:01 x')).toBe('x');
    expect(readRest('=Fri 2026/11/20 00:00:01 x')).toBeNull();
  });
});

test.each([
  [' x', 'x'],
  ['\tx', 'x'],
  ['x', 'x'],
  ['] x', 'x'],
  [']   x', 'x'],
  [']\t: x', 'x'],
  ['] - x', '- x'],
  ['")> x', 'x'],
  ["'] x", 'x'],
  [']]: x', 'x'],
  [' === x', 'x'],
  ['  === x', 'x'],
  ['" - x', 'x'],
  [' #*~- x', 'x'],
  [' ---', ''],
  [' -x', '-x'],
  [': x', 'x'],
  [' : x', 'x'],
  ['| x', 'x'],
  [', x', 'x'],
  ['; x', 'x'],
  [':: x', ': x'],
  [' . x', '. x'],
  ['{', '{'],
])('after the timestamp, the text %j begins with %j', (closer, rest) => {
  expect(readRest(`=${AT}${closer}`)).toBe(rest);
  expect(readRest(`=${AT}${closer}`)).toBe(rest);
});

test('a time in brackets is not the name of a container', () => {
  expect(readPrefix('[1795132801/7] x')?.timestamp.wall).toBe(WALL);
  expect(readPrefix('[app/7] 1795132801 x')?.timestamp.wall).toBe(WALL);
});

test('a prefix is read at a position', () => {
  expect(readPrefix(`{}${AT} x`, 2)?.end).toBe(23);
  expect(readPrefix(`{}[${AT}] x`, 2)?.end).toBe(25);
  expect(readPrefix(`xx {${AT} x`, 2)).toBeNull();
  expect(readPrefix(`{ts=${AT} x`, 1)?.end).toBe(25);
});

test('the same prefix before another text is read again', () => {
  const texts = [
    ['2026-11-20 00:00:01 x', null],
    ['2026-11-20 00:00:01 CET x', 3_600_000],
    ['2026-11-20 00:00:01 {', null],
    ['2026-11-20 00:00:01 +01:00 {', 3_600_000],
    ['2026-11-20 00:00:01 {', null],
    ['2026-11-20 00:00:01 "', null],
    ['2026-11-20 00:00:01 -01:00 "', -3_600_000],
    ['[2026-11-20 00:00:01] x', null],
    ['[2026-11-20 00:00:01] y', null],
    ['(2026-11-20 00:00:01 ', null],
    ['(2026-11-20 00:00:01 CET', 3_600_000],
  ] as const;
  expect(texts.map(([text]) => readPrefix(text)?.timestamp.offset)).toEqual(
    texts.map(([, offset]) => offset),
  );
});

describe('an inner timestamp', () => {
  const outer = readTimestamp('Fri Nov 20 00:00:01 UTC 2026')!;
  const inner = (text: string, before = outer) => {
    const found = readInnerPrefix(`xx${text}`, 2, before);
    return found === null ? null : `xx${text}`.slice(found.end);
  };

  test.each([
    'stdout F ',
    'stderr P ',
    'app: ',
    'app[812]: ',
    'host app[1]: ',
    'a.b:c-d app@1/x: ',
    '[',
    'app/poller/0a1b [',
  ])('an inner timestamp is read after %j', (between) => {
    expect(inner(`${between}${AT}] 1`)).toBe('1');
  });

  test.each([
    'stdout X ',
    'stdin F ',
    'stdout F',
    'host other app: ',
    'app[x]: ',
    'app[]: ',
    'app:',
    'app ',
    'LastUpdated: ',
    'host Expiration: ',
    'Date: ',
    'app/poller {',
    'app poller [',
  ])('an inner timestamp is not read after %j', (between) => {
    expect(inner(`${between}${AT}] 1`)).toBeNull();
  });

  test('a Date header is not an inner timestamp', () => {
    expect(inner('Date: Fri, 20 Nov 2026 00:00:01 GMT')).toBeNull();
  });

  test.each([
    ['2026-11-20T00:01:00.999Z', ''],
    ['2026-11-20T00:01:01Z', null],
    ['2026-11-19T23:59:01.001Z', ''],
    ['2026-11-19T23:59:01Z', null],
  ])(
    'an inner timestamp %s at the end of the line belongs to the same poll only within a minute',
    (text, rest) => {
      expect(inner(text)).toBe(rest);
    },
  );

  test.each([
    ['{', '{'],
    ['"', '"'],
    ['a', 'a'],
    ['Z', 'Z'],
    ['1', null],
    ['[', null],
    ['é', null],
  ])('an inner timestamp before %j is followed by %j', (text, rest) => {
    expect(inner(`2026-11-20 00:00:01 - ${text}`)).toBe(rest);
  });

  test('an inner timestamp of the same family is a column, except in brackets or after a name', () => {
    const iso = readTimestamp(AT)!;
    expect(inner(`${AT} x`, iso)).toBeNull();
    expect(inner(`[${AT}] x`, iso)).toBe('x');
    expect(inner(`app: ${AT} x`, iso)).toBe('x');
    expect(inner('x', iso)).toBeNull();
  });
});

test.each([
  ['Date: Fri, 20 Nov 2026 00:00:01 GMT', true],
  ['date: GMT\r', true],
  ['< Date: x GMT', true],
  ['  Date: x GMT ', true],
  ['\tDATE: x gmt', true],
  ['Date: Fri, 20 Nov 2026 00:00:01 +0000', false],
  ['Date:x GMT', false],
  ['x Date: x GMT', false],
  ['> Date: x GMT', false],
  ['<Date: x GMT', false],
  ['Date: x GMT x', false],
])('%j is a Date header: %j', (text, is) => {
  expect(DATE_HEADER.test(text)).toBe(is);
});

test('the first timestamp with a zone is preferred, else the first one', () => {
  const [local, other, utc, west] = [null, null, 0, -1].map((offset, end) => createExact(0, offset, end));
  expect(preferZone(local!, null, other!, utc!, west!)).toBe(utc);
  expect(preferZone(local!, other!, null)).toBe(local);
  expect(preferZone(local!)).toBe(local);
});
