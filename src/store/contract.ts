import type { KeyUse, StoredKeyUse } from '../domain/keys/key-use.ts';
import type {
  FailedPoll,
  FailedPollCount,
  Instant,
  IssuedCredentials,
  JobRun,
  SampleTime,
  Seconds,
  SeriesIdentity,
  SessionFacts,
  SourceName,
  Span,
} from '../domain/model.ts';
import type { ColumnHistory } from '../domain/verdict/series-analysis.ts';
import type { CredWatchError } from '../errors.ts';

// Arguments and results of a store. The declarations of the library import this file, so it must not import
// SQLite: users do not have the types of the driver.

/** Where a sample comes from. */
export interface SampleOrigin {
  /** Absent: nothing is known about the session. */
  session?: SessionFacts | null;
  /** False for a sample of `check` and others, which does not show that a poller works. Absent: true. */
  isOfPollCommand?: boolean;
}

/** Selects series. `since` and `until` select whole generations that were seen between them. */
export interface SeriesFilter {
  host?: string | undefined;
  source?: SourceName | undefined;
  role?: string | undefined;
  since?: Instant | undefined;
  until?: Instant | undefined;
}

/** Selects series of one host and source. */
export interface RecentFilter {
  host: string;
  source: SourceName;
  role?: string | undefined;
}

/** `since` and `until` select runs by their start, because a job gets its credentials then. */
export interface JobRunFilter extends SeriesFilter {
  job: string;
}

/** A job that gets credentials of one series by one command line of `env`. */
export interface JudgedJobKey {
  /** The id of the process that is the job, or that records the run of the job. */
  process: string;
  /** A digest of the command line, because another duration or source needs another judgement. */
  arguments: string;
  identity: SeriesIdentity;
}

/** A run of a job that has not ended. */
export interface JobRunInProgress {
  /** The id of the process that records the run. */
  process: string;
  identity: SeriesIdentity;
  startedAt: Instant;
  /** The remaining validity of the credentials that the job got. */
  remainingAtStart: Seconds;
}

/** The jobs that `env --judge once-per-job` has judged as safe. */
export interface JudgedJobs {
  /** When the job was judged. Null if it was not. */
  find(key: JudgedJobKey): Instant | null;
  /**
   * Records that the job was judged as safe, and deletes rows that are no longer needed.
   * @param keepUntil when this row can be deleted
   */
  record(key: JudgedJobKey, judgedAt: Instant, keepUntil: Instant): void;
  /** The runs of a job that these processes record and that have not ended. */
  findRuns(job: string, processes: readonly string[]): JobRunInProgress[];
}

/** Selects the uses of keys that `serve` has passed to programs. */
export interface KeyUseFilter {
  host?: string | undefined;
  /** As the database stores the key id. */
  accessKeyId?: string | undefined;
}

/** The programs that got keys from `serve`. */
export interface KeyUses {
  /**
   * Adds uses of keys that `host` has served. Waits for a lock for at most `maxWaitMs`, because a server cannot respond
   * during this wait.
   */
  record(host: string, uses: readonly KeyUse[], maxWaitMs: number): void;
  /** The uses of the selected keys, in a stable order. */
  list(filter?: KeyUseFilter): StoredKeyUse[];
}

/** Selects keys by the stored key id, or by the visible letters of a masked one. */
export type KeyPattern = { keyId: string } | { prefix: string; suffix: string };

/** A series that has some of the searched keys. Of a series of many years, the generations around these keys. */
export interface KeySeries extends Pick<ColumnHistory, 'identity' | 'generations' | 'newestClockOffset'> {
  /** Index of the pattern, and a key id that matches the pattern. */
  keys: readonly { pattern: number; accessKeyId: string }[];
}

/** Selects polls of one host and source. `since` compares samples by AWS's clock, and failed polls by the host's clock. */
export interface PollSelection {
  host: string;
  source: SourceName;
  since: Instant;
}

/** Samples of one series that differ only in time and clock offset, or a failed poll. */
export type RecordedPolls =
  | {
      kind: 'samples';
      identity: SeriesIdentity;
      credentials: Omit<IssuedCredentials, 'accessKeyId'>;
      times: readonly SampleTime[];
    }
  | { kind: 'failed_poll'; poll: Pick<FailedPoll, 'observedAt' | 'clockOffset'> };

