/**
 * The table has the state that a command of `poll --on-change` last reported. `command` and `jobs` are digests. `role` and
 * `verdict` are NULL if they are unknown. As an entry of the migrations, this text never changes after a release.
 */
export const REPORTED_STATES_MIGRATION = `
  CREATE TABLE reported_states (
    host TEXT NOT NULL,
    source TEXT NOT NULL,
    command TEXT NOT NULL,
    jobs TEXT NOT NULL,
    result TEXT NOT NULL,
    role TEXT,
    verdict TEXT,
    reported_at INTEGER NOT NULL,
    PRIMARY KEY (host, source, command, jobs)
  ) WITHOUT ROWID;
  `;

/**
 * While a process runs a command of `poll --on-change`, its claim keeps other processes from running the same command. As
 * an entry of the migrations, this text never changes after a release.
 */
export const CHANGE_CLAIMS_MIGRATION = `
  CREATE TABLE change_claims (
    host TEXT NOT NULL,
    source TEXT NOT NULL,
    command TEXT NOT NULL,
    jobs TEXT NOT NULL,
    claim TEXT NOT NULL,
    claimed_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (host, source, command, jobs)
  ) WITHOUT ROWID;
  `;
