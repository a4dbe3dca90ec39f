import type BetterSqlite3 from 'better-sqlite3';

export interface BundledDriver {
  version: string;
  load(): typeof BetterSqlite3;
}

/**
 * The JavaScript of better-sqlite3, which the build adds to the bundles of the program. Null in the library
 * and in tests. Loading the thirteen files of the package takes a third of Node's own start-up time.
 */
export const bundledDriver: BundledDriver | null = null;
