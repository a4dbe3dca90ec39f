import { MIN_CORRECTED_CLOCK_OFFSET } from '../../domain/measurement/generations.ts';

/** "CRDW": identifies a database of cred-watch. */
export const APPLICATION_ID = 0x43524457;

/**
 * The entry at `index` migrates the schema from version `index` (`PRAGMA user_version`) to `index + 1`.
 * Released entries never change. A change of the schema is a new entry.
 *
 * Instants are milliseconds since 1970. A missing identity field is `''`, because UNIQUE treats NULLs as
 * different.
 *
 * - `series.machine` is the name of the machine that polled the series. A poll that fails before it knows the
 *   instance id is recorded under the host of that machine's newest sample.
 * - `generations.samples` also counts samples before `pruned_until`, which are deleted.
 * - `samples`: the key is all columns. `ordinal` distinguishes equal samples of the same millisecond.
 *   `observed_at` is the host's clock, without correction.
 * - `job_runs`: `duration`, `exit_code` and `remaining_at_end` are NULL until the run ends.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    host TEXT NOT NULL,
    source TEXT NOT NULL,
    api_version TEXT NOT NULL,
    role TEXT NOT NULL,
    machine TEXT NOT NULL DEFAULT '',
    polled INTEGER NOT NULL DEFAULT 0,
    last_polled_at INTEGER NOT NULL DEFAULT 0,
    UNIQUE (host, source, api_version, role)
  );
  CREATE TABLE generations (
    id INTEGER PRIMARY KEY,
    series_id INTEGER NOT NULL REFERENCES series (id),
    key TEXT NOT NULL,
    access_key_id TEXT NOT NULL,
    last_updated INTEGER,
    expiration INTEGER NOT NULL,
    latest_expiration INTEGER NOT NULL,
    zoneless INTEGER NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    samples INTEGER NOT NULL,
    smallest_clock_offset INTEGER,
    largest_clock_offset INTEGER,
    pruned_until INTEGER,
    UNIQUE (series_id, key)
  );
  CREATE TABLE samples (
    generation_id INTEGER NOT NULL REFERENCES generations (id),
    observed_at INTEGER NOT NULL,
    clock_offset NOT NULL,
    last_updated NOT NULL,
    expiration INTEGER NOT NULL,
    zoneless INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    PRIMARY KEY (generation_id, observed_at, clock_offset, last_updated, expiration, zoneless, ordinal)
  ) WITHOUT ROWID;
  CREATE TABLE failed_polls (
    host TEXT NOT NULL,
    source TEXT NOT NULL,
    observed_at INTEGER NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    access_key_id TEXT NOT NULL,
    expiration NOT NULL,
    ordinal INTEGER NOT NULL,
    PRIMARY KEY (host, source, observed_at, reason, detail, access_key_id, expiration, ordinal)
  ) WITHOUT ROWID;
  `,
  `
  CREATE TABLE job_runs (
    id INTEGER PRIMARY KEY,
    job TEXT NOT NULL,
    host TEXT NOT NULL,
    source TEXT NOT NULL,
    api_version TEXT NOT NULL,
    role TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    remaining_at_start INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    duration INTEGER,
    exit_code INTEGER,
    remaining_at_end INTEGER,
    UNIQUE (job, started_at, host, source, api_version, role, remaining_at_start, ordinal)
  );
  `,
];

/** `correctTime` in SQL: the time of a row of `samples`, corrected for the clock offset. */
export const CORRECTED_TIME_SQL = `(observed_at - CASE
  WHEN clock_offset <> '' AND abs(clock_offset) > ${MIN_CORRECTED_CLOCK_OFFSET}
  THEN clock_offset * 1000 ELSE 0 END)`;
