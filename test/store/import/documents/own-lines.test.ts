import { describe, expect, test } from 'vitest';
import { readOwnLine } from '../../../../src/store/import/documents/own-lines.ts';

const NIGHT = '2026-11-20T00:00:01Z';
const EXPIRATION = '2026-11-20T06:00:01Z';
const identity = { host: 'web-1', source: 'imds', api_version: '2', role: 'app' };
const line = {
  ...identity,
  schema_version: 1,
  observed_at: NIGHT,
  access_key_id: 'ASIA…MPLE',
  last_updated: NIGHT,
  expiration: EXPIRATION,
  clock_offset_seconds: 3,
  failure: null,
};
const sample = {
  accessKeyId: '',
  lastUpdated: Date.parse(NIGHT),
  expiration: Date.parse(EXPIRATION),
  zoneless: false,
  observedAt: Date.parse(NIGHT),
  clockOffset: 3,
};

describe('a line of poll', () => {
  test.each<[object, object]>([
    [{}, {}],
    [{ zoneless: true }, { zoneless: true }],
    [{ zoneless: 'TRUE' }, { zoneless: true }],
    [{ zoneless: 1 }, { zoneless: true }],
    [{ zoneless: false }, {}],
    [{ zoneless: 'false' }, {}],
    [{ zoneless: '0' }, {}],
    [{ zoneless: null }, {}],
    [{ last_updated: null }, { lastUpdated: null }],
    [{ clock_offset_seconds: null }, { clockOffset: null }],
    [{ failure: 'x' }, {}],
  ])('a line of poll with %j is a sample', (change, expected) => {
    expect(readOwnLine({ ...line, ...change })).toEqual({
      form: 'output of cred-watch poll',
      record: {
        record: 'sample',
        identity: { host: 'web-1', source: 'imds', apiVersion: '2', role: 'app' },
        sample: { ...sample, ...expected },
        ordinal: 0,
      },
    });
  });

  test('a line of poll with a failure is a failed poll', () => {
    const failure = { reason: 'timeout', detail: 'x' };
    const { host, source } = identity;
    const fields = { schema_version: 1, observed_at: NIGHT, host, source, clock_offset_seconds: 3, failure };
    expect(readOwnLine(fields)).toEqual({
      form: 'output of cred-watch poll',
      record: {
        record: 'failed_poll',
        host,
        source,
        poll: {
          observedAt: Date.parse(NIGHT),
          clockOffset: 3,
          reason: 'timeout',
          detail: '',
          accessKeyId: null,
          expiration: null,
        },
        ordinal: 0,
      },
    });
  });

  test.each([
    [{ schema_version: 2 }, 'schema_version is not 1'],
    [{ zoneless: 'x' }, 'zoneless is neither true nor false'],
    [{ zoneless: ['true'] }, 'zoneless is neither true nor false'],
    [{ zoneless: {} }, 'zoneless is neither true nor false'],
    [{ schema_version: '1' }, 'schema_version is not 1'],
    [{ observed_at: 'x' }, 'observed_at'],
    [{ host: '' }, 'host'],
    [{ source: 'x' }, 'source'],
    [{ api_version: 1 }, 'api_version'],
    [{ role: 1 }, 'role'],
    [{ expiration: null }, 'expiration'],
    [{ last_updated: 'x' }, 'last_updated'],
    [{ clock_offset_seconds: 1.5 }, 'clock_offset_seconds'],
    [{ failure: { reason: 'x' } }, 'reason'],
    [{ failure: {} }, 'reason'],
  ])('a line of poll with %j is refused', (change, message) => {
    expect(() => readOwnLine({ ...line, ...change })).toThrow(message);
  });
});

test('a line with the field record is a record of an export', () => {
  expect(() => readOwnLine({ ...line, record: 'x' })).toThrow('record');
  const { form, record } = readOwnLine({
    ...line,
    ordinal: 0,
    record: 'sample',
    access_key_id: 'ASIAEXAMPLE',
  });
  expect([form, record.record]).toEqual(['export of cred-watch', 'sample']);
});