/** Reads the polls of one host and source. */
export type PollReader = (selection: PollSelection) => Generator<RecordedPolls>;

/** Reads a history. A second call reads the database again, so that the history need not stay in memory. */
export type HistoryReader = () => ColumnHistory;

export interface StoreLimits {
  /** The largest size of the database in pages of 4 KiB, for tests of a full disk. */
  maxPages?: number;
  /**
   * How long a method waits for the lock of another process, which blocks the thread. Then it throws DATABASE_BUSY, also
   * with `openBestEffort`. Default: 30 seconds.
   */
  maxLockWaitMs?: number | undefined;
}

export interface ReadOptions {
  /** Whether another thread of this process has the database open. The store itself checks its own thread. */
  isOpenInOtherThread?: boolean;
}

/** Counts of records. */
export interface WriteResult {
  added: number;
  /** Records that the database already had. */
  known: number;
}

export interface PruneResult {
  /** The number of deleted samples. */
  deleted: number;
  /** The number of deleted records of programs that got a key from `serve`. */
  deletedKeyUses: number;
}

/** Called with the error that prevents the use of the file. */
export type OnFallback = (error: CredWatchError) => void;

/** Kinds of items that an outbox keeps track of. */
export type OutboxKind = 'host' | 'series' | 'generation' | 'failed_polls' | 'job_run' | 'object' | 'cursor';

/** An item that the destination has confirmed or rejected. */
export interface OutboxItem {
  kind: OutboxKind;
  /** Identifies the item within its kind. */
  key: string;
  /** Identifies the content that was confirmed or rejected. For a cursor, the position. */
  digest: string;
}

export interface OutboxRejection extends OutboxItem {
  reason: string;
}

/** A series that a destination may not have confirmed yet. */
export interface ChangedSeries {
  /** Changes with every change of the history. */
  state: string;
  history: ColumnHistory;
}

/** The failed polls of one host, source, UTC day and reason. The times are by the host's clock. */
export interface FailedPollDay extends FailedPollCount {
  host: string;
  source: SourceName;
  /** Such as `2026-11-29`. */
  day: string;
}

/** A host, and the newest known offset of its clock. */
export interface HostClock {
  host: string;
  clock: { knownAt: Instant; clockOffset: Seconds } | null;
}

/** What `push` sends. Each method reads one state of the database. */
export interface PushRecords {
  /**
   * Reads the series that are wanted, in a stable order, until they have `maxGenerations`. At least one series, if one is
   * wanted.
   */
  readSeries(
    isWanted: (identity: SeriesIdentity, state: string) => boolean,
    maxGenerations: number,
  ): ChangedSeries[];
  readFailedPollDays(): FailedPollDay[];
  /** The times of the failed polls, in order. Polls that are at most a second apart form one span. */
  readFailedPollSpans(day: FailedPollDay): Span[];
  /** `ordinal` distinguishes equal runs. */
  readJobRuns(): { run: JobRun; ordinal: number }[];
  readHosts(): HostClock[];
}

/** The result of the newest push. */
export interface OutboxStatus {
  lastAttemptAt: Instant | null;
  /** When a push last ended with everything sent. */
  lastCompleteAt: Instant | null;
  /** Of the newest attempt. Null if it was complete. */
  lastError: string | null;
}

/**
 * What a destination has confirmed. An item is sent if its digest is neither confirmed nor rejected, so nothing is
 * lost while the destination is down, and a lost confirmation only sends an item again.
 */
export interface Outbox {
  readonly records: PushRecords;
  /** The digests of confirmed and rejected items of one kind whose key begins with `prefix`, by key. */
  readDigests(kind: OutboxKind, prefix?: string): Map<string, string>;
  /** The digest of one item. */
  find(kind: OutboxKind, key: string): string | null;
  confirm(items: readonly OutboxItem[]): void;
  reject(items: readonly OutboxRejection[]): void;
  listRejected(): OutboxRejection[];
  /** Forgets items, such as rejected ones that are to be sent again, or objects that were deleted. */
  forget(items: readonly Pick<OutboxItem, 'kind' | 'key'>[]): void;
  readStatus(): OutboxStatus;
  writeStatus(status: OutboxStatus): void;
}
