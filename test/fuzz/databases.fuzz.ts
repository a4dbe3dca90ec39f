import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { SampleStore } from '../../src/store/sample-store.ts';
import { fixturePath } from '../support/cli/program-run.ts';
import { runCommand } from '../support/cli/run-command.ts';
import { checkedRun, inNewFolder } from './checked-run.ts';
import { fuzz } from './fuzz.ts';
import { changedBytes, hostileText } from './hostile-values.ts';

const HISTORY = fixturePath('histories/safe-to-the-second/observations.ndjson');

const createDatabase = (): Promise<Buffer> =>
  inNewFolder(async (folder) => {
    const db = join(folder, 'samples.db');
    const { code, stderr } = await runCommand(['import', HISTORY, '--db', db]);
    if (code !== 0) throw new Error(stderr);
    return readFileSync(db);
  });

const database = await createDatabase();

const useDatabase = async (db: string, folder: string) => {
  for (const args of [
    ['report', '-j', '4h'],
    ['report', '-f', 'json'],
    ['export'],
    ['export', '-f', 'parquet', '-o', join(folder, 'history')],
    ['prune', '--older-than', '1d'],
  ]) {
    await checkedRun([...args, '--db', db]);
  }
  await checkedRun(['import', HISTORY, '--db', db]);
};

fuzz('a database with changed bytes', changedBytes(database), (bytes) =>
  inNewFolder(async (folder) => {
    const db = join(folder, 'samples.db');
    writeFileSync(db, bytes);
    await useDatabase(db, folder);
  }),
);

const columns = await inNewFolder(async (folder) => {
  const file = join(folder, 'samples.db');
  writeFileSync(file, database);
  const db = new Database(file);
  const list = db
    .prepare<[], { table: string; column: string }>(
      `SELECT t.name AS "table", c.name AS "column" FROM sqlite_schema AS t, pragma_table_info(t.name) AS c
       WHERE t.type = 'table'`,
    )
    .all();
  db.close();
  return list;
});

const anyCell: fc.Arbitrary<string | number | bigint | Uint8Array | null> = fc.oneof(
  hostileText,
  fc.constantFrom(null, 0, -1, 1e308, Number.POSITIVE_INFINITY, 2n ** 63n - 1n),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.double({ noNaN: true }),
  fc.uint8Array({ maxLength: 20 }),
);

/** A column in all rows or in every second row gets another value. */
const changedCells = fc.array(
  fc.record({ target: fc.constantFrom(...columns), value: anyCell, every: fc.constantFrom(1, 2) }),
  { minLength: 1, maxLength: 3 },
);

fuzz('a database with changed values', changedCells, (cells) =>
  inNewFolder(async (folder) => {
    const db = join(folder, 'samples.db');
    writeFileSync(db, database);
    const sqlite = new Database(db);
    sqlite.pragma('ignore_check_constraints = 1');
    sqlite.pragma('foreign_keys = 0');
    for (const { target, value, every } of cells) {
      try {
        sqlite
          .prepare(`UPDATE OR IGNORE "${target.table}" SET "${target.column}" = ? WHERE rowid % ? = 0`)
          .run(value, every);
      } catch {
        // The column does not accept this value, or the table has no rowid.
      }
    }
    sqlite.close();
    await useDatabase(db, folder);
    SampleStore.openReadOnly(db)?.close();
  }),
);
