import { getSystemErrorCode } from '../../errors.ts';
import { type DatabaseConnection, readNumberPragma } from './driver.ts';

/** The value of `PRAGMA auto_vacuum`. */
const INCREMENTAL = 2;

/** Each step is one transaction of at most 4 MiB. */
const PAGES_PER_STEP = 1000;

/** Has an effect only in a new file, before its first page is written. */
export function enableIncrementalVacuum(connection: DatabaseConnection): void {
  connection.pragma('auto_vacuum = INCREMENTAL');
}

/**
 * Returns unused pages to the file system. Rebuilds an older database once, so that later calls work in steps.
 * On a full disk or beside a busy writer, the pages stay in the file, where new samples use them.
 */
export function releaseFreePages(connection: DatabaseConnection): void {
  if (readNumberPragma(connection, 'freelist_count') === 0) return;
  try {
    if (readNumberPragma(connection, 'auto_vacuum') === INCREMENTAL) releaseInSteps(connection);
    else {
      enableIncrementalVacuum(connection);
      connection.exec('VACUUM');
    }
    // A passive checkpoint waits for no other connection.
    connection.pragma('wal_checkpoint(PASSIVE)');
  } catch (error) {
    if (!/^SQLITE_(FULL|BUSY)/.test(getSystemErrorCode(error) ?? '')) throw error;
  }
}

function releaseInSteps(connection: DatabaseConnection): void {
  let unused = readNumberPragma(connection, 'freelist_count');
  for (let before = unused + 1; unused > 0 && unused < before; ) {
    connection.pragma(`incremental_vacuum(${PAGES_PER_STEP})`);
    before = unused;
    unused = readNumberPragma(connection, 'freelist_count');
  }
}
