import type { Instant, Seconds } from '../../model.ts';
import type { NoResponseReason } from '../no-response.ts';

/** One read of the credentials during `--watch`. */
export interface WatchedRead {
  /** The number of the exchange. */
  exchange: number;
  /** By the clock of the endpoint. */
  at: Instant;
  durationMs: number;
  response: { status: number } | { reason: NoResponseReason };
  /** Null if the response contains no credentials. */
  document: WatchedDocument | null;
}

/** The fields of a credentials document that are not secret. */
export interface WatchedDocument {
  accessKeyId: string;
  /** As the endpoint wrote it. Null if missing, as at container endpoints. */
  lastUpdated: string | null;
  /** Null if missing or unreadable. */
  expiration: Instant | null;
}

/** What `--watch` saw. */
export interface WatchSummary {
  plannedSeconds: Seconds;
  watchedSeconds: Seconds;
  readCount: number;
  /** Reads without credentials. */
  failedReadCount: number;
  rotationCount: number;
  /** Null without a read that stated an expiration. */
  minRemainingSeconds: Seconds | null;
}
