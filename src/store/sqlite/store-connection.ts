import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { CredWatchError, getSystemErrorCode } from '../../errors.ts';
import type { OnFallback } from '../contract.ts';
import { assertNotNewer, openTemporary } from './database.ts';
import { BUSY_TIMEOUT_MS, type DatabaseConnection, readNumberPragma } from './driver.ts';
import { explainError } from './error-hints.ts';

/** The connection of a store. A best-effort connection changes to a temporary copy at the first error. */
export class StoreConnection {
  readonly file: string;
  #current: DatabaseConnection;
  /** Null if there is no fallback, or if it is already in use. */
  #onFallback: OnFallback | null;
  #isFallback = false;
  /** The absolute path and the identity of the file. Null if a copy is open. */
  readonly #opened: { path: string; identity: string } | null;

  constructor(connection: DatabaseConnection, file: string, onFallback: OnFallback | null) {
    this.#current = connection;
    this.file = file;
    this.#onFallback = onFallback;
    const path = resolve(file);
    this.#opened = connection.name === path ? { path, identity: identifyFile(path) } : null;
  }

  get current(): DatabaseConnection {
    return this.#current;
  }

  /** Whether a copy is used. The copy may lack the last records of the file. */
  get isFallback(): boolean {
    return this.#isFallback;
  }

  /** Whether all records are lost when the connection is closed. */
  get isTemporary(): boolean {
    return this.#isFallback || this.#opened === null;
  }

  /**
   * Runs `action`. If the action fails on a best-effort connection, runs it again on a temporary copy.
   * @throws CredWatchError if SQLite or the system caused the error
   */
  run<T>(action: (connection: DatabaseConnection) => T): T {
    try {
      return this.explain(() => action(this.#current));
    } catch (error) {
      if (this.#onFallback === null || !(error instanceof CredWatchError) || this.#mayTryAgain(error))
        throw error;
      this.#useCopy(error, this.#onFallback);
      return this.explain(() => action(this.#current));
    }
  }

  /**
   * As {@link run}, for an action that writes. SQLite notices a moved or deleted file only without a write-ahead log,
   * so all later samples would be lost without an error.
   */
  write<T>(action: (connection: DatabaseConnection) => T): T {
    return this.run((connection) => {
      this.#assertNotMoved();
      return action(connection);
    });
  }

  /**
   * As {@link write}, but waits for a lock only briefly. If it fails, the next call tries the file again, also on a
   * best-effort connection.
   */
  writeSoon<T>(action: (connection: DatabaseConnection) => T, maxWaitMs: number): T {
    return this.explain(() => {
      this.#assertNotMoved();
      const connection = this.#current;
      const usual = readNumberPragma(connection, 'busy_timeout');
      connection.pragma(`busy_timeout = ${maxWaitMs}`);
      try {
        return action(connection);
      } finally {
        connection.pragma(`busy_timeout = ${usual}`);
      }
    });
  }

  /** A lock of a few milliseconds is no reason to give up the file. */
  #mayTryAgain({ code }: CredWatchError): boolean {
    if (code !== 'DATABASE_BUSY') return false;
    return readNumberPragma(this.#current, 'busy_timeout') < BUSY_TIMEOUT_MS;
  }

  #assertNotMoved(): void {
    if (this.#isFallback || this.#opened === null) return;
    if (identifyFile(this.#opened.path) === this.#opened.identity) return;
    throw Object.assign(new Error('another file has this path'), { code: 'SQLITE_READONLY_DBMOVED' });
  }

  /**
   * Runs `action`, without a fallback.
   * @throws CredWatchError as {@link run}
   */
  explain<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw this.explainError(error);
    }
  }

  /** Yields what `read` yields. Throws as {@link explain}. */
  *explainEach<T>(read: (connection: DatabaseConnection) => Iterable<T>): Generator<T> {
    try {
      yield* read(this.#current);
    } catch (error) {
      throw this.explainError(error);
    }
  }

  /** Returns the error itself if neither SQLite nor the system caused it. */
  explainError(error: unknown): unknown {
    // Statements fail after a newer version has changed the tables. This is not damage.
    return this.#findNewerSchema(error) ?? explainError(this.file, error);
  }

  #findNewerSchema(error: unknown): CredWatchError | null {
    if (getSystemErrorCode(error) !== 'SQLITE_ERROR') return null;
    try {
      assertNotNewer(this.#current, this.file, 'start this program again with the newer version');
    } catch (newer) {
      if (newer instanceof CredWatchError) return newer;
    }
    return null;
  }

  close(): void {
    this.#current.close();
  }

  #useCopy(error: CredWatchError, onFallback: OnFallback): void {
    this.#current.close();
    // A copy of a damaged file is damaged too.
    this.#current = openTemporary(error.code === 'DATABASE_DAMAGED' ? '' : this.file);
    this.#onFallback = null;
    this.#isFallback = true;
    onFallback(error);
  }
}

/** Does not open the file, because closing it would release the locks of this process. */
function identifyFile(file: string): string {
  const stats = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? 'none' : `${stats.dev}/${stats.ino}`;
}
