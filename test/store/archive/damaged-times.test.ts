import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';

const START = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;
const identity = { host: 'web-1', source: 'imds', apiVersion: '2', role: 'loader' } as const;

test.each([
  ['earlier', 'base_time = base_time - 1'],
  ['later', 'base_time = base_time + 1'],
])('an export reports a damaged database if a sample is %s than its generation', (_, change) => {
  const file = join(temporaryFolder(), 'samples.db');
  const store = SampleStore.open(file);
  for (const observedAt of [START, START + HOUR])
    store.recordSample(
      identity,
      {
        accessKeyId: 'ASIAEXAMPLE1',
        lastUpdated: START,
        expiration: START + 6 * HOUR,
        zoneless: false,
        observedAt,
        clockOffset: null,
      },
      'machine',
    );
  store.close();
  const damaged = new Database(file);
  damaged.exec(`UPDATE sample_groups SET ${change}`);
  damaged.close();
  using reader = SampleStore.openReadOnly(file);
  expect(() => [...(reader?.records() ?? [])]).toThrow(expect.objectContaining({ code: 'DATABASE_DAMAGED' }));
});
