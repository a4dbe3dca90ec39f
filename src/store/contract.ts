import type { Instant, SourceName } from '../domain/model.ts';

/**
 * Arguments and results of a store. They are not in the files that use SQLite, because the library's declarations must
 * not import a driver whose types users do not have.
 */

/** Selects series. `since` and `until` select whole generations that were seen between them. */
export interface SeriesFilter {
  host?: string | undefined;
  source?: SourceName | undefined;
  role?: string | undefined;
  since?: Instant | undefined;
  until?: Instant | undefined;
}

/** `since` and `until` select runs by their start, because a job gets its credentials then. */
export interface JobRunFilter extends SeriesFilter {
  job: string;
}

export interface StoreLimits {
  /** The largest size of the database in pages of 4 KiB, for tests of a full disk. */
  maxPages?: number;
}

/** The numbers of new and of known records in a batch. */
export interface WriteResult {
  added: number;
  known: number;
}

export interface PruneResult {
  deleted: number;
  /** Older samples that reports still need: up to three after each generation that overlaps another one. */
  retained: number;
}
