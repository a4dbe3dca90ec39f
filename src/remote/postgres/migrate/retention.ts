import type { Instant } from '../../../domain/model.ts';
import type { PostgresConnection } from '../connection/postgres-connection.ts';
import { type DeletedRows, deleteOldRowsOfHost } from './host-deletion.ts';
import { isDividedByMonth, listPartitions } from './partitions.ts';

const HOSTS_PER_PAGE = 1000;

export interface RetentionResult extends DeletedRows {
  /** Rows that were last seen before this time are deleted. */
  deletedBefore: Instant;
  droppedPartitions: number;
}

/**
 * Deletes the rows that were last seen before a time. Writers read this time, and do not send these rows again.
 * @throws CredWatchError if the user may not do this
 */
export async function deleteOldRows(
  connection: PostgresConnection,
  before: Instant,
): Promise<RetentionResult> {
  // Before the deletion, so that no writer sends a deleted row. The time never moves back, because writers have skipped rows.
  await connection.query(
    `INSERT INTO cred_watch.retention (name, deleted_before) VALUES ('all', $1)
     ON CONFLICT (name) DO UPDATE SET deleted_before = excluded.deleted_before
     WHERE retention.deleted_before < excluded.deleted_before`,
    [before],
  );
  const droppedPartitions = await dropPartitions(connection, before);
  const result = { deletedBefore: before, droppedPartitions, hosts: 0, generations: 0 };
  for (let last = ''; ; ) {
    const hosts = await connection.query<{ host: string }>(
      `SELECT host FROM cred_watch.hosts WHERE host > $1 ORDER BY host LIMIT ${HOSTS_PER_PAGE}`,
      [last],
    );
    for (const { host } of hosts) {
      const deleted = await connection.transaction((statements) =>
        deleteOldRowsOfHost(statements, host, before),
      );
      result.hosts += deleted.hosts;
      result.generations += deleted.generations;
    }
    last = hosts.at(-1)?.host ?? last;
    if (hosts.length < HOSTS_PER_PAGE) return result;
  }
}

/** Dropping a partition is faster than deleting its rows. */
async function dropPartitions(connection: PostgresConnection, before: Instant): Promise<number> {
  const month = new Date(before).toISOString().slice(0, 7).replace('-', '_');
  return connection.transaction(async (statements) => {
    if (!(await isDividedByMonth(statements))) return 0;
    const old = (await listPartitions(statements)).filter((name) => name < `generations_${month}`);
    let dropped = 0;
    for (const name of old) {
      // Credentials that are served for months have an early month and a late last sample.
      const kept = await statements.query(
        `SELECT 1 AS found FROM cred_watch.${name} WHERE last_seen >= $1 LIMIT 1`,
        [before],
      );
      if (kept.length > 0) continue;
      await statements.query(`DROP TABLE cred_watch.${name}`);
      dropped += 1;
    }
    return dropped;
  });
}
