import { describe, expect, test } from 'vitest';
import { writeArchive } from '../../../src/store/archive/writer.ts';
import { type ReadBatch, readRecords } from '../../../src/store/import/reader.ts';
import { temporaryStore } from '../../support/store/temporary-store.ts';

const identity = { host: 'web-1', source: 'imds', apiVersion: '', role: 'app' } as const;
const START = Date.UTC(2026, 0, 31);

async function* chunksOf(parts: readonly string[]) {
  for (const part of parts) yield Buffer.from(part);
}

async function read(...parts: string[]): Promise<{ kind: string; batches: ReadBatch[] }> {
  const log = { identity, toInstant: (local: number) => local - 3_600_000 };
  const { kind, batches } = await readRecords(chunksOf(parts), 'a file', log);
  const all: ReadBatch[] = [];
  for await (const batch of batches) all.push(batch);
  return { kind, batches: all };
}

/** Returns the hosts of all records, and the bad lines in their order. */
async function summarize(...parts: string[]) {
  const { kind, batches } = await read(...parts);
  return {
    kind,
    hosts: batches.flatMap(({ records }) => records.map((each) => ('host' in each ? each.host : ''))),
    badLines: batches.flatMap(({ badLines }) => badLines.map(({ line, problem }) => `${line} ${problem}`)),
  };
}

const failedPoll = (host: string) =>
  ({
    record: 'failed_poll',
    host,
    source: 'imds',
    poll: {
      observedAt: START,
      reason: 'timeout',
      detail: '',
      accessKeyId: null,
      expiration: null,
      clockOffset: null,
    },
    ordinal: 0,
  }) as const;

async function exportOf(format: 'ndjson' | 'csv', ...hosts: string[]): Promise<string> {
  let text = '';
  for await (const piece of writeArchive(hosts.map(failedPoll), format)) text += piece;
  return text;
}

const at = (time: string) => `[2026/01/31 ${time}]`;
const document = (time: string) =>
  `${at(time)} LastUpdated: 2026-01-31T10:00:00Z\n${at(time)} Expiration: 2026-01-31T16:00:00Z\n`;

describe('the format of an imported file', () => {
  const HINT =
    'use a log with lines like `[2015/11/18 00:00:01] LastUpdated: 2015-11-17T23:48:25Z`, or an export as NDJSON or CSV';
  const UNKNOWN = 'a file is neither a log of curl or PowerShell nor an export of cred-watch';

  test.each([
    ['', 'a file is empty'],
    [' \r\n\t\n', 'a file is empty'],
    ['hello', UNKNOWN],
    ['schema_versions,record\n', UNKNOWN],
    [' x schema_version,record\n', UNKNOWN],
    ['"schema_version";record\n', UNKNOWN],
    ['x{', UNKNOWN],
    ['x[', UNKNOWN],
  ])('a file with %j is refused: %s', async (text, message) => {
    await expect(read(text)).rejects.toMatchObject({ message, hint: HINT });
  });

  test('the start of the text determines the format', async () => {
    const csv = await exportOf('csv', 'web-1');
    expect(await summarize(csv)).toEqual({ kind: 'csv', hosts: ['web-1'], badLines: [] });
    const quoted = csv.replace('schema_version', '"schema_version"');
    expect(await summarize(quoted)).toEqual({ kind: 'csv', hosts: ['web-1'], badLines: [] });
    const ndjson = await exportOf('ndjson', 'web-1');
    expect(await summarize(ndjson)).toEqual({ kind: 'ndjson', hosts: ['web-1'], badLines: [] });
    expect((await read(document('12:00:00'))).kind).toBe('log');
  });

  test('blank lines before the first text are skipped, and the first text may be in a later part', async () => {
    const ndjson = await exportOf('ndjson', 'web-1', 'web-2');
    const expected = { kind: 'ndjson', hosts: ['web-1', 'web-2'], badLines: [] };
    expect(await summarize('\n', '', ' \n', ndjson)).toEqual(expected);
    expect(await summarize(...ndjson)).toEqual(expected);
  });

  test('a file with 64 KiB of blanks before its first text is empty', async () => {
    const blanks = ' '.repeat(65_535);
    await expect(read(`${blanks} `, '{}')).rejects.toThrow('a file is empty');
    expect((await read(blanks, '{}')).kind).toBe('ndjson');
  });
});

describe('an import of NDJSON', () => {
  test('invalid lines are reported with their numbers, and blank lines are skipped', async () => {
    const [first, second] = (await exportOf('ndjson', 'web-1', 'web-2')).split('\n');
    const lines = [first, '', '{', '[1]', 'null', '7', '  ', '{}', second, ''];
    expect(await summarize(lines.join('\n'))).toEqual({
      kind: 'ndjson',
      hosts: ['web-1', 'web-2'],
      badLines: [
        '3 is not JSON',
        '4 is not an object',
        '5 is not an object',
        '6 is not an object',
        '8 schema_version is not a whole number',
      ],
    });
  });

  test('a batch has the number of its last line', async () => {
    const ndjson = await exportOf('ndjson', 'web-1', 'web-2');
    expect((await read(ndjson, ndjson)).batches.map(({ linesRead }) => linesRead)).toEqual([2, 4]);
  });

  test('a name like __proto__ is a field without a meaning', async () => {
    const ndjson = (await exportOf('ndjson', 'web-1')).replace('{', '{"__proto__":{"host":"x"},');
    expect((await summarize(ndjson)).hosts).toEqual(['web-1']);
  });
});

