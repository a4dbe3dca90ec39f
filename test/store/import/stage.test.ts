import { tmpdir } from 'node:os';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { ArchiveRecord } from '../../../src/store/archive/record.ts';
import { ImportStage } from '../../../src/store/import/stage.ts';
import { catchError } from '../../support/catch-error.ts';

const RECORD: ArchiveRecord = {
  record: 'failed_poll',
  host: 'web-1',
  source: 'imds',
  poll: {
    observedAt: 0,
    reason: 'timeout',
    detail: '',
    accessKeyId: null,
    expiration: null,
    clockOffset: null,
  },
  ordinal: 0,
};

const NO_SPACE = {
  code: 'DATABASE_FULL',
  message: `no space left to write a temporary file in ${tmpdir()}`,
  hint: 'set TMPDIR to a folder with free space, and import again',
};

/** The next call of a method of the driver fails, as on a full disk. */
function fillDisk(method: 'exec' | 'prepare'): void {
  const spy = vi.spyOn(Database.prototype, method).mockImplementationOnce(() => {
    throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
  });
  onTestFinished(() => spy.mockRestore());
}

test('a full disk while an import begins is reported with the temporary folder', () => {
  fillDisk('exec');
  expect(catchError(() => new ImportStage())).toMatchObject(NO_SPACE);
});

test('a full disk while records are added is reported with the temporary folder', () => {
  using stage = new ImportStage();
  fillDisk('prepare');
  expect(catchError(() => stage.add(Array(10_000).fill(RECORD)))).toMatchObject(NO_SPACE);
});

test('records are kept in memory until there are 10,000', () => {
  using stage = new ImportStage();
  fillDisk('prepare');
  stage.add(Array(9999).fill(RECORD));
  expect(catchError(() => stage.add([RECORD]))).toMatchObject(NO_SPACE);
});

test('staged records can be read twice', () => {
  using stage = new ImportStage();
  stage.add([RECORD, { ...RECORD, ordinal: 1 }]);
  const batches = [[RECORD, { ...RECORD, ordinal: 1 }]];
  expect([...stage.batches()]).toEqual(batches);
  expect([...stage.batches()]).toEqual(batches);
});

test('an ended import closes its temporary file', () => {
  const stage = new ImportStage();
  stage.add([RECORD]);
  stage[Symbol.dispose]();
  expect(() => [...stage.batches()]).toThrow('not open');
});
