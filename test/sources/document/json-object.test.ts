import { expect, test } from 'vitest';
import { parseJsonObject, readText, readValue } from '../../../src/sources/document/json-object.ts';

test.each(['{}', ' {"a":1}\n'])('the text %j is a JSON object', (text) => {
  expect(parseJsonObject(text)).toEqual(JSON.parse(text));
});

test.each(['', '{', '{}{}', '[]', '[{}]', 'null', '5', '"a"', 'true'])(
  'the text %j is not a JSON object',
  (text) => {
    expect(parseJsonObject(text)).toBeNull();
  },
);

test.each<[object: Record<string, unknown>, names: string[], value: unknown]>([
  [{}, ['Name'], undefined],
  [{ name: 'a' }, ['Name'], 'a'],
  [{ NAME: 'a', name: 'b' }, ['Name'], 'a'],
  [{ NAME: 'a', Name: 'b', name: 'c' }, ['Name'], 'b'],
  [{ Other: 'a', Name: 'b' }, ['Name', 'Other'], 'b'],
  [{ Other: 'a', name: 'b' }, ['Name', 'Other'], 'b'],
  [{ Other: 'a' }, ['Name', 'Other'], 'a'],
  [{ Name: null, Other: 'a' }, ['Name', 'Other'], 'a'],
  [{ Name: '', Other: 'a' }, ['Name', 'Other'], 'a'],
  [{ Name: '', name: 'a' }, ['Name'], undefined],
  [{ Name: null }, ['Name'], undefined],
  [{ Name: 0, Other: 'a' }, ['Name', 'Other'], 0],
  [{ Name: false, Other: 'a' }, ['Name', 'Other'], false],
  [{ Name: ' ' }, ['Name'], ' '],
  [{ Names: 'a' }, ['Name'], undefined],
])('of %j, the value of %j is %j', (object, names, value) => {
  expect(readValue(object, ...names)).toBe(value);
  expect(readText(object, ...names)).toBe(typeof value === 'string' ? value : null);
});
