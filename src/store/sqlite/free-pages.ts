import { getSystemErrorCode } from '../../errors.ts';
import { type DatabaseConnection, readNumberPragma } from './driver.ts';

/** The value of `PRAGMA auto_vacuum`. */
const INCREMENTAL = 2;

/** Each step is one transaction of at most 4 MiB. */
const PAGES_PER_STEP = 1000;

/** 16 MiB. Rebuilding a file with fewer used pages takes about as long as one step, and also fills its pages. */
const MAX_REBUILT_PAGES = 4000;

/** Has an effect only in a new file, before its first page is written. */
export function enableIncrementalVacuum(connection: DatabaseConnection): void {
  connection.pragma('auto_vacuum = INCREMENTAL');
}

/**
 * Returns unused pages to the file system, in short transactions. Rebuilds an older database once, so that later
 * calls work in steps. If this is not possible, the pages stay in the file, where new samples use them.
 */
export function releaseFreePages(connection: DatabaseConnection): void {
  const unused = readNumberPragma(connection, 'freelist_count');
  if (unused === 0) return;
  const isSmall = readNumberPragma(connection, 'page_count') - unused <= MAX_REBUILT_PAGES;
  const isOld = readNumberPragma(connection, 'auto_vacuum') !== INCREMENTAL;
  if (isSmall || isOld) rebuildFile(connection);
  else shrink(connection, () => releaseInSteps(connection));
}

/** Rebuilds the file without unused space in one transaction, if this is possible. */
export function rebuildFile(connection: DatabaseConnection): void {
  enableIncrementalVacuum(connection);
  shrink(connection, () => connection.exec('VACUUM'));
}

/** Ignores a full disk, a busy writer, and a missing temporary folder. */
function shrink(connection: DatabaseConnection, action: () => void): void {
  try {
    action();
    // A passive checkpoint waits for no other connection.
    connection.pragma('wal_checkpoint(PASSIVE)');
  } catch (error) {
    if (!/^SQLITE_(FULL|BUSY|CANTOPEN|IOERR_GETTEMPPATH)/.test(getSystemErrorCode(error) ?? '')) throw error;
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
