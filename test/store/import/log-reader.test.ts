import { describe, expect, test } from 'vitest';
import { ENTRY_START_PATTERN, LogReader } from '../../../src/store/import/log-reader.ts';

/** Reads lines. Returns samples as texts, and the problems of lines. */
function read(...lines: string[]) {
  const reader = new LogReader((local) => local - 3_600_000);
  const found: string[] = [];
  for (const [index, text] of lines.entries()) {
    try {
      const sample = reader.readLine({ text, number: index + 1 });
      if (sample !== null) {
        const { accessKeyId, lastUpdated, expiration, zoneless, observedAt, clockOffset } = sample;
        const time = (instant: number | null) => instant && new Date(instant).toISOString().slice(11, 19);
        const values = [
          accessKeyId,
          time(lastUpdated),
          time(expiration),
          zoneless,
          time(observedAt),
          clockOffset,
        ];
        found.push(values.join(' '));
      }
    } catch (error) {
      found.push(`line ${index + 1} ${(error as Error).message}`);
    }
  }
  reader.finish();
  for (const { line, problem } of reader.takeIncomplete()) found.push(`line ${line} ${problem}`);
  expect(reader.takeIncomplete()).toEqual([]);
  return found;
}

const at = (time: string) => `[2026/01/31 ${time}]`;
const updated = (time: string, value = '2026-01-31T10:00:00Z') => `${at(time)}  "LastUpdated" : "${value}",`;
const expires = (time: string, value = '2026-01-31T16:00:00Z') => `${at(time)} Expiration: ${value}`;
const key = (time: string, value = 'ASIA1') => `${at(time)} "AccessKeyId" : "${value}",`;

