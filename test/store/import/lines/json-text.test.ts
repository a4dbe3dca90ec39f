import { describe, expect, test } from 'vitest';
import { JsonText } from '../../../../src/store/import/lines/json-text.ts';

/** Reads lines. Returns the objects and what each call returned. */
function read(...lines: readonly string[]) {
  const text = new JsonText();
  const objects: string[] = [];
  const ends = lines.map((line, index) => text.readLine(line, 0, index + 1, (each) => objects.push(each)));
  return { objects, ends, isOpen: text.isOpen, firstLine: text.firstLine, rest: text.abandon() };
}

describe('JsonText', () => {
  test.each([
    ['{"a":1}', ['{"a":1}'], 7],
    ['{"a":1} tail', ['{"a":1}'], 7],
    ['x {"a":1}', ['{"a":1}'], 9],
    ['{"a":1}{"b":2},', ['{"a":1}', '{"b":2}'], 14],
    ['{"":""}', ['{"":""}'], 7],
    ['{"a":"}"}', ['{"a":"}"}'], 9],
    ['{"a":"\\""}', ['{"a":"\\""}'], 10],
    ['{"a":"\\\\"}', ['{"a":"\\\\"}'], 10],
    ['{"a":"\\\\\\"{"}', ['{"a":"\\\\\\"{"}'], 13],
    ['{"a":{"b":{}}}', ['{"a":{"b":{}}}'], 14],
    ['[{"a":1},{"b":2}] x', ['{"a":1}', '{"b":2}'], 17],
    ['{"a":[{"b":1},{"c":2}]}', ['{"b":1}', '{"c":2}', '{"a":[0,0]}'], 23],
    ['{"a":[{"b":[{"c":1}]}]}', ['{"b":[{"c":1}]}', '{"a":[0]}'], 23],
    ['{"a":[[1],2]}', ['[1]', '{"a":[0,2]}'], 13],
    ['{"a":[]}', ['{"a":[]}'], 8],
    ['] x', [], 1],
    ['x', [], 0],
    ['"a" x', [], 0],
    ['', [], 0],
  ])('JsonText finds the objects of %j', (line, objects, end) => {
    expect(read(line)).toMatchObject({ objects, ends: [end], isOpen: false, rest: '' });
  });

  test.each([
    ['}', []],
    ['{"a":1}}', ['{"a":1}']],
    ['{]', []],
    ['{"a":[}', []],
    ['[}', []],
    ['{"a":"b', []],
    ['"a', []],
    ['{"a":"\\"}', []],
  ])('JsonText finds that %j is broken', (line, objects) => {
    expect(read(line)).toMatchObject({ ends: ['broken'], objects });
  });

  test('JsonText joins lines with line feeds', () => {
    expect(read('x {"a":', ' {"b":', '1}', '} y')).toEqual({
      objects: ['{"a":\n {"b":\n1}\n}'],
      ends: [7, 6, 2, 1],
      isOpen: false,
      firstLine: 1,
      rest: '',
    });
  });

  test('JsonText returns the objects of an array of several lines one by one', () => {
    const { objects, ends, firstLine } = read('{"a":[', '{"b":1},', '{"c":', '2}', ']', '} {"d":3}');
    expect(objects).toEqual(['{"b":1}', '{"c":\n2}', '{"a":[\n0,\n0\n]\n}', '{"d":3}']);
    expect([ends, firstLine]).toEqual([[6, 8, 5, 2, 1, 9], 6]);
  });

  test('JsonText returns the open text when it is abandoned', () => {
    expect(read('{"a":', '"b')).toMatchObject({ ends: [5, 'broken'], isOpen: true, rest: '{"a":\n' });
    const text = new JsonText();
    text.readLine('{', 0, 1, () => {});
    expect([text.abandon(), text.isOpen, text.abandon()]).toEqual(['{\n', false, '']);
  });

  test('JsonText has no text after a complete object', () => {
    expect(read('{"a":1}', '}')).toMatchObject({ ends: [7, 'broken'], rest: '' });
  });

  test('JsonText reads from a position', () => {
    const text = new JsonText();
    const objects: string[] = [];
    expect(text.readLine('{} {"a":1}', 2, 1, (each) => objects.push(each))).toBe(10);
    expect(text.readLine('{} x', 2, 1, () => {})).toBe(2);
    text.readLine('{', 0, 2, () => {});
    text.readLine('xx"b":1}', 2, 3, (each) => objects.push(each));
    expect(objects).toEqual(['{"a":1}', '{\n"b":1}']);
  });

  test('JsonText reads objects that are nested 100 times', () => {
    const nest = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
    expect(read(nest(100)).objects).toEqual([nest(100)]);
    expect(read(nest(101)).ends).toEqual(['broken']);
  });

  test('JsonText reads open objects of up to 1 MiB', () => {
    expect(read('{'.padEnd(1_048_575, ' ')).ends).toEqual([1_048_575]);
    expect(read('{'.padEnd(1_048_576, ' ')).ends).toEqual(['broken']);
  });
});
