import { closeSync, openSync, readSync } from 'node:fs';
import { CredWatchError } from '../../errors.ts';
import { APPLICATION_ID } from './schema.ts';

/** https://www.sqlite.org/fileformat.html#the_database_header */
const HEADER_LENGTH = 100;
/** The first bytes of a database. */
export const SQLITE_MAGIC = 'SQLite format 3\0';
const PAGE_COUNT_OFFSET = 28;
const APPLICATION_ID_OFFSET = 68;

/**
 * Rejects another program's database before SQLite opens the file, because SQLite may leave a write-ahead log
 * next to the file. Accepts one page without an application id: another process may have just created the
 * file. Accepts a file that is not an SQLite database: SQLite reports the error.
 * @throws CredWatchError DATABASE_NOT_OURS
 */
export function assertNotForeignDatabase(file: string): void {
  const header = Buffer.alloc(HEADER_LENGTH);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, header, 0, HEADER_LENGTH, 0);
  } finally {
    closeSync(descriptor);
  }
  if (header.toString('latin1', 0, SQLITE_MAGIC.length) !== SQLITE_MAGIC) return;
  const applicationId = header.readUInt32BE(APPLICATION_ID_OFFSET);
  const isNew = applicationId === 0 && header.readUInt32BE(PAGE_COUNT_OFFSET) <= 1;
  if (applicationId !== APPLICATION_ID && !isNew) throw createForeignDatabaseError(file);
}

export function createForeignDatabaseError(file: string): CredWatchError {
  return new CredWatchError(
    `${file} is an SQLite database of another program`,
    'nothing was changed; name another file with --db or CRED_WATCH_DB',
    { code: 'DATABASE_NOT_OURS' },
  );
}