describe('LogReader', () => {
  test('the entries of a document are one sample, at the time of its Expiration', () => {
    expect(read(updated('12:00:00'), key('12:00:01'), expires('12:00:02'))).toEqual([
      'ASIA1 10:00:00 16:00:00 false 11:00:02 ',
    ]);
    expect(read(key('12:00:00'), expires('12:00:02'))).toEqual(['ASIA1  16:00:00 false 11:00:02 ']);
    expect(read(expires('12:00:02'), '', '  ')).toEqual([' 16:00:00 false 11:00:02 '.replace(' 16', '  16')]);
  });

  test('a document ends with its Expiration', () => {
    expect(
      read(
        updated('12:00:00'),
        expires('12:00:00'),
        updated('13:00:00', '2026-01-31T11:00:00Z'),
        expires('13:00:00'),
      ),
    ).toEqual([' 10:00:00 16:00:00 false 11:00:00 ', ' 11:00:00 16:00:00 false 12:00:00 ']);
  });

  test('entries more than one minute apart are different documents', () => {
    expect(read(updated('12:00:00'), expires('12:01:00'))).toEqual([' 10:00:00 16:00:00 false 11:01:00 ']);
    expect(read(updated('12:01:00'), expires('12:00:00'))).toEqual([' 10:00:00 16:00:00 false 11:00:00 ']);
    expect(read(updated('12:00:00'), expires('12:01:01'))).toEqual([
      'line 2 has an Expiration, but no LastUpdated before it',
    ]);
    expect(read(updated('12:01:01'), expires('12:00:00'))).toEqual([
      'line 2 has an Expiration, but no LastUpdated before it',
    ]);
  });

  test('a LastUpdated without an Expiration is reported with its line', () => {
    expect(read(updated('12:00:00'), updated('13:00:00'), expires('13:00:00'), updated('14:00:00'))).toEqual([
      ' 10:00:00 16:00:00 false 12:00:00 ',
      'line 1 has a LastUpdated, but no Expiration after it',
      'line 4 has a LastUpdated, but no Expiration after it',
    ]);
  });

  test('a time without a zone is reported by the sample', () => {
    expect(read(updated('12:00:00', '2026-01-31T10:00:00'), expires('12:00:00'))).toEqual([
      ' 10:00:00 16:00:00 true 11:00:00 ',
    ]);
    expect(read(updated('12:00:00'), expires('12:00:00', '2026-01-31T16:00:00'))).toEqual([
      ' 10:00:00 16:00:00 true 11:00:00 ',
    ]);
  });

  test.each(['Code', 'Type', 'SecretAccessKey', 'Token', 'Message', 'AccountId', 'RoleArn'])(
    'the member %s is ignored',
    (member) => {
      expect(
        read(updated('12:00:00'), `${at('12:00:00')} "${member}" : "x",`, expires('12:00:00')),
      ).toHaveLength(1);
    },
  );

  test.each([
    ['Other', `${at('12:00:00')} Other: x`, 'has an unknown member'],
    ['XCode', `${at('12:00:00')} XCode: x`, 'has an unknown member'],
    ['CodeX', `${at('12:00:00')} CodeX: x`, 'has an unknown member'],
    [
      'text',
      'LastUpdated: x',
      'is not an entry like [2015/11/18 00:00:01] LastUpdated: 2015-11-17T23:48:25Z',
    ],
    ['text before the time', `x${expires('12:00:00')}`, 'is not an entry'],
    ['text after the value', `${expires('12:00:00')} "x"`, 'is not an entry'],
    ['an impossible timestamp', '[2026/02/30 12:00:00] Code: x', 'has an invalid timestamp'],
    ['an invalid time', expires('12:00:00', 'soon'), 'Expiration is not a time like 2026-01-31T12:00:00Z'],
    ['an invalid LastUpdated', updated('12:00:00', ''), 'LastUpdated is not a time like'],
    ['a key id with a space', key('12:00:00', 'AS IA'), 'AccessKeyId is not an access key id'],
    ['a long key id', key('12:00:00', 'A'.repeat(129)), 'AccessKeyId is not an access key id'],
  ])('%s is a bad line', (_, line, problem) => {
    const [found = ''] = read(line);
    expect(found.startsWith(`line 1 ${problem}`)).toBe(true);
  });

  test('a key id of 128 characters is read', () => {
    expect(read(key('12:00:00', 'A'.repeat(128)), expires('12:00:00'))[0]).toMatch(/^sha256:\w{16} /);
  });

  test.each([
    '[2026-01-31T12:00:02] Expiration: 2026-01-31T16:00:00Z',
    '[2026-01-31 12:00:02]Expiration:2026-01-31T16:00:00Z',
    '[2026/01/31T12:00:02]  "Expiration"  :  "2026-01-31T16:00:00Z" , ',
    '  [2026/01/31 12:00:02] "Expiration" : 2026-01-31T16:00:00Z ,',
    '[2026/01/31 12:00:02] Expiration : 2026-01-31T16:00:00Z"',
  ])('the entry %j is read', (line) => {
    expect(read(line)).toEqual(['  16:00:00 false 11:00:02 ']);
  });

  test.each([
    '[26/01/31 12:00:02] Code: x',
    '[2026.01.31 12:00:02] Code: x',
    '[2026/1/31 12:00:02] Code: x',
    '[2026/01/1 12:00:02] Code: x',
    '[2026/01/31_12:00:02] Code: x',
    '[2026/01/31 12:00] Code: x',
    '[2026/01/31 1:00:00] Code: x',
    '2026/01/31 12:00:02 Code: x',
    '[2026/01/31 12:00:02] Co-de: x',
    '[2026/01/31 12:00:02] : x',
    '[2026/01/31 12:00:02] Code x',
    '[2026/01/31 12:00:02] Code: x, y',
  ])('%j is not an entry', (line) => {
    expect(read(line)).toEqual([
      'line 1 is not an entry like [2015/11/18 00:00:01] LastUpdated: 2015-11-17T23:48:25Z',
    ]);
  });

  test('entries of a log without line ends are divided at their timestamps', () => {
    const entries = ['[2026/01/31 12:00:02] a', '[2026-01-31T12:00:02] [b] [26/01/31 12', '[2026/01-31 1'];
    expect(entries.join('').split(ENTRY_START_PATTERN)).toEqual(entries);
    const others = 'a[2026_01/31 1[2026/01_31 1[2026/01/31_1[2026/1/31 1[2026/01/3 1';
    expect(others.split(ENTRY_START_PATTERN)).toEqual([others]);
    expect(`${entries[0]} \t ${entries[1]}`.split(ENTRY_START_PATTERN)).toEqual(entries.slice(0, 2));
  });
});
