import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { SampleStore } from '../../src/store/sample-store.ts';
import { MIGRATIONS } from '../../src/store/sqlite/schema.ts';
import { catchError } from '../support/catch-error.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';

const identity = { host: 'web-1', source: 'imds', apiVersion: '2', role: 'loader' } as const;
const sample = {
  ...{ accessKeyId: 'ASIA1', lastUpdated: null, expiration: 2_000_000_000_000, zoneless: false },
  ...{ observedAt: 1_900_000_000_000, clockOffset: 0 },
};

/** Does what a later version can do to the tables while another program uses them. */
function migrateToNewerVersion(file: string, changes: string): void {
  const database = new Database(file);
  database.pragma('foreign_keys = OFF');
  database.exec(changes);
  database.pragma(`user_version = ${MIGRATIONS.length + 1}`);
  database.close();
}

describe('a database that a newer version migrates while it is open', () => {
  test.each([
    ['DROP VIEW samples; DROP TABLE sample_times'],
    ['DROP TABLE host_clocks; CREATE VIEW host_clocks AS SELECT 1 AS host'],
    ['ALTER TABLE generations RENAME COLUMN last_seen TO newest'],
  ])('an error names the newer schema, not damage, after `%s`', (changes) => {
    const file = join(temporaryFolder(), 'samples.db');
    using store = SampleStore.open(file);
    store.recordSample(identity, sample, 'machine');
    migrateToNewerVersion(file, changes);
    const error = catchError(() => store.recordSample(identity, { ...sample, observedAt: 1 }, 'machine'));
    expect(error).toMatchObject({ code: 'DATABASE_TOO_NEW' });
    expect(String(error)).toContain(`schema ${MIGRATIONS.length + 1}`);
  });

  test('a reader reports the newer schema as well', () => {
    const file = join(temporaryFolder(), 'samples.db');
    using store = SampleStore.open(file);
    store.recordSample(identity, sample, 'machine');
    using reader = SampleStore.openReadOnly(file);
    migrateToNewerVersion(file, 'ALTER TABLE generations RENAME COLUMN last_seen TO newest');
    const tooNew = { code: 'DATABASE_TOO_NEW' };
    expect(catchError(() => reader?.historyReaders({}).map((read) => read()))).toMatchObject(tooNew);
    expect(catchError(() => [...(reader?.records() ?? [])])).toMatchObject(tooNew);
  });
});
