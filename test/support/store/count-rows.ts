import Database from 'better-sqlite3';
import { onTestFinished } from 'vitest';

type Method = (this: { source: string }, ...args: unknown[]) => unknown;

/** The number of rows that each SQL statement returns until the end of the test. */
export function countRows(): Map<string, number> {
  const database = new Database(':memory:');
  const prototype: Record<'all' | 'get' | 'iterate', Method> = Object.getPrototypeOf(
    database.prepare('SELECT 1'),
  );
  database.close();
  const original = { all: prototype.all, get: prototype.get, iterate: prototype.iterate };
  const counts = new Map<string, number>();
  const add = (source: string, rows: number) => counts.set(source, (counts.get(source) ?? 0) + rows);
  const replaced: typeof original = {
    all(...args) {
      const rows = original.all.apply(this, args);
      if (Array.isArray(rows)) add(this.source, rows.length);
      return rows;
    },
    get(...args) {
      const row = original.get.apply(this, args);
      add(this.source, row === undefined ? 0 : countListedRows(this.source, row));
      return row;
    },
    *iterate(...args) {
      for (const row of original.iterate.apply(this, args) as Iterable<unknown>) {
        add(this.source, 1);
        yield row;
      }
    },
  };
  Object.assign(prototype, replaced);
  onTestFinished(() => {
    Object.assign(prototype, original);
  });
  return counts;
}

/** Of a row with a column that is a JSON list of all rows, the length of the list. */
function countListedRows(source: string, row: unknown): number {
  if (!source.includes('json_group_array') || !Array.isArray(row)) return 1;
  const list = row.find((value) => typeof value === 'string' && value.startsWith('['));
  return JSON.parse(list).length;
}
