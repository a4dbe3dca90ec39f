import type { SeriesIdentity } from '../../../domain/model.ts';
import type { Statements } from '../connection/postgres-connection.ts';

/** A value of a row. Parameters have the types of the driver. */
export type RowValue = string | number | boolean | null;

/** A table that the writer fills with absolute values. */
export interface WrittenTable {
  /** With the schema. */
  name: string;
  columns: readonly string[];
  /** The number of columns of the key, which are the first ones. Null: all rows are new. */
  keyLength: number | null;
  /** Replaces the usual `column = excluded.column`. */
  assignments?: Readonly<Record<string, string>>;
  /** Which known rows are changed. Default: all. */
  condition?: string;
}

/** PostgreSQL accepts 65,535 parameters. Fewer rows per statement would need more round trips. */
const MAX_PARAMETERS = 30_000;

/** Adds the rows, and replaces the values of known ones. A second call changes nothing. */
export async function upsertRows(
  statements: Statements,
  table: WrittenTable,
  rows: readonly (readonly RowValue[])[],
): Promise<void> {
  const size = Math.floor(MAX_PARAMETERS / table.columns.length);
  for (let start = 0; start < rows.length; start += size) {
    const part = rows.slice(start, start + size);
    await statements.query(buildUpsert(table, part.length), part.flat());
  }
}

function buildUpsert(table: WrittenTable, count: number): string {
  const { name, columns, keyLength, assignments = {}, condition } = table;
  const insert = `INSERT INTO ${name} (${columns.join(', ')}) VALUES ${listParameters(count, columns.length)}`;
  if (keyLength === null) return insert;
  const changes = columns
    .slice(keyLength)
    .map((column) => `${column} = ${assignments[column] ?? `excluded.${column}`}`);
  const action = changes.length === 0 ? 'NOTHING' : `UPDATE SET ${changes.join(', ')}`;
  const where = condition === undefined ? '' : ` WHERE ${condition}`;
  return `${insert} ON CONFLICT (${columns.slice(0, keyLength).join(', ')}) DO ${action}${where}`;
}

/** The values of `IDENTITY_COLUMNS`. */
export const toIdentityValues = ({ host, source, apiVersion, role }: SeriesIdentity): RowValue[] => [
  host,
  source,
  apiVersion,
  role,
];

/** `($1, $2), ($3, $4)` */
export const listParameters = (rows: number, columns: number): string =>
  Array.from(
    { length: rows },
    (_, row) =>
      `(${Array.from({ length: columns }, (_value, column) => `$${row * columns + column + 1}`).join(', ')})`,
  ).join(', ');
