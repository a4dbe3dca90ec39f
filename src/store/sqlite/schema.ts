import { MIN_CORRECTED_CLOCK_OFFSET } from '../../domain/measurement/generations.ts';

/** "CRDW": tells our files from other people's SQLite databases. */
export const APPLICATION_ID = 0x43524457;

/**
 * Each entry takes the schema from its index to the next version (`PRAGMA user_version`). Entries are never
 * changed once released; a new need is a new entry.
 *
 * A part of an identity that a source does not give is `''`, because UNIQUE takes NULLs for different. All
 * instants are milliseconds since 1970.
 *
 * - `series.machine` is the name of the host that polled it: a failed poll that could not ask for the instance id
 *   is filed where this machine's samples are.
 * - `generations` is all that a report reads. `pruned_until`: samples before it are counted and gone.
 * - `samples` is its own key and nothing else. `ordinal` tells apart polls that saw the same in the same
 *   millisecond; `observed_at` is the host's clock as it stood.
 * - `job_runs`: the key is what is known at the start, so that a run is found again when it has ended. `duration`,
 *   `exit_code` and `remaining_at_end` are NULL together until then.
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

/** {@link correctedTime} in SQL, of a row of `samples`. */
export const CORRECTED_TIME_SQL = `(observed_at - CASE
  WHEN clock_offset <> '' AND abs(clock_offset) > ${MIN_CORRECTED_CLOCK_OFFSET} THEN clock_offset * 1000 ELSE 0 END)`;
