import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { assertNotForeignDatabase } from '../../../src/store/sqlite/file-header.ts';
import { APPLICATION_ID } from '../../../src/store/sqlite/schema.ts';
import { catchError } from '../../support/catch-error.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';

/** https://www.sqlite.org/fileformat.html#the_database_header */
function createFile(pages: number, applicationId: number, magic = 'SQLite format 3\0'): string {
  const header = Buffer.alloc(100);
  header.write(magic, 'latin1');
  header.writeUInt32BE(pages, 28);
  header.writeUInt32BE(applicationId, 68);
  const file = join(temporaryFolder(), 'samples.db');
  writeFileSync(file, header);
  return file;
}

test.each([
  ['cred-watch', 9, APPLICATION_ID],
  ['a process that has just created the file', 0, 0],
  ['a process that has just written the first page', 1, 0],
])('the database of %s is accepted', (_, pages, applicationId) => {
  expect(() => assertNotForeignDatabase(createFile(pages, applicationId))).not.toThrow();
});

test.each([
  ['two pages without an application id', 2, 0],
  ['many pages without an application id', 300, 0],
  ['another application id', 9, APPLICATION_ID + 1],
  ['one page and another application id', 1, 1],
])('a database with %s belongs to another program', (_, pages, applicationId) => {
  const file = createFile(pages, applicationId);
  expect(catchError(() => assertNotForeignDatabase(file))).toMatchObject({
    code: 'DATABASE_NOT_OURS',
    message: `${file} is an SQLite database of another program`,
    hint: 'nothing was changed; name another file with --db or CRED_WATCH_DB',
  });
});

test.each(['SQLite format 4\0', 'SQLite format 3 ', ' SQLite format 3\0'])(
  'a file that begins with %j is left to SQLite',
  (magic) => {
    expect(() => assertNotForeignDatabase(createFile(9, 1, magic))).not.toThrow();
  },
);

test('a file shorter than a header is left to SQLite', () => {
  const file = join(temporaryFolder(), 'samples.db');
  writeFileSync(file, 'SQLite');
  expect(() => assertNotForeignDatabase(file)).not.toThrow();
});
