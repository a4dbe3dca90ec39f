import { CHANGE_CLAIMS_MIGRATION, REPORTED_STATES_MIGRATION } from '../changes/schema.ts';
import { HOST_CLOCK_COUNT_MIGRATION } from '../host-clocks.ts';
import { PUSH_MIGRATION } from '../outbox/schema.ts';

/** "CRDW": identifies a database of cred-watch. */
export const APPLICATION_ID = 0x43524457;

/** The migration to this version removes secrets. */
export const FIRST_VERSION_WITHOUT_SECRETS = 5;

/**
 * The entry at `index` migrates the schema from version `index` (`PRAGMA user_version`) to `index + 1`.
 * Released entries never change. A change of the schema is a new entry.
 *
 * Instants are milliseconds since 1970. A missing identity field is `''`, because UNIQUE treats NULLs as
 * different.
 *
 * - `series.machine` is the name of the machine that polled the series last. A poll that fails before it knows the
 *   instance id is recorded under the host of that machine's newest sample. An `@` before the name: the caller chose
 *   the host name, so other polls of the machine must not use it.
 * - `series.poll_command_at` is the time of the newest sample of the command `poll`. It is 0 if only other commands, such
 *   as `check`, recorded samples.
 * - `series.session_limit` and `series.token_expires_at` are what the newest poll knew. `session_limit` is the code of a
 *   note, or `''`.
 * - `generations.samples` also counts samples before `pruned_until`, which are deleted.
 * - `sample_groups` has the values that nearly all samples of a generation share, and `sample_times` the others. This
 *   takes a third of the space of one table. `elapsed` is `observed_at` minus `base_time`. It can be negative,
 *   because `base_time` never changes. `ordinal` distinguishes equal samples of the same millisecond. The index finds
 *   the group of a sample, also if an endpoint issues each document with another time.
 * - `samples` is a view that joins both. `observed_at` is the host's clock, without correction. In a damaged
 *   database, a text can be in the place of a number. A sum would hide the text, so the view returns `''`.
 * - `generations`: `access_key_id` is computed from `key`, which is a key id, or two times with a slash. `*_ahead` is
 *   the largest `LastUpdated` minus sample time in milliseconds. `third_later_*` is the third sample of the series
 *   after `last_seen`.
 * - `host_clocks` has the newest known clock offset of each host. `known_at` is by AWS's clock.
 * - `row_counts` shows whether rows of `failed_polls` or `host_clocks` are missing: no other table or index depends on
 *   them.
 * - `job_runs`: `duration`, `exit_code` and `remaining_at_end` are NULL until the run ends. `process` is the id of the
 *   process that records the run, `''` after the end and if it is unknown.
 * - `judged_jobs` has the jobs that `env --judge once-per-job` has judged as safe.
 * - `key_uses` has the programs that got a key from `serve`. `others` is 1 in the row that counts all users of a key
 *   above the limit. `pid` is the process of the last request.
 * - `change_claims` has the commands of `poll --on-change` that run now. A claim of a killed process expires.
 * - `push_destinations` and `push_items` are the outbox of `push`. `rejection` is `''` for a confirmed item.
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
  `
  ALTER TABLE generations ADD COLUMN raw_first_seen INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE generations ADD COLUMN raw_last_seen INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE generations ADD COLUMN corrected_ahead INTEGER;
  ALTER TABLE generations ADD COLUMN raw_ahead INTEGER;
  ALTER TABLE generations ADD COLUMN last_updated_varying INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE generations ADD COLUMN third_later_observed_at INTEGER;
  ALTER TABLE generations ADD COLUMN third_later_clock_offset INTEGER;
  UPDATE generations SET
    raw_first_seen = coalesce((SELECT min(observed_at) FROM samples WHERE generation_id = id), first_seen),
    raw_last_seen = coalesce((SELECT max(observed_at) FROM samples WHERE generation_id = id), last_seen),
    corrected_ahead = last_updated - first_seen,
    last_updated_varying = (SELECT count(DISTINCT nullif(last_updated, '')) > 1 FROM samples
                            WHERE generation_id = id);
  UPDATE generations SET raw_ahead = last_updated - raw_first_seen;
  CREATE INDEX generations_last_seen ON generations (series_id, last_seen, first_seen);
  CREATE TABLE host_clocks (
    host TEXT PRIMARY KEY,
    known_at INTEGER NOT NULL,
    clock_offset INTEGER NOT NULL
  ) WITHOUT ROWID;
  ALTER TABLE failed_polls ADD COLUMN clock_offset INTEGER;
  `,
  `
  CREATE TABLE endpoint_starts (
    host TEXT NOT NULL,
    source TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    PRIMARY KEY (host, source)
  ) WITHOUT ROWID;
  `,
  // Older versions stored any text as a key id, even a secret key, and details that quote secrets. If two failed polls
  // of one millisecond become equal, one of them is kept, as by an import of both.
  `
  UPDATE generations SET key = stored_key_id(key) WHERE key = access_key_id AND key <> '';
  UPDATE generations SET access_key_id = stored_key_id(access_key_id);
  UPDATE OR REPLACE failed_polls SET access_key_id = stored_key_id(access_key_id), detail = redacted(detail)
  WHERE detail <> redacted(detail) OR access_key_id <> stored_key_id(access_key_id);
  `,
  `
  CREATE TABLE row_counts (
    name TEXT PRIMARY KEY,
    rows INTEGER NOT NULL
  ) WITHOUT ROWID;
  INSERT INTO row_counts SELECT 'failed_polls', count(*) FROM failed_polls;
  CREATE TRIGGER failed_polls_inserted AFTER INSERT ON failed_polls
  BEGIN UPDATE row_counts SET rows = rows + 1 WHERE name = 'failed_polls'; END;
  CREATE TRIGGER failed_polls_deleted AFTER DELETE ON failed_polls
  BEGIN UPDATE row_counts SET rows = rows - 1 WHERE name = 'failed_polls'; END;
  `,
  // Older versions stored all values of each sample, some of them as floating-point numbers, and most key ids twice.
  // A sample without a generation violates a foreign key. CROSS JOIN reads the samples in the order of their key.
  `
  CREATE TABLE sample_groups (
    id INTEGER PRIMARY KEY,
    generation_id INTEGER NOT NULL REFERENCES generations (id),
    last_updated INTEGER,
    expiration INTEGER NOT NULL,
    zoneless INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    base_time INTEGER NOT NULL
  );
  INSERT INTO sample_groups (generation_id, last_updated, expiration, zoneless, ordinal, base_time)
  SELECT DISTINCT generation_id, nullif(last_updated, ''), expiration, zoneless, ordinal,
    coalesce((SELECT raw_first_seen FROM generations WHERE id = generation_id), 0)
  FROM samples;
  CREATE INDEX sample_groups_generation ON sample_groups (generation_id, last_updated, expiration);
  CREATE TABLE sample_times (
    group_id INTEGER NOT NULL REFERENCES sample_groups (id),
    elapsed INTEGER NOT NULL,
    clock_offset INTEGER NOT NULL,
    PRIMARY KEY (group_id, elapsed, clock_offset)
  ) WITHOUT ROWID;
  INSERT INTO sample_times
  SELECT id, observed_at - base_time, clock_offset
  FROM samples CROSS JOIN sample_groups USING (generation_id, expiration, zoneless, ordinal)
  WHERE sample_groups.last_updated IS nullif(samples.last_updated, '');
  DROP TABLE samples;
  CREATE VIEW samples AS
  SELECT generation_id,
    CASE WHEN typeof(base_time) = 'integer' AND typeof(elapsed) = 'integer'
      THEN base_time + elapsed ELSE '' END AS observed_at,
    nullif(clock_offset, '') AS clock_offset, last_updated, expiration, zoneless, ordinal
  FROM sample_groups JOIN sample_times ON group_id = id;
  ALTER TABLE generations DROP COLUMN access_key_id;
  ALTER TABLE generations ADD COLUMN access_key_id TEXT AS (CASE WHEN instr(key, '/') = 0 THEN key ELSE '' END);
  `,
  `
  ALTER TABLE job_runs ADD COLUMN process TEXT NOT NULL DEFAULT '';
  CREATE TABLE judged_jobs (
    process TEXT NOT NULL,
    arguments TEXT NOT NULL,
    host TEXT NOT NULL,
    source TEXT NOT NULL,
    api_version TEXT NOT NULL,
    role TEXT NOT NULL,
    judged_at INTEGER NOT NULL,
    keep_until INTEGER NOT NULL,
    PRIMARY KEY (process, arguments, host, source, api_version, role)
  ) WITHOUT ROWID;
  `,
  `
  ALTER TABLE series ADD COLUMN session_limit TEXT NOT NULL DEFAULT '';
  ALTER TABLE series ADD COLUMN token_expires_at INTEGER;
  `,
  `
  CREATE TABLE key_uses (
    id INTEGER PRIMARY KEY,
    host TEXT NOT NULL,
    role TEXT NOT NULL,
    access_key_id TEXT NOT NULL,
    client TEXT NOT NULL,
    program TEXT NOT NULL,
    user TEXT NOT NULL,
    address TEXT NOT NULL,
    others INTEGER NOT NULL,
    pid INTEGER,
    expiration INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    uses INTEGER NOT NULL,
    UNIQUE (host, role, access_key_id, client, program, user, address, others)
  );
  `,
  PUSH_MIGRATION,
  REPORTED_STATES_MIGRATION,
  HOST_CLOCK_COUNT_MIGRATION,
  CHANGE_CLAIMS_MIGRATION,
  // Older versions did not store which command recorded a sample.
  `
  ALTER TABLE series ADD COLUMN poll_command_at INTEGER NOT NULL DEFAULT 0;
  UPDATE series SET poll_command_at = last_polled_at;
  `,
];
