import { CredWatchError } from '../errors.ts';

/** Imports and backups lock the database for a short time. A longer lock is reported. */
export const MAX_SHORT_LOCK_MS = 30_000;

/** Whether another program has locked the database. */
export const isDatabaseLocked = (error: unknown): boolean =>
  error instanceof CredWatchError && error.code === 'DATABASE_BUSY';
