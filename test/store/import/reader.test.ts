import { expect, test } from 'vitest';
import { readRecords } from '../../../src/store/import/reader.ts';
import { readText } from '../../support/store/logs/read-text.ts';

test.each([
  ['', 0, true],
  ['\n', 1, true],
  [' \n\t\n', 2, true],
  ['\n \nx', 3, false],
  ['x\n\n', 2, false],
  ['a\r\nb\rc\n', 3, false],
])('the text %j has %d lines and is empty: %j', async (text, lines, isEmpty) => {
  for (const chunkSize of [1, 1000]) {
    expect((await readText(text, { chunkSize })).summary).toMatchObject({ lines, isEmpty });
  }
});

test('a line of over 16 MiB is skipped, and the file is not empty', async () => {
  const { summary } = await readText(`${'x'.repeat(17 * 1024 * 1024)}\n \n`);
  expect(summary).toMatchObject({ lines: 2, isEmpty: false });
  expect(summary.skipped).toEqual([
    { reason: 'line that is longer than 16 MiB', count: 1, firstLine: 1, isBad: true },
  ]);
});

test('records are returned with the number of lines that were read', async () => {
  const line = '2026-11-20T00:00:01Z {"Expiration":"2026-11-20T06:00:01Z"}\n';
  const chunks = (async function* () {
    yield Buffer.from(line + line);
    yield Buffer.from(`\n${line}2026-11-20T00:20:01Z\nExpiration: 2026-11-20T06:00:01Z`);
  })();
  const calls: [records: number, lines: number][] = [];
  const options = {
    identity: { host: 'h', source: 'imds', apiVersion: '', role: '' },
    convert: (at: number) => [at] as const,
    isZoneGiven: false,
    fileTime: null,
  } as const;
  await readRecords(chunks, 'a.log', options, (records, lines) => calls.push([records.length, lines]));
  expect(calls).toEqual([
    [2, 2],
    [1, 5],
    [0, 6],
    [1, 6],
  ]);
});

test('cells of several lines keep their line ends', async () => {
  const header = 'schema_version,record,host,source,observed_at,reason,ordinal';
  const row = (host: string) => `1,failed_poll,"${host}",imds,2026-11-20T00:00:01Z,timeout,0`;
  for (const end of ['\n', '\r\n', '\r']) {
    const { summary } = await readText([header, row(`a${end}b`), ''].join(end));
    expect(summary.content.hosts).toEqual([`a${end}b`]);
  }
});
