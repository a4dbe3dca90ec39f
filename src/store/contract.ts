import type { Instant, SourceName } from '../domain/model.ts';

/**
 * What callers hand to a store and what they get back. Apart from the files that talk to SQLite, because the library's
 * declarations must not mention a driver whose types its users do not have.
 */

/** Selects series; `since` and `until` whole generations: those seen at any moment between. */
export interface SeriesFilter {
  host?: string | undefined;
  source?: SourceName | undefined;
  role?: string | undefined;
  since?: Instant | undefined;
  until?: Instant | undefined;
}

/** `since` and `until` select runs by their start: it is then that credentials were handed out. */
export interface JobRunFilter extends SeriesFilter {
  job: string;
}

export interface StoreLimits {
  /** Pages of 4 KiB beyond which the database does not grow: for tests of a full disk. */
  maxPages?: number;
}

/** How many of a batch's records were new, and how many were there already. */
export interface WriteResult {
  added: number;
  known: number;
}

export interface PruneResult {
  deleted: number;
  /** Older samples that a report still needs: up to three after each generation that overlaps another. */
  retained: number;
}
