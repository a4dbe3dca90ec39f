import type { Instant } from '../../../domain/model.ts';
import type { Statements } from '../connection/postgres-connection.ts';

/** Months for which a migration creates partitions: this one and the next ones. */
const MONTHS_AHEAD = 13;

/** Rows of months without a partition of their own. */
const OTHER_MONTHS = 'cred_watch.generations_other';

/** The first day of the UTC month, as the column `month`. */
export const formatMonthStart = (instant: Instant): string =>
  `${new Date(instant).toISOString().slice(0, 7)}-01`;

/** The DDL of `generations`, divided by month. */
export const divideByMonth = (ddl: string): string =>
  ddl.replace(
    /(CREATE TABLE cred_watch\.generations \([\s\S]*?\n {2}\));/,
    `$1 PARTITION BY RANGE (month);\n  CREATE TABLE ${OTHER_MONTHS} PARTITION OF cred_watch.generations DEFAULT;`,
  );

export interface Month {
  table: string;
  from: string;
  to: string;
}

/** The months from the month of `now` on. */
export function listMonths(now: Instant): Month[] {
  const start = new Date(now);
  return Array.from({ length: MONTHS_AHEAD }, (_, index) => {
    const day = (offset: number) =>
      new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + offset, 1)).toISOString().slice(0, 10);
    const from = day(index);
    return { table: `generations_${from.slice(0, 7).replace('-', '_')}`, from, to: day(index + 1) };
  });
}

export const createPartitionSql = ({ table, from, to }: Month): string =>
  `CREATE TABLE IF NOT EXISTS cred_watch.${table} PARTITION OF cred_watch.generations FOR VALUES FROM ('${from}') TO ('${to}')`;

export async function isDividedByMonth(statements: Statements): Promise<boolean> {
  const rows = await statements.query(
    `SELECT 1 AS found FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace ON pg_namespace.oid = relnamespace
     WHERE nspname = 'cred_watch' AND relname = 'generations' AND relkind = 'p'`,
  );
  return rows.length > 0;
}

/** The partitions of single months, oldest first. */
export async function listPartitions(statements: Statements): Promise<string[]> {
  const rows = await statements.query<{ name: string }>(
    `SELECT child.relname AS name FROM pg_catalog.pg_inherits
       JOIN pg_catalog.pg_class child ON child.oid = inhrelid
       JOIN pg_catalog.pg_class parent ON parent.oid = inhparent
       JOIN pg_catalog.pg_namespace ON pg_namespace.oid = parent.relnamespace
     WHERE nspname = 'cred_watch' AND parent.relname = 'generations'`,
  );
  return rows
    .map(({ name }) => name)
    .filter((name) => /^generations_\d{4}_\d{2}$/.test(name))
    .sort();
}

/**
 * Creates the missing partitions. Rows that have come too early are moved from the partition of other months, because
 * PostgreSQL refuses a partition for rows that are elsewhere.
 */
export async function createPartitions(statements: Statements, now: Instant): Promise<void> {
  const existing = new Set(await listPartitions(statements));
  for (const month of listMonths(now)) {
    if (existing.has(month.table)) continue;
    const misplaced = await statements.query(
      `SELECT 1 AS found FROM ${OTHER_MONTHS} WHERE month = $1 LIMIT 1`,
      [month.from],
    );
    if (misplaced.length === 0) {
      await statements.query(createPartitionSql(month));
      continue;
    }
    await statements.query(
      `CREATE TABLE cred_watch.${month.table} (LIKE cred_watch.generations INCLUDING ALL)`,
    );
    await statements.query(
      `INSERT INTO cred_watch.${month.table} SELECT * FROM ${OTHER_MONTHS} WHERE month = $1`,
      [month.from],
    );
    await statements.query(`DELETE FROM ${OTHER_MONTHS} WHERE month = $1`, [month.from]);
    await statements.query(
      `ALTER TABLE cred_watch.generations ATTACH PARTITION cred_watch.${month.table} FOR VALUES FROM ('${month.from}') TO ('${month.to}')`,
    );
  }
}
