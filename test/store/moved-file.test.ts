import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SampleStore } from '../../src/store/sample-store.ts';
import { catchError } from '../support/catch-error.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';

const identity = { host: 'web-1', source: 'imds', apiVersion: '2', role: 'loader' } as const;

function record(store: SampleStore, observedAt: number): void {
  const times = { lastUpdated: null, expiration: 2_000_000_000_000, observedAt, clockOffset: 0 };
  store.recordSample(identity, { accessKeyId: 'ASIA1', zoneless: false, ...times }, 'machine');
}

const MOVED = { code: 'DATABASE_INVALID_PATH', message: expect.stringContaining('was moved or deleted') };

test.each<[string, (file: string) => void]>([
  ['deleted', (file) => rmSync(file)],
  ['moved', (file) => renameSync(file, `${file}.old`)],
  [
    'replaced',
    (file) => {
      SampleStore.open(`${file}.new`).close();
      renameSync(`${file}.new`, file);
    },
  ],
])('a sample that would be written to a %s file is an error', (_, change) => {
  const file = join(temporaryFolder(), 'samples.db');
  using store = SampleStore.open(file);
  record(store, 1);
  change(file);
  expect(catchError(() => record(store, 2))).toMatchObject(MOVED);
});

test('a best-effort store continues with a copy after the file was deleted', () => {
  const file = join(temporaryFolder(), 'samples.db');
  const errors: unknown[] = [];
  using store = SampleStore.openBestEffort(file, (error) => errors.push(error));
  record(store, 1);
  rmSync(file);
  record(store, 2);
  record(store, 3);
  expect(errors).toEqual([expect.objectContaining(MOVED)]);
  expect([...store.records()]).toHaveLength(2);
});

test('a store with a relative path records after the working directory has changed', () => {
  const before = process.cwd();
  const folder = temporaryFolder();
  try {
    process.chdir(folder);
    using store = SampleStore.open('samples.db');
    process.chdir('/');
    record(store, 1);
    expect([...store.records()]).toHaveLength(1);
  } finally {
    process.chdir(before);
  }
});
