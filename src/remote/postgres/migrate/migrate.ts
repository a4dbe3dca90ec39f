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
import { createRoleSql, listGrants, READER_ROLE, WRITER_ROLE } from './roles.ts';

export interface MigrationOptions {
  /** Divides `generations` by month. Only PostgreSQL can do this, and only when the table is created. */
  isMonthly: boolean;
  now: Instant;
}

export interface MigrationResult {
  from: number;
  to: number;
  /** Roles that do not exist, because this user may not create roles. */
  missingRoles: readonly string[];
}

const ROLES = [WRITER_ROLE, READER_ROLE];
const NEWEST = POSTGRES_MIGRATIONS.length;
const RECORD_VERSION = 'INSERT INTO cred_watch.schema_versions (version, oldest_writer) VALUES ($1, $2)';

const listMigrations = (isMonthly: boolean): string[] =>
  POSTGRES_MIGRATIONS.map((ddl) => (isMonthly ? divideByMonth(ddl) : ddl));

/** All statements of a migration of an empty database, to be read and run by an administrator. */
export function printMigration({ isMonthly, now }: MigrationOptions): string {
  const record = (version: number) =>
    RECORD_VERSION.replace('$1', String(version)).replace('$2', String(OLDEST_WRITER));
  const statements = [
    ...POSTGRES_FOUNDATION,
    ...listMigrations(isMonthly).flatMap((ddl, index) => [...splitStatements(ddl), record(index + 1)]),
    ...(isMonthly ? listMonths(now).map(createPartitionSql) : []),
    ...ROLES.flatMap((role) => [createRoleSql(role), ...listGrants(role)]),
  ];
  return ['BEGIN', ...statements, 'COMMIT'].map((each) => `${each.replace(/\n {2}/g, '\n')};\n`).join('');
}

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
    return { from, to: Math.max(from, NEWEST), missingRoles: await grantRoles(statements) };
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

/** Returns the roles that do not exist and that this user may not create. */
async function grantRoles(statements: Statements): Promise<string[]> {
  const [user] = await statements.query<{ allowed: boolean }>(
    'SELECT rolcreaterole OR rolsuper AS allowed FROM pg_catalog.pg_roles WHERE rolname = current_user',
  );
  const rows = await statements.query<{ name: string }>(
    `SELECT rolname AS name FROM pg_catalog.pg_roles WHERE rolname IN ('${ROLES.join("', '")}')`,
  );
  const existing = new Set(rows.map(({ name }) => name));
  const missing: string[] = [];
  for (const role of ROLES) {
    if (!existing.has(role)) {
      if (user?.allowed !== true) {
        missing.push(role);
        continue;
      }
      await statements.query(createRoleSql(role));
    }
    for (const sql of listGrants(role)) await statements.query(sql);
  }
  return missing;
}
