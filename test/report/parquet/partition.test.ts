import { expect, test } from 'vitest';
import { formatMonth, formatPartition } from '../../../src/report/parquet/partition.ts';

test.each([
  ['i-0abc.example', 'host=i-0abc.example'],
  ['a/../b', 'host=a%2F..%2Fb'],
  ['..', 'host=.%2E'],
  ['a=b', 'host=a%3Db'],
  ['50%', 'host=50%25'],
  ['\0\n\u007f', 'host=%00%0A%7F'],
  [' *?:"<>|\\', 'host=%20%2A%3F%3A%22%3C%3E%7C%5C'],
  ['Ünï🙂', 'host=Ünï🙂'],
  ['', 'host=__HIVE_DEFAULT_PARTITION__'],
  ['__HIVE_DEFAULT_PARTITION__', 'host=%5F_HIVE_DEFAULT_PARTITION__'],
  ['Null', 'host=%4Eull'],
])('the folder of host %j is %s', (host, folder) => {
  expect(formatPartition('host', host)).toBe(folder);
});

test('a folder name has no separator and decodes to the value', () => {
  for (let code = 0; code < 0x250; code += 1) {
    const value = `a${String.fromCodePoint(code)}.`;
    const name = formatPartition('host', value);
    expect(name).not.toMatch(/[/\\\0]|\.$/);
    expect(decodeURIComponent(name.slice('host='.length))).toBe(value);
  }
});

test('the month is that of UTC', () => {
  expect(formatMonth(Date.parse('2026-11-30T23:59:59.999Z'))).toBe('2026-11');
  expect(formatMonth(Date.parse('2026-12-01T00:00:00Z'))).toBe('2026-12');
});
