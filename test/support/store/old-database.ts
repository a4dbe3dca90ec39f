import Database from 'better-sqlite3';
import { APPLICATION_ID, MIGRATIONS } from '../../../src/store/sqlite/schema.ts';

/** The last version whose samples are in one table, which has all of their values. */
export const LAST_VERSION_WITH_PLAIN_SAMPLES = 6;

/** Absent values were `''`, and numbers in columns without a type were floating-point numbers. */
const OLD_SAMPLES = `SELECT generation_id, observed_at, coalesce(clock_offset * 1.0, ''),
  coalesce(last_updated * 1.0, ''), expiration, zoneless, ordinal FROM current.samples`;

/** Writes the content of a database into a new file, as an older version did. */
export function writeAsOldVersion(current: string, file: string, version: number): void {
  const database = new Database(file);
  for (const name of ['stored_key_id', 'redacted']) database.function(name, (text) => text);
  database.prepare('ATTACH ? AS current').run(current);
  for (const step of MIGRATIONS.slice(0, version)) database.exec(step);
  const tables = database
    .prepare<[], string>(
      "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
    )
    .pluck()
    .all();
  database.pragma('foreign_keys = OFF');
  for (const table of tables.filter((name) => name !== 'row_counts')) {
    const columns = database
      .prepare<[string], string>('SELECT name FROM pragma_table_info(?)')
      .pluck()
      .all(table)
      .join(', ');
    const rows = table === 'samples' ? OLD_SAMPLES : `SELECT ${columns} FROM current.${table}`;
    database.exec(`INSERT INTO main.${table} (${columns}) ${rows}`);
  }
  database.exec('DETACH current');
  database.pragma(`application_id = ${APPLICATION_ID}`);
  database.pragma(`user_version = ${version}`);
  database.pragma('journal_mode = WAL');
  database.close();
}
