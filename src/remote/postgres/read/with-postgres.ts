import type { Seconds } from '../../../domain/model.ts';
import { CredWatchError } from '../../../errors.ts';
import { PostgresUnavailableError } from '../connection/failures.ts';
import {
  openPostgres,
  type PostgresConnection,
  type PostgresContext,
  type PostgresOptions,
} from '../connection/postgres-connection.ts';

/** A user waits for the result, so a database that is down is reported soon. */
const TIMEOUT: Seconds = 5;

/**
 * Connects to a PostgreSQL database for an action that only reads.
 * @throws CredWatchError also if the database is not available
 */
export async function withPostgres<T>(
  url: string,
  { env, home, clock, random }: PostgresContext,
  action: (connection: PostgresConnection) => Promise<T>,
  options: PostgresOptions = {},
): Promise<T> {
  let connection: PostgresConnection | null = null;
  try {
    connection = await openPostgres(
      url,
      { env, home, clock, random },
      { timeout: TIMEOUT, purpose: 'read', ...options },
    );
    return await action(connection);
  } catch (cause) {
    if (!(cause instanceof PostgresUnavailableError)) throw cause;
    const hint = 'check that the server runs, and check the host and the port';
    throw new CredWatchError(cause.message, hint, { cause });
  } finally {
    await connection?.close();
  }
}
