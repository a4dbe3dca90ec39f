/** The columns with the identity of a series. The key of each table of series begins with them. */
export const IDENTITY_COLUMNS = ['host', 'source', 'api_version', 'role'];

/**
 * Writers of this schema version or later can use the newest schema. Increase it only if a migration makes older writers
 * store wrong values.
 */
export const OLDEST_WRITER = 1;

/**
 * The first statements of each migration. Row 0 of `schema_versions` is locked by a migration, so that the migrations of
 * several hosts run one after the other.
 */
export const POSTGRES_FOUNDATION: readonly string[] = [
  'CREATE SCHEMA IF NOT EXISTS cred_watch',
  `CREATE TABLE IF NOT EXISTS cred_watch.schema_versions (
    version bigint NOT NULL,
    oldest_writer bigint NOT NULL,
    PRIMARY KEY (version)
  )`,
  'INSERT INTO cred_watch.schema_versions (version, oldest_writer) VALUES (0, 0) ON CONFLICT DO NOTHING',
];

/**
 * The entry at `index` migrates the schema from version `index` to `index + 1`. Released entries never change.
 *
 * The statements are plain SQL that PostgreSQL and databases with its protocol understand: no sequences, no triggers, no
 * functions, no foreign keys. `host` is the first column of every key, so that a distributed database can place the rows
 * of a host together.
 *
 * Instants are milliseconds since 1970 by AWS's clock, unless the name begins with `raw_`, and durations are seconds.
 * Missing parts of an identity are `''`.
 *
 * - `hosts`: `clock_known_at` and `clock_offset` are the newest known offset of the host's clock.
 * - `series` has the figures of the whole series, which a host computes from all of its generations. `revision` grows
 *   with each change, so that a host notices changes by another process. Figures are NULL without a sample. `changes`
 *   is a JSON list.
 * - `generations`: the columns up to `third_later_clock_offset` are those of the local database. `validity_when_issued`
 *   and the columns after it are computed by the host. `month` is the first day of the UTC month of `first_seen`. It is
 *   part of the key, because the key of a partitioned table must contain the column that selects the partition.
 * - `failed_polls` has one row per host, source, UTC day and reason. `spans` is a JSON list of `[from, to]`, in which every
 *   poll of the day with this reason failed.
 * - `findings` is replaced together with its series. Findings that depend on the time of a report are left out.
 * - `retention` has one row: generations, polls and runs before `deleted_before` are deleted, and are not sent again.
 */
export const POSTGRES_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE cred_watch.retention (
    name text NOT NULL,
    deleted_before bigint NOT NULL,
    PRIMARY KEY (name)
  );
  CREATE TABLE cred_watch.hosts (
    host text NOT NULL,
    pushed_at bigint NOT NULL,
    version text NOT NULL,
    clock_known_at bigint,
    clock_offset bigint,
    PRIMARY KEY (host)
  );
  CREATE TABLE cred_watch.host_tags (
    host text NOT NULL,
    name text NOT NULL,
    value text NOT NULL,
    PRIMARY KEY (host, name)
  );
  CREATE TABLE cred_watch.series (
    host text NOT NULL,
    source text NOT NULL,
    api_version text NOT NULL,
    role text NOT NULL,
    revision bigint NOT NULL,
    polled boolean NOT NULL,
    never_configured boolean NOT NULL,
    session_limit text,
    token_expires_at bigint,
    sample_count bigint,
    generation_count bigint,
    witnessed_count bigint,
    first_sample bigint,
    last_sample bigint,
    watched_time bigint,
    watched_share double precision,
    rotation_interval_min bigint,
    rotation_interval_median bigint,
    rotation_interval_max bigint,
    validity_when_issued_min bigint,
    validity_when_issued_max bigint,
    largest_possible_validity bigint,
    longest_served_validity bigint,
    sampled_minimum bigint,
    worst_case bigint,
    worst_case_at bigint,
    lag bigint,
    usual_gap bigint,
    issued_per_request boolean,
    durations_mixed boolean,
    several_endpoints boolean,
    shrinking_per_day double precision,
    trend_points bigint,
    uses_raw_times boolean,
    clock_shift_ms bigint,
    clock_newest_offset bigint,
    corrected_last_sample bigint,
    issued_in_future_count bigint,
    issued_in_future bigint,
    issued_in_future_decisive boolean,
    evidence_observations bigint,
    next_rotation_chance double precision,
    recent_records bigint,
    recent_rotations bigint,
    watched_days bigint,
    next_day_chance double precision,
    random_start_chance double precision,
    overdue_served_for bigint,
    valid_share double precision,
    newest_expiration bigint,
    last_rotation_at bigint,
    last_week_rotations bigint,
    last_week_min_lead_time bigint,
    last_week_median_interval bigint,
    last_week_max_validity bigint,
    before_rotations bigint,
    before_min_lead_time bigint,
    before_median_interval bigint,
    before_max_validity bigint,
    changes text,
    PRIMARY KEY (host, source, api_version, role)
  );
  CREATE TABLE cred_watch.generations (
    host text NOT NULL,
    source text NOT NULL,
    api_version text NOT NULL,
    role text NOT NULL,
    month date NOT NULL,
    generation_key text NOT NULL,
    last_updated bigint,
    expiration bigint NOT NULL,
    latest_expiration bigint NOT NULL,
    zoneless boolean NOT NULL,
    first_seen bigint NOT NULL,
    last_seen bigint NOT NULL,
    raw_first_seen bigint NOT NULL,
    raw_last_seen bigint NOT NULL,
    samples bigint NOT NULL,
    smallest_clock_offset bigint,
    largest_clock_offset bigint,
    corrected_ahead_ms bigint,
    raw_ahead_ms bigint,
    last_updated_varying boolean NOT NULL,
    third_later_observed_at bigint,
    third_later_clock_offset bigint,
    validity_when_issued bigint,
    rotated_at bigint,
    lead_time bigint,
    rotation_interval bigint,
    dated boolean,
    witnessed boolean,
    remaining_when_served_last bigint NOT NULL,
    PRIMARY KEY (host, source, api_version, role, month, generation_key)
  );
  CREATE TABLE cred_watch.failed_polls (
    host text NOT NULL,
    source text NOT NULL,
    day date NOT NULL,
    reason text NOT NULL,
    poll_count bigint NOT NULL,
    first_at bigint NOT NULL,
    last_at bigint NOT NULL,
    last_detail text NOT NULL,
    spans text NOT NULL,
    PRIMARY KEY (host, source, day, reason)
  );
  CREATE TABLE cred_watch.job_runs (
    host text NOT NULL,
    job text NOT NULL,
    started_at bigint NOT NULL,
    source text NOT NULL,
    api_version text NOT NULL,
    role text NOT NULL,
    remaining_at_start bigint NOT NULL,
    ordinal bigint NOT NULL,
    duration bigint,
    exit_code bigint,
    remaining_at_end bigint,
    PRIMARY KEY (host, job, started_at, source, api_version, role, remaining_at_start, ordinal)
  );
  CREATE TABLE cred_watch.findings (
    host text NOT NULL,
    source text NOT NULL,
    api_version text NOT NULL,
    role text NOT NULL,
    code text NOT NULL,
    severity text NOT NULL,
    fields text NOT NULL,
    PRIMARY KEY (host, source, api_version, role, code)
  );
  `,
  'ALTER TABLE cred_watch.series ADD COLUMN unproven_validity bigint',
];
