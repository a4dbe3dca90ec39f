import { describe, expect, test } from 'vitest';
import { JsonLines } from '../../../../src/store/import/stream/json-lines.ts';
import { readTimestamp } from '../../../../src/store/import/timestamps/families.ts';
import { createExact } from '../../../../src/store/import/timestamps/timestamp.ts';

const NIGHT = '2026-11-20T00:00:01Z';
const EXPIRATION = '2026-11-20T06:00:01Z';
const JSON_TEXT = `{"Expiration":"${EXPIRATION}"}`;

function create(hasTimestamp = false) {
  const found: string[] = [];
  const json = new JsonLines({
    addContent: (contents, timestamp, line, form) => {
      const time = timestamp === null ? 'undated' : new Date(timestamp.wall).toISOString().slice(11, 19);
      for (const { kind } of contents) found.push(`${kind} ${form} ${line} ${time}`);
    },
    skip: (reason, line, isBad) => found.push(`${reason} ${line} ${isBad}`),
    readLine: () => {},
    countTimestamp() {},
    hasTimestamp: () => hasTimestamp,
  });
  return { found, json };
}

describe('the start of JSON', () => {
  test.each([
    ['{"a":1}', 0],
    ["x {'a'", 2],
    ['x {}', 2],
    ['x []', 2],
    ['x {{', 2],
    ['[{', 0],
    ['x { "a"', 2],
    ['{\\"a', 0],
    ['x {', 2],
    ['x [', 2],
    ['x { ', 2],
    ['{a:1', 0],
    ['{ a_1 : 1', 0],
    ['{:a=>1', 0],
    ['{a  :1', -1],
    ['{a = 1', -1],
    ['{-a:1', -1],
    ['[a:1', -1],
    ['[1]', -1],
    ['x {a', -1],
    ['x', -1],
    ['{ [278 bytes data]', -1],
    ['} [278 bytes data]', -1],
    ['{ [278 bytes data', -1],
  ])('the start of JSON in %j is at %d', (text, at) => {
    expect(JsonLines.findStart(text)).toBe(at);
  });
});

describe('JSON on one line', () => {
  const read = (text: string, timestamp: string | null = null, hasTimestamp = false) => {
    const { found, json } = create(hasTimestamp);
    const at = JsonLines.findStart(text);
    const stamp = timestamp === null ? null : readTimestamp(timestamp);
    return { rest: json.read(text, at, stamp, 7), found, isOpen: json.isOpen };
  };

  test.each([
    [JSON_TEXT, '', ['document JSON 7 undated']],
    [`${JSON_TEXT} x`, 'x', ['document JSON 7 undated']],
    [`${JSON_TEXT} ,;""''x`, 'x', ['document JSON 7 undated']],
    [`${JSON_TEXT} - x`, '- x', ['document JSON 7 undated']],
    [JSON_TEXT.replaceAll('"', '\\"'), '', ['document JSON 7 undated']],
    [`${JSON_TEXT} }`, '', ['document JSON 7 undated']],
    [`${JSON_TEXT} ${NIGHT} x`, 'x', ['document JSON 7 00:00:01']],
    [`${JSON_TEXT}${JSON_TEXT} ${NIGHT}`, NIGHT, ['document JSON 7 undated', 'document JSON 7 undated']],
    [`[${JSON_TEXT},${JSON_TEXT}]`, '', ['document JSON 7 undated', 'document JSON 7 undated']],
    [`poll at ${NIGHT}: ${JSON_TEXT}`, '', ['document JSON 7 00:00:01']],
    [`x 1795132801: ${JSON_TEXT}`, '', ['document JSON 7 00:00:01']],
    [`x 226-11-20 ${NIGHT} ${JSON_TEXT}`, '', ['document JSON 7 00:00:01']],
    [`x 2026-x ${NIGHT} 2026-11-20T00:20:01Z ${JSON_TEXT}`, '', ['document JSON 7 00:00:01']],
    [`v.${NIGHT} ${JSON_TEXT}`, '', ['document JSON 7 undated']],
    [`v:${NIGHT} ${JSON_TEXT}`, '', ['document JSON 7 undated']],
    [`v-1795132801 ${JSON_TEXT}`, '', ['document JSON 7 undated']],
    [`v1795132801 ${JSON_TEXT}`, '', ['document JSON 7 undated']],
    [`.1795132801 ${JSON_TEXT}`, '', ['document JSON 7 undated']],
    [`${'x'.repeat(179)} ${NIGHT}${JSON_TEXT}`, '', ['document JSON 7 00:00:01']],
    [`${'x'.repeat(180)} ${NIGHT}${JSON_TEXT}`, '', ['document JSON 7 undated']],
    ['{}', '', ['JSON that is not a credentials document 7 true']],
    ['x []', '', ['JSON that is not a credentials document 7 true']],
    ['{"a":1,}', '', ['JSON that is not a credentials document 7 true']],
    ['{"a":[1, ] }', '', ['JSON that is not a credentials document 7 true']],
    ['{"a":1,,}', '', ['JSON that is cut off or damaged 7 true']],
    [`{Expiration:${EXPIRATION}}`, '', ['document damaged JSON 7 undated']],
    [`{"Expiration":"${EXPIRATION}","Token":"x`, '', ['document damaged JSON 7 undated']],
    [`{"message":"x","Expiration":"${EXPIRATION}",x}`, '', ['document damaged JSON 7 undated']],
    ['{"Token":"x', '', ['JSON that is cut off or damaged 7 true']],
    [`{x: 1${' '.repeat(16_348)}Expiration:${EXPIRATION}}`, '', ['document damaged JSON 7 undated']],
    [`{x: 1${' '.repeat(16_368)}Expiration:${EXPIRATION}}`, '', ['JSON that is cut off or damaged 7 true']],
  ])('JSON on one line is read to its end in case %#', (text, rest, found) => {
    expect(read(text)).toEqual({ rest, found, isOpen: false });
  });

  test('JSON on one line has the timestamp before it rather than the one after it', () => {
    const text = `${JSON_TEXT} 2026-11-20T00:20:01Z`;
    const rest = '2026-11-20T00:20:01Z';
    expect(read(text, NIGHT)).toMatchObject({ rest, found: ['document JSON 7 00:00:01'] });
    expect(read(text, null, true)).toMatchObject({ rest, found: ['document JSON 7 undated'] });
  });
});

