import type { Seconds } from '../../domain/model.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import { CredWatchError } from '../../errors.ts';
import { PostgresUnavailableError } from '../../remote/postgres/connection/failures.ts';
import { PostgresConnection } from '../../remote/postgres/connection/postgres-connection.ts';
import { forgetHost as deleteHost } from '../../remote/postgres/migrate/host-deletion.ts';
import { type MigrationResult, migrate, printMigration } from '../../remote/postgres/migrate/migrate.ts';
import { deleteOldRows, type RetentionResult } from '../../remote/postgres/migrate/retention.ts';
import { listCreateRoles } from '../../remote/postgres/migrate/roles.ts';
import { resolveSettings } from '../../remote/postgres/settings/settings.ts';
import { formatCount } from '../../report/text/format-values.ts';
import type { Io } from '../process/io.ts';
import { printText } from '../process/io.ts';
import { printNote } from '../process/messages.ts';

export interface MigrationFlags {
  monthly?: boolean;
  retain?: Seconds;
  /** Hosts whose rows are deleted. */
  forgetHost?: readonly string[];
  print?: boolean;
  timeout: Seconds;
}

/** `push --migrate`: creates or migrates the tables of a database, and deletes old rows. */
export async function migrateDatabase(url: string, flags: MigrationFlags, io: Io): Promise<void> {
  const { monthly = false, retain, forgetHost = [], print = false, timeout } = flags;
  const now = io.clock.now();
  const options = { isMonthly: monthly, now };
  if (print) {
    await io.stdout.write(printMigration(options));
    return;
  }
  const connection = new PostgresConnection(resolveSettings(url, io), io, {
    timeout,
    purpose: 'migrate',
    // Moving rows into a new partition reads a table.
    statementTimeout: MIGRATION_STATEMENT_TIMEOUT,
    signal: io.createStopSignal(),
  });
  const { name } = connection;
  try {
    const result = await migrate(connection, options);
    await printText(io, `${name}: ${describeMigration(result)}\n`);
    await reportMissing(result, io);
    for (const host of forgetHost) {
      await deleteHost(connection, host);
      await printText(io, `${name}: deleted the host ${host}\n`);
    }
    if (retain === undefined) return;
    const deleted = await deleteOldRows(connection, now - retain * 1000);
    await printText(io, `${name}: ${describeRetention(deleted)}\n`);
  } catch (error) {
    if (!(error instanceof PostgresUnavailableError)) throw error;
    throw new CredWatchError(error.message, 'run the command again: it continues where it stopped', {
      cause: error,
    });
  } finally {
    await connection.close();
  }
}

function describeRetention({ deletedBefore, ...deleted }: RetentionResult): string {
  const partitions =
    deleted.droppedPartitions === 0 ? '' : `, ${formatCount(deleted.droppedPartitions, 'partition')}`;
  const counts = `${formatCount(deleted.generations, 'generation')}${partitions} and ${formatCount(deleted.hosts, 'host')}`;
  return `deleted what was last seen before ${formatInstant(deletedBefore)}: ${counts}`;
}

/** Repeated at each migration until nothing is missing, because otherwise writers or readers would fail later. */
async function reportMissing({ missingRoles, missingPrivileges }: MigrationResult, io: Io): Promise<void> {
  if (missingRoles.length > 0) {
    const [names, verb] = [missingRoles.join(' and '), missingRoles.length === 1 ? 'does' : 'do'];
    const message = `${names} ${verb} not exist, and this user may not create roles`;
    const statements = listCreateRoles(missingRoles).join('; ');
    await printNote(
      io,
      message,
      `let an administrator run \`${statements}\` in this server, then run this command again`,
    );
  }
  for (const role of new Set(missingPrivileges.map((each) => each.role))) {
    const privileges = missingPrivileges.filter((each) => each.role === role);
    await printNote(
      io,
      `${role} lacks ${privileges.map(({ privilege }) => privilege).join('; ')}`,
      'run this command as the owner of the tables, or let the owner run part 3 of `--migrate --print`',
    );
  }
}

const MIGRATION_STATEMENT_TIMEOUT: Seconds = 3600;

function describeMigration({ from, to }: MigrationResult): string {
  if (from === 0) return `created the tables (version ${to})`;
  return from === to
    ? `the tables are up to date (version ${to})`
    : `migrated the tables from version ${from} to ${to}`;
}
