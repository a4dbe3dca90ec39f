import type { Instant } from '../../../domain/model.ts';
import { CredWatchError } from '../../../errors.ts';
import { PostgresRowError } from '../connection/failures.ts';
import type { PostgresConnection, Statements } from '../connection/postgres-connection.ts';
import { OLDEST_WRITER, POSTGRES_FOUNDATION, POSTGRES_MIGRATIONS } from '../schema.ts';
import {
  createPartitionSql,
  createPartitions,
  divideByMonth,
  isDividedByMonth,
  listMonths,
} from './partitions.ts';
import { createRoles, listCreateRoles, listGrants, type RolesResult } from './roles.ts';

export interface MigrationOptions {
  /** Divides `generations` by month. Only PostgreSQL can do this, and only when the table is created. */
  isMonthly: boolean;
  now: Instant;
}

export interface MigrationResult extends RolesResult {
  from: number;
  to: number;
}

const NEWEST = POSTGRES_MIGRATIONS.length;
const RECORD_VERSION = 'INSERT INTO cred_watch.schema_versions (version, oldest_writer) VALUES ($1, $2)';

const listMigrations = (isMonthly: boolean): string[] =>
  POSTGRES_MIGRATIONS.map((ddl) => (isMonthly ? divideByMonth(ddl) : ddl));

/**
 * The statements of a migration of an empty database, in three parts that users with different privileges can run. The
 * roles are outside a transaction, so that the error for a role that exists has no other effect.
 */
export function printMigration({ isMonthly, now }: MigrationOptions): string {
  const record = (version: number) =>
    RECORD_VERSION.replace('$1', String(version)).replace('$2', String(OLDEST_WRITER));
  const tables = [
    ...POSTGRES_FOUNDATION,
    ...listMigrations(isMonthly).flatMap((ddl, index) => [...splitStatements(ddl), record(index + 1)]),
    ...(isMonthly ? listMonths(now).map(createPartitionSql) : []),
  ];
  return [
    '-- Part 1: tables. Run this part as the user who will own the tables and run later migrations.\n',
    formatStatements(['BEGIN', ...tables, 'COMMIT']),
    '\n-- Part 2: roles. Run this part as a user who may create roles. Roles belong to the whole server, so a role can\n',
    '-- exist already. This error is harmless.\n',
    formatStatements(listCreateRoles()),
    '\n-- Part 3: privileges. Run this part as the owner of the tables, or as a superuser. It can be repeated.\n',
    formatStatements(['BEGIN', ...listGrants(), 'COMMIT']),
  ].join('');
}

const formatStatements = (statements: readonly string[]): string =>
  statements.map((each) => `${each.replace(/\n {2}/g, '\n')};\n`).join('');

/** Our DDL has no semicolon inside a statement. */
const splitStatements = (ddl: string): string[] =>
  ddl
    .split(';')
    .map((each) => each.trim())
    .filter((each) => each !== '');

/** Another host may create the same schema or role at the same moment. Then the second attempt finds it. */
const MAX_ATTEMPTS = 3;
const EXISTS = /\((?:23505|42P06|42P07|42710)\)/;

/**
 * Creates the tables, or migrates them to the newest version. Several hosts can do this at the same time.
 * @throws CredWatchError if the user may not do this, or the schema is newer than this program
 */
export async function migrate(
  connection: PostgresConnection,
  options: MigrationOptions,
): Promise<MigrationResult> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await migrateOnce(connection, options);
    } catch (error) {
      const isRace =
        (error instanceof PostgresRowError || error instanceof CredWatchError) && EXISTS.test(error.message);
      if (!isRace || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

async function migrateOnce(
  connection: PostgresConnection,
  options: MigrationOptions,
): Promise<MigrationResult> {
  // A transaction of its own, because another host waits for the lock of a row that must be committed.
  await connection.transaction(async (statements) => {
    for (const sql of POSTGRES_FOUNDATION) await statements.query(sql);
  });
  return connection.transaction(async (statements) => {
    await statements.query('SELECT version FROM cred_watch.schema_versions WHERE version = 0 FOR UPDATE');
    const [row] = await statements.query<{ version: number }>(
      'SELECT max(version) AS version FROM cred_watch.schema_versions',
    );
    const from = row?.version ?? 0;
    await createTables(statements, from, options, connection.name);
    if (await isDividedByMonth(statements)) await createPartitions(statements, options.now);
    return { from, to: Math.max(from, NEWEST), ...(await createRoles(statements)) };
  });
}

async function createTables(
  statements: Statements,
  from: number,
  { isMonthly }: MigrationOptions,
  name: string,
): Promise<void> {
  if (isMonthly && from > 0 && !(await isDividedByMonth(statements))) {
    throw new CredWatchError(
      `the table cred_watch.generations of ${name} exists and is not divided by month`,
      'leave out --monthly, or migrate an empty database with --monthly and push again',
    );
  }
  for (const [index, ddl] of listMigrations(isMonthly).entries()) {
    if (index < from) continue;
    for (const sql of splitStatements(ddl)) await statements.query(sql);
    await statements.query(RECORD_VERSION, [index + 1, OLDEST_WRITER]);
  }
}
