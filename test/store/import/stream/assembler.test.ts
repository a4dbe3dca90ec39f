import { describe, expect, test } from 'vitest';
import type { SourceName } from '../../../../src/domain/model.ts';
import { createDocument, type LoggedDocument } from '../../../../src/store/import/documents/document.ts';
import { Assembler } from '../../../../src/store/import/stream/assembler.ts';
import type { AssemblerOptions } from '../../../../src/store/import/stream/assembler-options.ts';
import { readTimestamp } from '../../../../src/store/import/timestamps/families.ts';

const START = Date.parse('2026-11-20T00:00:00Z');
const HOUR = 3_600_000;
const stamp = (text: string) => readTimestamp(text)!;
/** 00:00:05 in UTC, and the same without a zone. */
const UTC = stamp('2026-11-20T00:00:05Z');
const LOCAL = stamp('2026-11-20 00:00:09');

function create(options: Partial<AssemblerOptions> = {}) {
  return new Assembler({
    identity: { host: 'h', source: 'imds', apiVersion: '', role: '' },
    convert: (at) => [at + HOUR],
    isZoneGiven: false,
    fileTime: null,
    ...options,
  });
}

const document = (change: Partial<LoggedDocument> = {}): LoggedDocument => ({
  ...createDocument(),
  expiration: { instant: START + 6 * HOUR, zoneless: false },
  ...change,
});

/** Seconds after the start, and the series or the reason. */
function finish(assembler: Assembler) {
  assembler.finish();
  const records = assembler.takeRecords().map((record) => {
    if (record.record === 'sample') {
      const { identity, sample } = record;
      return [(sample.observedAt - START) / 1000, `${identity.source}/${identity.role}`];
    }
    if (record.record !== 'failed_poll') return [];
    return [(record.poll.observedAt - START) / 1000, `${record.source}: ${record.poll.reason}`];
  });
  const skipped = assembler.skipped
    .list()
    .map(({ reason, firstLine, isBad }) => `${firstLine} ${reason}${isBad ? '!' : ''}`);
  const { content } = assembler.counter;
  return { records, skipped, forms: content.timestampForms, content };
}

describe('the timestamp of a document', () => {
  test.each([
    [null, UTC, null, [[5, 'imds/']], ['ISO 8601 on the same line']],
    [null, null, UTC, [[5, 'imds/']], ['ISO 8601 before the document']],
    [UTC, LOCAL, null, [[5, 'imds/']], ['ISO 8601 in the document']],
    [LOCAL, UTC, null, [[5, 'imds/']], ['ISO 8601 on the same line']],
    [LOCAL, LOCAL, UTC, [[3609, 'imds/']], ['ISO 8601 in the document']],
    [LOCAL, null, UTC, [[3609, 'imds/']], ['ISO 8601 in the document']],
    [null, LOCAL, UTC, [[3609, 'imds/']], ['ISO 8601 on the same line']],
    [null, null, null, [], []],
  ])(
    'the timestamp of a document is chosen as expected in case %#',
    (timestamp, inline, pending, records, forms) => {
      const assembler = create();
      if (pending !== null) assembler.setTimestamp(pending, null);
      assembler.addDocument(document({ timestamp }), inline, 1, 'JSON');
      expect(assembler.pending).toBeNull();
      expect(finish(assembler)).toMatchObject({ records, forms });
    },
  );

  test('the timestamp of a document can be the Date header only', () => {
    const assembler = create();
    assembler.setDate(START);
    assembler.addDocument(document(), null, 1, 'JSON');
    assembler.addDocument(document(), null, 2, 'JSON');
    expect(finish(assembler)).toMatchObject({
      records: [[0, 'imds/']],
      forms: ['Date header'],
      skipped: ['2 document without a timestamp!'],
      content: { timestamps: 1, undatedDocuments: 1, forms: ['JSON'] },
    });
  });

  test('the timestamp of the last document is the time of the file, if that is allowed', () => {
    const assembler = create({ fileTime: START + 9000 });
    for (const line of [1, 2, 3]) assembler.addDocument(document(), null, line, 'JSON');
    const { records, skipped, forms, content } = finish(assembler);
    expect([records, forms]).toEqual([[[9, 'imds/']], ['time of the file']]);
    expect([skipped, content.undatedDocuments]).toEqual([['1 document without a timestamp!'], 2]);
  });

  test('timestamps follow their documents if the first document has none and the last timestamp has no document', () => {
    const run = (...steps: readonly ('document' | 'dated' | 'stamp')[]) => {
      const assembler = create();
      for (const step of steps) {
        if (step === 'stamp') assembler.setTimestamp(UTC, null);
        else assembler.addDocument(document(), step === 'dated' ? UTC : null, 1, 'JSON');
      }
      return finish(assembler).content.timestampsFollow;
    };
    expect(run('document', 'stamp')).toBe(true);
    expect(run('document', 'stamp', 'document', 'stamp')).toBe(true);
    expect(run('document', 'stamp', 'document')).toBe(false);
    expect(run('dated', 'document', 'stamp')).toBe(false);
    expect(run('document', 'document', 'stamp')).toBe(true);
    expect(run('stamp')).toBe(false);
  });
});

