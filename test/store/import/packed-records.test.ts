import { expect, test } from 'vitest';
import type { ArchiveRecord } from '../../../src/store/archive/record.ts';
import { listRecords } from '../../../src/store/archive/record.ts';
import { type PackedRecords, RecordPacker, unpackRecords } from '../../../src/store/import/packed-records.ts';

const identity = { host: 'web-1', source: 'imds', apiVersion: '2', role: 'app' } as const;
const other = { ...identity, host: 'web-2' };

const sample = (
  accessKeyId: string,
  at: number,
  change: object = {},
  series: object = identity,
): ArchiveRecord => ({
  record: 'sample',
  identity: series as typeof identity,
  sample: {
    accessKeyId,
    lastUpdated: at + 1,
    expiration: at + 2,
    zoneless: false,
    observedAt: at,
    clockOffset: -3,
    ...change,
  },
  ordinal: at % 7,
});

const failedPoll: ArchiveRecord = {
  record: 'failed_poll',
  host: 'web-1',
  source: 'imds',
  poll: {
    observedAt: 5,
    reason: 'timeout',
    detail: '',
    accessKeyId: null,
    expiration: null,
    clockOffset: null,
  },
  ordinal: 0,
};

const RECORDS = [
  sample('A', 100),
  failedPoll,
  sample('B', 205, { zoneless: true }),
  sample('A', 310, { clockOffset: null, lastUpdated: null }, other),
  sample('', 420, { clockOffset: 0 }),
  failedPoll,
];

const unpack = (packed: PackedRecords) => [...listRecords(unpackRecords(packed))];

test('records are unpacked as they were packed, in their order', () => {
  const packer = new RecordPacker(4);
  for (const record of RECORDS) packer.add(record);
  expect(packer.count).toBe(6);
  expect(unpack(packer.take())).toEqual(RECORDS);
});

test('a packer is empty after its records were taken', () => {
  const packer = new RecordPacker(4);
  for (const record of RECORDS) packer.add(record);
  packer.take();
  expect(packer.count).toBe(0);
  expect(unpack(packer.take())).toEqual([]);
  const next = [sample('B', 500, {}, other), failedPoll, sample('A', 600)];
  for (const record of next) packer.add(record);
  expect(unpack(packer.take())).toEqual(next);
});

test('packed records do not change when more are added', () => {
  const packer = new RecordPacker(1);
  packer.add(sample('A', 1));
  const packed = packer.take();
  packer.add(sample('B', 2));
  expect(unpack(packed)).toEqual([sample('A', 1)]);
});

test('samples are unpacked from bytes at any offset', () => {
  const packer = new RecordPacker(1);
  packer.add(sample('A', 1));
  const { samples, rest } = packer.take();
  const bytes = Buffer.concat([Buffer.from('x'), samples]).subarray(1);
  expect(unpack({ samples: bytes, rest })).toEqual([sample('A', 1)]);
});

test('neighbouring samples that differ only in time and clock offset become a run', () => {
  const shared = { accessKeyId: 'A', lastUpdated: 1, expiration: 2, zoneless: false };
  const add = (packer: RecordPacker, observedAt: number, change: object = {}, ordinal = 0) =>
    packer.add({
      ...sample('A', observedAt, { ...shared, clockOffset: null, ...change }),
      ordinal,
    } as ArchiveRecord);
  const packer = new RecordPacker(20);
  add(packer, 1);
  add(packer, 2, { clockOffset: 5 });
  add(packer, 3, { zoneless: true });
  add(packer, 4, { expiration: 3 });
  add(packer, 5, { lastUpdated: null });
  add(packer, 6);
  add(packer, 7, {}, 1);
  packer.add(failedPoll);
  add(packer, 8, {}, 1);
  add(packer, 9, {}, 1);
  expect(packer.count).toBe(10);
  const runs = unpackRecords(packer.take()).map((each) =>
    each.record === 'sample_run' ? each.times.map(({ observedAt }) => observedAt) : each.record,
  );
  expect(runs).toEqual([[1, 2], [3], [4], [5], [6], [7], 'failed_poll', [8, 9]]);
});
