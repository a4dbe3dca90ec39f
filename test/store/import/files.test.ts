import { expect, test } from 'vitest';
import { listRecords } from '../../../src/store/archive/record.ts';
import { stageFile, writeStagedRecords } from '../../../src/store/import/files.ts';
import { ImportStage } from '../../../src/store/import/stage.ts';
import { temporaryStore } from '../../support/store/temporary-store.ts';

const identity = { host: 'web-1', source: 'imds', apiVersion: '', role: 'app' } as const;

async function* createChunks(text: string) {
  yield Buffer.from(text);
}

const entry = (hour: number, localHour = hour) => {
  const time = `[2026/01/31 ${String(localHour).padStart(2, '0')}:05:00]`;
  const issued = `2026-01-31T${String(hour).padStart(2, '0')}:00:00Z`;
  return `${time} LastUpdated: ${issued}\n${time} Expiration: 2026-02-01T00:00:00Z\n`;
};

test('a staged file has the numbers of its lines, records and bad lines', async () => {
  using stage = new ImportStage();
  const progress: number[] = [];
  const staged = await stageFile(
    stage,
    {
      name: 'a.log',
      chunks: createChunks(`${entry(10)}x\n${entry(11)}${entry(12)}`),
      identity,
      fileTime: null,
    },
    { convert: (local) => [local], isZoneGiven: false, onProgress: (lines) => progress.push(lines) },
  );
  expect(staged).toMatchObject({
    name: 'a.log',
    isOwn: false,
    lines: 7,
    records: 3,
    badLines: 1,
    conflict: null,
  });
  expect(staged.skipped).toEqual([
    { reason: 'text that is neither a timestamp nor a document', count: 1, firstLine: 3, isBad: true },
  ]);
  expect(progress.at(-1)).toBe(7);
  const store = temporaryStore();
  const written: number[] = [];
  const write = () => writeStagedRecords(stage, store, (count) => written.push(count));
  expect(await write()).toEqual({ added: 3, known: 0 });
  expect(await write()).toEqual({ added: 0, known: 3 });
  expect(written).toEqual([3, 3]);
});

test('staged records are written in their order, in batches of 10,000', () => {
  using stage = new ImportStage();
  const sample = {
    accessKeyId: 'ASIA1',
    lastUpdated: null,
    expiration: 1,
    zoneless: false,
    clockOffset: null,
  };
  const records = Array.from(
    { length: 20_001 },
    (_, observedAt) =>
      ({ record: 'sample', identity, sample: { ...sample, observedAt }, ordinal: 0 }) as const,
  );
  stage.add(records.slice(0, 7000));
  stage.add(records.slice(7000));
  const batches = [...stage.batches()].map((batch) => [...listRecords(batch)]);
  expect(batches.map(({ length }) => length)).toEqual([10_000, 10_000, 1]);
  expect(batches.flat()).toEqual(records);
  using empty = new ImportStage();
  expect([...empty.batches()]).toEqual([]);
});

test('a log whose timestamps are in another zone has a conflict', async () => {
  using stage = new ImportStage();
  const { conflict } = await stageFile(
    stage,
    {
      name: 'a.log',
      chunks: createChunks([10, 11, 12].map((hour) => entry(hour, hour - 1)).join('')),
      identity,
      fileTime: null,
    },
    { convert: (local) => [local], isZoneGiven: false, onProgress: () => {} },
  );
  expect(conflict).toMatchObject({ kind: 'early', seconds: 3300, fittingZones: ['-01:00'] });
});

const OWN = JSON.stringify({
  ...{ schema_version: 1, observed_at: '2026-01-31T10:00:00Z', host: 'web-2', source: 'imds' },
  ...{ api_version: '', role: '', expiration: '2026-02-01T00:00:00Z' },
});

test.each([
  [`${OWN}\n`, true],
  [`${OWN}\n${OWN}\nx\n`, true],
  [`${OWN}\n${entry(10)}`, false],
  [entry(10), false],
  ['', false],
])('case %# is our own output: %j', async (text, isOwn) => {
  using stage = new ImportStage();
  const file = { name: 'a.log', chunks: createChunks(text), identity, fileTime: null };
  const options = { convert: (local: number) => [local] as const, isZoneGiven: false, onProgress: () => {} };
  expect(await stageFile(stage, file, options)).toMatchObject({ isOwn });
});

test('a failed poll without a year has the year in which the file was written', async () => {
  const years = async (writtenAt: number | undefined) => {
    using stage = new ImportStage();
    const text = 'Jan 31 10:05:00 curl: (28) x\n';
    const file = { name: 'a.log', chunks: createChunks(text), identity, fileTime: null };
    const options = {
      convert: (local: number) => [local] as const,
      isZoneGiven: false,
      onProgress: () => {},
    };
    await stageFile(stage, { ...file, ...(writtenAt !== undefined && { writtenAt }) }, options);
    const records = [...stage.batches()].flat();
    return records.map((record) => record.record === 'failed_poll' && record.poll.observedAt);
  };
  expect(await years(Date.UTC(2024, 1, 1))).toEqual([Date.UTC(2024, 0, 31, 10, 5)]);
  expect(await years(undefined)).toEqual([]);
});