test.each([
  [{ invalid: 'x' }, 'x!'],
  [{ expiration: null }, 'document without Expiration!'],
])('a document with %j is skipped together with its timestamp', (change, reason) => {
  const assembler = create();
  assembler.setTimestamp(UTC, null);
  assembler.setDate(START);
  assembler.addDocument(document(change), null, 7, 'JSON');
  assembler.addDocument(document(), null, 8, 'JSON');
  expect(finish(assembler)).toMatchObject({
    records: [],
    skipped: [`7 ${reason}`, '8 document without a timestamp!'],
  });
});

describe('the series of a sample', () => {
  test.each<[string, string | null, string | null, SourceName, string]>([
    ['', null, null, 'imds', 'imds/'],
    ['', null, 'requested', 'imds', 'imds/requested'],
    ['', 'own', 'requested', 'container', 'container/own'],
    ['given', 'own', 'requested', 'imds', 'imds/given'],
  ])(
    'the series of a sample with the roles %j, %j and %j and the source %s is %s',
    (given, own, requested, source, series) => {
      const assembler = create({ identity: { host: 'h', source: 'imds', apiVersion: '', role: given } });
      if (requested !== null) assembler.setRequestedRole(requested);
      assembler.addDocument(document({ role: own, source }), UTC, 1, 'JSON');
      expect(finish(assembler).records).toEqual([[5, series]]);
    },
  );

  test('the series of a sample is one object as long as it stays the same', () => {
    const assembler = create();
    for (const role of ['a', 'a', 'b', 'b', 'a']) assembler.addDocument(document({ role }), UTC, 1, 'JSON');
    const series = assembler.takeRecords().map((record) => record.record === 'sample' && record.identity);
    expect([series[0] === series[1], series[1] === series[2], series[2] === series[3]]).toEqual([
      true,
      false,
      true,
    ]);
  });
});

describe('a failed poll', () => {
  test('a failed poll waits for the source and the year of the documents', () => {
    const assembler = create();
    assembler.addFailure('timeout', stamp('Nov 19 23:59:50 UTC'), 1);
    expect(assembler.takeRecords()).toEqual([]);
    assembler.addDocument(document({ source: 'container' }), UTC, 2, 'JSON');
    assembler.addFailure('throttled', stamp('Nov 20 00:00:15 UTC'), 3);
    expect(finish(assembler).records).toEqual([
      [-10, 'container: timeout'],
      [5, 'container/'],
      [15, 'container: throttled'],
    ]);
  });

  test.each([
    [null, null, [], ['1 failed poll whose timestamp has no year']],
    [START, null, [[5, 'imds: timeout']], []],
  ])(
    'a failed poll without documents and with the file time %j has the records of case %#',
    (writtenAt, _, records, skipped) => {
      const assembler = create({ writtenAt });
      assembler.addFailure('timeout', stamp('Nov 20 00:00:05 UTC'), 1);
      expect(finish(assembler)).toMatchObject({ records, skipped });
    },
  );

  test('a failed poll uses its timestamp up', () => {
    const assembler = create();
    assembler.setTimestamp(UTC, null);
    assembler.setDate(START + 5000);
    assembler.addFailure('timeout', null, 1);
    assembler.addFailure('throttled', null, 2);
    expect(finish(assembler)).toMatchObject({
      records: [[5, 'imds: timeout']],
      skipped: ['2 failed poll without a timestamp'],
    });
  });

  test.each([
    ['InstanceProfileNotFound', 'instance-profile-not-found'],
    ['Failed', 'error-document'],
  ])('a failed poll can be a document with the code %s', (errorCode, reason) => {
    const assembler = create();
    assembler.addDocument(document({ errorCode, expiration: null, timestamp: UTC }), null, 1, 'JSON');
    assembler.addDocument(document({ errorCode, expiration: null, timestamp: LOCAL }), UTC, 2, 'JSON');
    assembler.addDocument(document({ errorCode, timestamp: UTC }), null, 3, 'JSON');
    expect(finish(assembler).records).toEqual([
      [5, `imds: ${reason}`],
      [5, `imds: ${reason}`],
      [5, 'imds/'],
    ]);
  });
});

test('a zone that means several zones is noted only where the zone of the import was used', () => {
  const zones = (isZoned: boolean) => {
    const assembler = create();
    assembler.addDocument(document(), stamp(`2026-11-20 00:00:09 ${isZoned ? 'EST' : 'CST'}`), 1, 'JSON');
    return finish(assembler).content.ambiguousZones;
  };
  expect([zones(false), zones(true)]).toEqual([['CST'], []]);
});
