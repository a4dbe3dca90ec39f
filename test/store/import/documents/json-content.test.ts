import { describe, expect, test } from 'vitest';
import { findContent, type JsonContent } from '../../../../src/store/import/documents/json-content.ts';

const NIGHT = '2026-11-20T00:00:01Z';
const MORNING = '2026-11-20T06:00:01Z';
const night = { wall: Date.parse(NIGHT) };
const expiration = { instant: Date.parse(MORNING), zoneless: false };

function find(value: unknown): JsonContent[] {
  const found: JsonContent[] = [];
  findContent(value, found);
  return found;
}

const document = (members: object) => [{ kind: 'document', document: { expiration, ...members } }];

describe('the documents of a JSON value', () => {
  test.each<[string, unknown, readonly object[]]>([
    ['a document', { Expiration: MORNING }, document({ timestamp: null, source: 'imds' })],
    ['its own timestamp', { ts: NIGHT, Expiration: MORNING }, document({ timestamp: night })],
    [
      'the first of two timestamps',
      { ts: NIGHT, at: MORNING, Expiration: MORNING },
      document({ timestamp: night }),
    ],
    [
      'the timestamp of the outer object',
      { ts: NIGHT, a: { Expiration: MORNING } },
      document({ timestamp: night }),
    ],
    [
      'an own timestamp inside',
      { ts: MORNING, a: { ts: NIGHT, Expiration: MORNING } },
      document({ timestamp: night }),
    ],
    ['no empty member', { Expiration: MORNING, AccessKeyId: '' }, document({ accessKeyId: null })],
    ['a number', { Expiration: 1795154401 }, document({})],
    ['no member that is true', { Expiration: MORNING, LastUpdated: true }, document({ invalid: null })],
    ['a container', { Token: 'x', Expiration: MORNING }, document({ source: 'container' })],
    ['IMDS', { Token: 'x', LastUpdated: NIGHT, Expiration: MORNING }, document({ source: 'imds' })],
    ['a process', { Version: 1, Expiration: MORNING }, document({ source: 'process' })],
    [
      'a container with a version',
      { Version: 1, Token: 'x', Expiration: MORNING },
      document({ source: 'container' }),
    ],
    ['a role', { Version: 1, RoleArn: 'x', Expiration: MORNING }, document({ source: 'container' })],
    ['no members of a message', { message: '{', Expiration: MORNING }, document({})],
    ['an array', [[{ Expiration: MORNING }], 1, null], document({})],
    ['rows of fields', [[{ field: 'Expiration', value: MORNING }]], document({})],
    [
      'two documents in order',
      [{ Expiration: MORNING }, { Expiration: NIGHT }],
      [...document({}), { kind: 'document', document: { expiration: { instant: Date.parse(NIGHT) } } }],
    ],
    ['no documents', { a: 1, ts: NIGHT }, []],
    ['a text', 'Expiration', []],
    ['nothing', null, []],
    ['an empty array', [], []],
  ])('the documents of a JSON value are those of %s', (_, value, expected) => {
    expect(find(value)).toMatchObject(expected);
    expect(find(value)).toHaveLength(expected.length);
  });

  test.each([
    [
      'field',
      [
        { field: 'Expiration', value: MORNING },
        { field: 'ts', value: NIGHT },
      ],
      1,
    ],
    ['field that is no text', [{ field: 1, value: MORNING }, { Expiration: MORNING }], 1],
    ['cell that is no object', [{ field: 'Expiration', value: MORNING }, 'x'], 0],
  ])('the documents of a JSON value in a row with a %s are found', (_, row, count) => {
    expect(find(row)).toHaveLength(count);
  });

  test('the documents of a JSON value are nested at most six times', () => {
    const nest = (depth: number): unknown => (depth === 0 ? { Expiration: MORNING } : { a: nest(depth - 1) });
    const nestArrays = (depth: number): unknown =>
      depth === 0 ? { Expiration: MORNING } : [nestArrays(depth - 1)];
    expect([6, 7].map((depth) => find(nest(depth)).length)).toEqual([1, 0]);
    expect([6, 7].map((depth) => find(nestArrays(depth)).length)).toEqual([1, 0]);
    const rows = (depth: number): unknown =>
      depth === 0 ? [{ field: 'Expiration', value: MORNING }] : [rows(depth - 1)];
    expect([5, 6].map((depth) => find(rows(depth)).length)).toEqual([1, 0]);
  });
});

describe('a member with a timestamp', () => {
  test.each([
    ['2026-11-20 00:00:01', 'ts', null],
    ['2026-11-20 00:00:01', '@timestamp', 0],
    ['2026-11-20 01:00:01 +0100', '@timestamp', 3_600_000],
    ['2026-11-20 01:00:01 +0100', 'ts', 3_600_000],
  ])('the timestamp %j in the member %s has the offset %j', (text, name, offset) => {
    expect(find({ [name]: text, Expiration: MORNING })).toMatchObject([
      { document: { timestamp: { offset } } },
    ]);
  });

  test.each([
    [{ value: '/Date(1795132801000)/', DateTime: 'x' }],
    [{ value: 'x', DateTime: NIGHT }],
    [{ DateTime: NIGHT }],
    [1795132801],
  ])('the member Date with the value %j has a timestamp', (value) => {
    expect(find({ Date: value, Expiration: MORNING })).toMatchObject(document({ timestamp: night }));
  });

  test.each([[{}], ['x'], [null], [[NIGHT]]])(
    'the member Date with the value %j has no timestamp',
    (value) => {
      expect(find({ Date: value, Expiration: MORNING })).toMatchObject(document({ timestamp: null }));
    },
  );
});

test('a message without a document is a text with the timestamp of its object', () => {
  expect(find({ ts: NIGHT, message: 'a', log: 'b', line: 1, x: { body: 'c' } })).toMatchObject([
    { kind: 'text', text: 'a', timestamp: night },
    { kind: 'text', text: 'b', timestamp: night },
    { kind: 'text', text: 'c', timestamp: night },
  ]);
  expect(find({ message: 'a' })).toEqual([{ kind: 'text', text: 'a', timestamp: null }]);
  expect(find({ message: { Expiration: MORNING } })).toMatchObject(document({}));
});

test('a record of our own has a schema version', () => {
  const own = [
    { schema_version: 1, record: 'x' },
    { schema_version: 1, observed_at: NIGHT },
  ];
  expect(find(own)).toEqual(own.map((fields) => ({ kind: 'own', fields })));
  expect(
    find([
      { schema_version: 1, x: 1 },
      { record: 'x', observed_at: 'x' },
    ]),
  ).toEqual([]);
});
