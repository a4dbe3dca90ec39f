import { describe, expect, test } from 'vitest';
import type { ArchiveRecord } from '../../../../src/store/archive/record.ts';
import { writeArchive } from '../../../../src/store/archive/writer.ts';
import { readRecords } from '../../../../src/store/import/reader.ts';

const failedPoll = (host: string): ArchiveRecord => ({
  record: 'failed_poll',
  host,
  source: 'imds',
  poll: {
    observedAt: Date.UTC(2026, 0, 31),
    reason: 'timeout',
    detail: '',
    accessKeyId: null,
    expiration: null,
    clockOffset: null,
  },
  ordinal: 0,
});

async function createExport(format: 'ndjson' | 'csv', ...hosts: string[]): Promise<string> {
  let text = '';
  for await (const piece of writeArchive(hosts.map(failedPoll), format)) text += piece;
  return text;
}

async function read(text: string) {
  const hosts: string[] = [];
  const options = {
    identity: { host: 'unused', source: 'imds', apiVersion: '', role: '' },
    convert: (at: number) => [at] as const,
    isZoneGiven: false,
    fileTime: null,
  } as const;
  const chunks = (async function* () {
    for (let at = 0; at < text.length; at += 100_000) yield Buffer.from(text.slice(at, at + 100_000));
  })();
  const { skipped } = await readRecords(chunks, 'a file', options, (records) => {
    for (const record of records) if (record.record === 'failed_poll') hosts.push(record.host);
  });
  return { hosts, skipped: skipped.map(({ reason, firstLine, count }) => `${count} ${reason} ${firstLine}`) };
}

describe('an export', () => {
  test.each(['ndjson', 'csv'] as const)('an export as %s is read, also after other lines', async (format) => {
    const text = await createExport(format, 'web-1', 'web-2');
    expect(await read(text)).toEqual({ hosts: ['web-1', 'web-2'], skipped: [] });
    expect(await read(`\ufeff${text.replaceAll('\n', '\r\n')}`)).toEqual({
      hosts: ['web-1', 'web-2'],
      skipped: [],
    });
    expect(await read(`\n# a comment\n{}\n${text}`)).toMatchObject({ hosts: ['web-1', 'web-2'] });
  });

  test('an export as CSV has bad rows, which are skipped', async () => {
    const [header, row = ''] = (await createExport('csv', 'web-1')).split('\n');
    const text = [header, row, '', `${row},7`, row.replace('imds', 'other'), 'x', row, header, row].join(
      '\n',
    );
    expect(await read(text)).toEqual({
      hosts: ['web-1', 'web-1', 'web-1'],
      skipped: ['2 row without the columns of the first line 4', 'source has an unknown value 5'].map(
        (each) => (each.startsWith('2') ? each : `1 ${each}`),
      ),
    });
  });

  test('an export as CSV is read after a row of any length', async () => {
    const [header, row = ''] = (await createExport('csv', 'web-1')).split('\n');
    const long = row.replace('web-1', 'x'.repeat(1_200_000));
    expect(await read([header, row, long, row].join('\n'))).toEqual({
      hosts: ['web-1', 'web-1'],
      skipped: ['1 row that is longer than 1 MiB 3'],
    });
  });

  test('an export as CSV is read after a quote that is not closed', async () => {
    const [header, row = ''] = (await createExport('csv', 'web-1')).split('\n');
    const open = row.replace('web-1', '"web-1');
    expect((await read([header, row, open, row, row].join('\n'))).hosts).toEqual(['web-1', 'web-1', 'web-1']);
  });

  test('an export as CSV has cells that were protected from spreadsheets', async () => {
    expect((await read(await createExport('csv', '=1+1', '"quoted", name', 'two\r\nlines'))).hosts).toEqual([
      '=1+1',
      '"quoted", name',
      'two\r\nlines',
    ]);
  });

  test('an export ignores a field with a name like __proto__', async () => {
    const ndjson = (await createExport('ndjson', 'web-1')).replace('{', '{"__proto__":{"host":"x"},');
    expect((await read(ndjson)).hosts).toEqual(['web-1']);
  });
});
