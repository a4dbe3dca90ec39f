import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readNewestClockOffsets } from '../../src/store/host-clocks.ts';
import { openForWriting } from '../../src/store/sqlite/database.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';

function openWith(...statements: string[]) {
  const connection = openForWriting(join(temporaryFolder(), 'samples.db'));
  onTestFinished(() => void connection.close());
  for (const statement of statements) connection.exec(statement);
  return connection;
}

test('the newest clock offset of each host is read', () => {
  const connection = openWith("INSERT INTO host_clocks VALUES ('web-1', 1, -30), ('web-2', 1, 0)");
  expect([...readNewestClockOffsets(connection)]).toEqual([
    ['web-1', -30],
    ['web-2', 0],
  ]);
});

test('rows of another table instead of clock offsets are an error', () => {
  // As after a page of `row_counts` was written to the place of `host_clocks`.
  const connection = openWith(
    'DROP TABLE host_clocks; CREATE TABLE host_clocks (host TEXT PRIMARY KEY, known_at, clock_offset)',
    'INSERT INTO host_clocks SELECT name, rows, NULL FROM row_counts',
    "UPDATE row_counts SET rows = 2 WHERE name = 'host_clocks'",
  );
  expect(() => readNewestClockOffsets(connection)).toThrow(
    expect.objectContaining({ code: 'SQLITE_MISMATCH' }),
  );
});

test('a missing row is an error', () => {
  const connection = openWith(
    "INSERT INTO host_clocks VALUES ('web-1', 1, -30), ('web-2', 1, 0)",
    "DELETE FROM host_clocks WHERE host = 'web-2'",
  );
  expect(() => readNewestClockOffsets(connection)).toThrow(
    expect.objectContaining({ code: 'SQLITE_CORRUPT', message: '1 of 2 clock offsets were found' }),
  );
});
