import { expect, test } from 'vitest';
import type { ArchiveRecord } from '../../../../src/store/archive/record.ts';
import { ContentCounter } from '../../../../src/store/import/stream/content-counter.ts';

const identity = { host: 'web-1', source: 'imds', apiVersion: '', role: 'app' } as const;

const sample = (observedAt: number, change: object = {}, series: object = identity): ArchiveRecord => ({
  record: 'sample',
  identity: series as typeof identity,
  sample: {
    accessKeyId: '',
    lastUpdated: 1,
    expiration: 2,
    zoneless: false,
    observedAt,
    clockOffset: null,
    ...change,
  },
  ordinal: 0,
});

const failedPoll = (observedAt: number, host = 'web-1'): ArchiveRecord => ({
  record: 'failed_poll',
  host,
  source: 'imds',
  poll: { observedAt, reason: 'timeout', detail: '', accessKeyId: null, expiration: null, clockOffset: null },
  ordinal: 0,
});

const count = (...records: readonly ArchiveRecord[]) => {
  const counter = new ContentCounter();
  for (const record of records) counter.addRecord(record);
  return counter.content;
};

test('a file without records has no span', () => {
  expect(new ContentCounter().content).toEqual({
    timestamps: 0,
    samples: 0,
    generations: 0,
    failedPolls: 0,
    jobRuns: 0,
    span: null,
    undatedDocuments: 0,
    undatedRows: null,
    minuteSamples: 0,
    partialTimestamps: null,
    timestampsFollow: false,
    ambiguousZones: [],
    hosts: [],
    roles: [],
    forms: [],
    timestampForms: [],
  });
});

test('the span is from the first to the last sample or failed poll', () => {
  expect(count(sample(5)).span).toEqual({ from: 5, to: 5 });
  expect(count(failedPoll(5)).span).toEqual({ from: 5, to: 5 });
  expect(count(sample(5), sample(3), failedPoll(9), sample(7)).span).toEqual({ from: 3, to: 9 });
});

test.each([
  [[sample(1), sample(2)], 1],
  [[sample(1), sample(2, { accessKeyId: 'B' })], 2],
  [[sample(1), sample(2, { lastUpdated: 3 })], 2],
  [[sample(1), sample(2, { expiration: 3 })], 2],
  [[sample(1), sample(2, { expiration: 3 }), sample(3)], 2],
  [[sample(1), sample(2, {}, { ...identity, role: 'other' })], 2],
  [[sample(1), sample(2, {}, { ...identity })], 1],
  [[failedPoll(1)], 0],
])('the records of case %# have %d generations', (records, generations) => {
  expect(count(...records).generations).toBe(generations);
});

test('records are counted by kind, with their hosts and roles', () => {
  expect(
    count(
      sample(1),
      sample(2),
      sample(3, {}, { ...identity, host: 'web-2', role: 'job' }),
      failedPoll(4, 'web-3'),
      failedPoll(4, 'web-3'),
    ),
  ).toMatchObject({ samples: 3, failedPolls: 2, hosts: ['web-1', 'web-2', 'web-3'], roles: ['app', 'job'] });
});

test('a limited number of hosts, roles and generations is kept', () => {
  const counter = new ContentCounter(2);
  for (const n of [1, 2, 3]) {
    counter.addRecord(sample(n, { expiration: n }, { ...identity, host: `web-${n}`, role: `role-${n}` }));
  }
  expect(counter.content).toMatchObject({
    samples: 3,
    generations: 2,
    hosts: ['web-1', 'web-2'],
    roles: ['role-1', 'role-2'],
  });
});

test('forms are listed by frequency, with the place of timestamps', () => {
  const counter = new ContentCounter();
  counter.addForm('rows of columns');
  counter.addForm('JSON');
  counter.addForm('JSON');
  counter.addTimestampForm('epoch', 'before the document');
  counter.addTimestampForm('epoch', 'on the same line');
  counter.addTimestampForm('epoch', 'on the same line');
  counter.addTimestampForm('Date header', '');
  counter.addTimestampForm('Date header', '');
  counter.addTimestampForm('Date header', '');
  expect(counter.content).toMatchObject({
    forms: ['JSON', 'rows of columns'],
    timestampForms: ['Date header', 'epoch on the same line', 'epoch before the document'],
  });
});

test('names of zones are listed once', () => {
  const counter = new ContentCounter();
  for (const zone of ['CST', null, 'IST', 'CST']) counter.addAmbiguousZone(zone);
  expect(counter.content.ambiguousZones).toEqual(['CST', 'IST']);
});

test('generations and job runs of an export are counted, with their hosts and roles', () => {
  const generation = (accessKeyId: string, role: string) =>
    ({ record: 'generation', identity: { ...identity, role }, generation: { accessKeyId } }) as ArchiveRecord;
  const run = { record: 'job_run', run: { identity: { ...identity, host: 'web-2', role: 'job' } } };
  const records = [
    generation('A', 'app'),
    generation('A', 'app'),
    generation('B', 'app'),
    generation('A', 'b'),
  ];
  expect(count(...records, run as ArchiveRecord)).toMatchObject({
    ...{ samples: 0, generations: 3, jobRuns: 1, span: null },
    ...{ hosts: ['web-1', 'web-2'], roles: ['app', 'b', 'job'] },
  });
});
