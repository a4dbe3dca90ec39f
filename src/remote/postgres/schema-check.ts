import type { Instant } from '../../domain/model.ts';
import { CredWatchError } from '../../errors.ts';
import { createSchemaError } from './connection/failures.ts';
import type { PostgresConnection } from './connection/postgres-connection.ts';
import { POSTGRES_MIGRATIONS } from './schema.ts';

export interface SchemaFacts {
  /** Rows that were last seen before this time are deleted, and are not sent again. */
  deletedBefore: Instant;
}

/**
 * Checks that this program can write to the tables.
 * @throws CredWatchError if the tables are missing, or too old or too new for this program
 */
export async function checkSchema(connection: PostgresConnection): Promise<SchemaFacts> {
  const [newest] = await connection.query<{ version: number; oldest_writer: number }>(
    'SELECT version, oldest_writer FROM cred_watch.schema_versions ORDER BY version DESC LIMIT 1',
  );
  const own = POSTGRES_MIGRATIONS.length;
  if (newest === undefined || newest.version === 0)
    throw createSchemaError(connection.name, 'has no tables of cred-watch');
  if (newest.version < own)
    throw createSchemaError(connection.name, 'has the tables of an older version of cred-watch');
  if (newest.oldest_writer > own) {
    throw new CredWatchError(
      `${connection.name} was migrated by a newer version of cred-watch`,
      'update cred-watch on this host',
    );
  }
  const [retention] = await connection.query<{ deleted_before: number }>(
    "SELECT deleted_before FROM cred_watch.retention WHERE name = 'all'",
  );
  return { deletedBefore: retention?.deleted_before ?? Number.NEGATIVE_INFINITY };
}
