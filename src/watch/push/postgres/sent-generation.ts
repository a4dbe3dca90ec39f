import type { SeriesIdentity } from '../../../domain/model.ts';
import { PostgresRowError } from '../../../remote/postgres/connection/failures.ts';
import type { Statements } from '../../../remote/postgres/connection/postgres-connection.ts';
import { GENERATIONS } from '../../../remote/postgres/write/generation-rows.ts';
import { type RowValue, toIdentityValues, upsertRows } from '../../../remote/postgres/write/tables.ts';
import type { GenerationItem } from './series-changes.ts';

/** Returns the message of the database if it rejects the row. */
export async function tryRow(statements: Statements, row: SentGeneration): Promise<string | null> {
  await statements.query('SAVEPOINT cred_watch_row');
  try {
    await upsertRows(statements, GENERATIONS, [getRow(row)]);
    await statements.query('RELEASE SAVEPOINT cred_watch_row');
    return null;
  } catch (error) {
    if (!(error instanceof PostgresRowError)) throw error;
    await statements.query('ROLLBACK TO SAVEPOINT cred_watch_row');
    return error.message;
  }
}

export interface SentGeneration {
  identity: SeriesIdentity;
  item: GenerationItem;
}

export const getRow = ({ identity, item }: SentGeneration): RowValue[] => [
  ...toIdentityValues(identity),
  ...item.values,
];
