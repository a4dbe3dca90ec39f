/** The outbox of `push`. As an entry of the migrations, this text never changes after a release. */
export const PUSH_MIGRATION = `
  CREATE TABLE push_destinations (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    last_attempt_at INTEGER,
    last_complete_at INTEGER,
    last_error TEXT NOT NULL DEFAULT ''
  );
  CREATE TABLE push_items (
    destination_id INTEGER NOT NULL REFERENCES push_destinations (id),
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    digest TEXT NOT NULL,
    rejection TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (destination_id, kind, key)
  ) WITHOUT ROWID;
  `;