describe('an import of CSV', () => {
  test('invalid rows are reported in the order of their lines, and blank lines are skipped', async () => {
    const [header, row] = (await exportOf('csv', 'web-1')).split('\n');
    const text = [header, row, '', `${row},7`, row?.replace('imds', 'other'), 'x', row].join('\n');
    const { hosts, badLines } = await summarize(text);
    expect(hosts).toEqual(['web-1', 'web-1']);
    expect(badLines).toEqual([
      '4 does not have the columns of the first line',
      '5 source has an unknown value',
      '6 does not have the columns of the first line',
    ]);
  });

  test('rows are read in order, in batches of 5000', async () => {
    const hosts = Array.from({ length: 10_001 }, (_, index) => `web-${index}`);
    const rows = hosts.map((host) => `1,failed_poll,${host},imds,2026-01-31T12:00:00Z,timeout\n`);
    const { batches } = await read('schema_version,record,host,source,observed_at,reason\n', ...rows);
    expect(batches.map(({ records }) => records.length)).toEqual([5000, 5000, 1]);
    expect(batches.map(({ linesRead }) => linesRead)).toEqual([5001, 10_001, 10_002]);
    expect(batches.flatMap(({ records }) => records.map((each) => 'host' in each && each.host))).toEqual(
      hosts,
    );
  });

  test('a header without rows has no records', async () => {
    const { batches } = await read(await exportOf('csv'));
    expect(batches).toEqual([{ records: [], badLines: [], linesRead: 0 }]);
  });

  test('a cell that was protected from spreadsheets is read back', async () => {
    const csv = await exportOf('csv', '=1+1');
    expect(csv).toContain("'=1+1");
    expect((await summarize(csv)).hosts).toEqual(['=1+1']);
  });

  test('a row over 1 MiB is a bad line, and ends the import of its file', async () => {
    const [header, row] = (await exportOf('csv', 'web-1')).split('\n');
    const long = row?.replace('web-1', 'x'.repeat(1_000_000));
    expect((await summarize([header, long, row].join('\n'))).badLines).toEqual([
      '2 host is not a text of at most 1024 characters',
    ]);
    const parts = [...Array<string>(11).fill('x'.repeat(100_000)), 'web-1'];
    const [start, end] = row?.split('web-1') ?? [];
    const text = [`${header}\n${row}\n`, `${start}`, ...parts, `${end}\n${row}\n`, `${row}\n`];
    const tooLong = '3 is longer than 1 MiB, so the rest of the file is not read';
    expect(await summarize(...text)).toEqual({ kind: 'csv', hosts: ['web-1'], badLines: [tooLong] });
  });
});

describe('an import of a log', () => {
  test('the samples of a log belong to the given series, at the converted time', async () => {
    const { batches } = await read(document('12:00:00'));
    const sample = {
      accessKeyId: '',
      lastUpdated: START + 10 * 3_600_000,
      expiration: START + 16 * 3_600_000,
      zoneless: false,
      observedAt: START + 11 * 3_600_000,
      clockOffset: null,
    };
    expect(batches.flatMap(({ records }) => records)).toEqual([
      { record: 'sample', identity, sample, ordinal: 0 },
    ]);
    expect(batches.map(({ linesRead }) => linesRead)).toEqual([2, 0]);
  });

  test('bad lines are in the order of the file, also those without an Expiration', async () => {
    const open = `${at('09:00:00')} LastUpdated: 2026-01-31T08:00:00Z\n`;
    const { badLines } = await summarize(`[x\n${open}y\n${document('12:00:00')}z\n${open}`);
    expect(badLines.map((each) => each.slice(0, 22))).toEqual([
      '1 is not an entry like',
      '2 has a LastUpdated, b',
      '3 is not an entry like',
      '6 is not an entry like',
      '7 has a LastUpdated, b',
    ]);
  });

  test('the problem of a line comes before that of an earlier part of the same line', async () => {
    const open = `${at('09:00:00')} LastUpdated: 2026-01-31T08:00:00Z`;
    const { badLines } = await summarize(`${open}${at('09:00:00')} Other: x${open}\n`);
    expect(badLines.map((each) => each.slice(0, 12))).toEqual([
      '1 has an unk',
      '1 has a Last',
      '1 has a Last',
    ]);
  });

  test('entries without line ends are separated', async () => {
    const { batches } = await read(document('12:00:00').replaceAll('\n', ' '));
    expect(batches.flatMap(({ records }) => records)).toHaveLength(1);
  });
});

test('an import of an export gives the same records', async () => {
  const store = temporaryStore();
  for (const format of ['ndjson', 'csv'] as const) {
    const { batches } = await read(await exportOf(format, 'web-2', 'web-1'));
    store.writeRecords(batches.flatMap(({ records }) => records));
    expect([...store.records()]).toEqual([failedPoll('web-1'), failedPoll('web-2')]);
  }
});
