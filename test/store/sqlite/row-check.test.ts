import { expect, test } from 'vitest';
import { checkKeyRow, checkRow } from '../../../src/store/sqlite/row-check.ts';

/** The last millisecond of a date. */
const MAX = 8_640_000_000_000_000;

test.each([
  ['host', 'web-1'],
  ['host', ''],
  ['source', 'imds'],
  ['apiVersion', '2'],
  ['role', 'app'],
  ['accessKeyId', 'ASIA1'],
  ['reason', 'timeout'],
  ['detail', 'HTTP 500'],
  ['lastDetail', 'HTTP 500'],
  ['job', 'nightly'],
  ['observedAt', 0],
  ['observedAt', MAX],
  ['observedAt', -MAX],
  ['clockOffset', null],
  ['constructor', 1],
])('a row with the %s %j is valid', (name, value) => {
  const row = { [name]: value, samples: 1 };
  expect(checkRow(row)).toBe(row);
});

test.each([
  ['host', 1],
  ['host', null],
  ['source', 'IMDS'],
  ['source', null],
  ['apiVersion', 2],
  ['role', Buffer.from('app')],
  ['accessKeyId', 1],
  ['reason', 'other'],
  ['detail', 5],
  ['lastDetail', null],
  ['job', 7],
  ['observedAt', MAX + 1],
  ['observedAt', -MAX - 1],
  ['observedAt', 1.5],
  ['observedAt', '1'],
  ['observedAt', Buffer.from('')],
  ['observedAt', undefined],
  ['clockOffset', ''],
  ['constructor', 'text'],
])('a row with the %s %j is damaged', (name, value) => {
  const check = () => checkRow({ samples: 1, [name]: value });
  expect(check).toThrow(`${name} has a value of another type`);
  expect(check).toThrow(expect.objectContaining({ code: 'SQLITE_MISMATCH' }));
});

test('only the named numbers of a key may be empty', () => {
  const row = { observedAt: 0, clockOffset: '' };
  expect(checkKeyRow(row, ['clockOffset'])).toBe(row);
  expect(() => checkKeyRow({ observedAt: '' }, [])).toThrow('observedAt has a value of another type');
});