describe('JSON on several lines', () => {
  test('JSON on several lines is read to its end', () => {
    const { found, json } = create();
    expect([json.read('x {', 2, null, 1), json.isOpen]).toEqual(['', true]);
    expect(json.continue(`"Expiration":"${EXPIRATION}"`, 0, null, 2)).toBe('');
    expect([json.continue('} x', 0, null, 3), json.isOpen]).toEqual(['x', false]);
    expect(found).toEqual(['document JSON 3 undated']);
  });

  test('JSON on several lines has the timestamp of its last line, and prefixes are not part of it', () => {
    const { found, json } = create();
    const later = createExact(Date.parse('2026-11-20T00:20:01Z'), 0, 0);
    json.read('{', 0, readTimestamp(NIGHT), 1);
    json.continue(`xx stdout F "Expiration":"${EXPIRATION}"`, 2, readTimestamp(NIGHT), 2);
    expect(json.continue('xx app: }', 2, later, 3)).toBe('');
    expect(found).toEqual(['document JSON 3 00:20:01']);
  });

  test.each([
    ['x', true],
    ['{', true],
    ['{ "a"', true],
    ['{"a":1}', true],
    ['  {', false],
    ['{}', false],
    ['"a":1', false],
  ])('JSON on several lines ends before the line %j with a timestamp: %j', (line, ends) => {
    const { found, json } = create();
    json.read('{', 0, null, 1);
    expect(json.continue(line, 0, readTimestamp(NIGHT), 2) === null).toBe(ends);
    expect([json.isOpen, found]).toEqual(
      ends ? [false, ['JSON that is cut off or damaged 2 true']] : [true, []],
    );
  });

  test('JSON on several lines continues with a line without quotes and timestamp', () => {
    const { found, json } = create();
    json.read('{', 0, null, 1);
    expect(json.continue('x', 0, null, 2)).toBe('');
    expect([json.isOpen, found]).toEqual([true, []]);
  });

  test('JSON on several lines that is cut off has the members before its end', () => {
    const { found, json } = create();
    json.abandon(1);
    expect(found).toEqual([]);
    json.read(`{"Expiration":"${EXPIRATION}",`, 0, readTimestamp(NIGHT), 1);
    json.abandon(2);
    expect([json.isOpen, found]).toEqual([false, ['document damaged JSON 2 00:00:01']]);
  });
});
