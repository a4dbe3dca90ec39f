import type { Instant } from '../../../domain/model.ts';
import { CredWatchError } from '../../../errors.ts';
import type { PostgresConnection, Statements } from '../connection/postgres-connection.ts';

/** The number of deleted rows. Dropped partitions are not counted. */
export interface DeletedRows {
  hosts: number;
  generations: number;
}

/**
 * Deletes rows of a host that were last seen before `$2`. A host without other rows is deleted with its tags, if its last
 * push was before that time too. Each statement touches the rows of one host only.
 */
const OLD_ROWS: readonly string[] = [
  // The next push of the host compares such a series again, and corrects its figures.
  `UPDATE cred_watch.series SET revision = revision + 1 WHERE host = $1 AND first_sample < $2 AND last_sample >= $2`,
  'DELETE FROM cred_watch.failed_polls WHERE host = $1 AND last_at < $2',
  'DELETE FROM cred_watch.job_runs WHERE host = $1 AND started_at < $2',
  `DELETE FROM cred_watch.findings WHERE host = $1 AND EXISTS (
     SELECT 1 FROM cred_watch.series WHERE series.host = findings.host AND series.source = findings.source
       AND series.api_version = findings.api_version AND series.role = findings.role AND series.last_sample < $2)`,
  'DELETE FROM cred_watch.series WHERE host = $1 AND last_sample < $2',
  // A series with failed polls only. The next push of a host that still exists would add it again.
  `DELETE FROM cred_watch.series WHERE host = $1 AND last_sample IS NULL
     AND EXISTS (SELECT 1 FROM cred_watch.hosts WHERE hosts.host = series.host AND hosts.pushed_at < $2)
     AND NOT EXISTS (SELECT 1 FROM cred_watch.failed_polls WHERE failed_polls.host = series.host
       AND failed_polls.source = series.source)`,
];

const OLD_HOST = `DELETE FROM cred_watch.hosts WHERE host = $1 AND pushed_at < $2
  AND NOT EXISTS (SELECT 1 FROM cred_watch.series WHERE series.host = hosts.host)
  AND NOT EXISTS (SELECT 1 FROM cred_watch.failed_polls WHERE failed_polls.host = hosts.host)
  AND NOT EXISTS (SELECT 1 FROM cred_watch.job_runs WHERE job_runs.host = hosts.host)`;

const OLD_TAGS = `DELETE FROM cred_watch.host_tags WHERE host = $1
  AND NOT EXISTS (SELECT 1 FROM cred_watch.hosts WHERE hosts.host = host_tags.host)`;

/** Tables with rows of hosts. `hosts` is the last one, so that a report never shows a host with a part of its rows. */
const TABLES_OF_HOSTS: readonly string[] = [
  ...['generations', 'failed_polls', 'job_runs', 'findings', 'series', 'host_tags', 'hosts'],
];

const count = async (statements: Statements, sql: string, values: readonly unknown[]): Promise<number> =>
  (await statements.query<{ count: number }>(sql, values))[0]?.count ?? 0;

/** Runs in a transaction. */
export async function deleteOldRowsOfHost(
  statements: Statements,
  host: string,
  before: Instant,
): Promise<DeletedRows> {
  const values = [host, before];
  const generations = await count(
    statements,
    'SELECT count(*) AS count FROM cred_watch.generations WHERE host = $1 AND last_seen < $2',
    values,
  );
  await statements.query('DELETE FROM cred_watch.generations WHERE host = $1 AND last_seen < $2', values);
  for (const sql of OLD_ROWS) await statements.query(sql, values);
  const countHosts = () =>
    count(statements, 'SELECT count(*) AS count FROM cred_watch.hosts WHERE host = $1', [host]);
  const known = await countHosts();
  await statements.query(OLD_HOST, values);
  await statements.query(OLD_TAGS, [host]);
  return { generations, hosts: known - (await countHosts()) };
}

/**
 * Deletes a host with all of its rows. If the host still exists, its next push adds it again.
 * @throws CredWatchError if the database does not have the host, or the user may not do this
 */
export async function forgetHost(connection: PostgresConnection, host: string): Promise<void> {
  const isKnown = await connection.transaction(async (statements) => {
    const known = await statements.query('SELECT 1 AS found FROM cred_watch.hosts WHERE host = $1', [host]);
    for (const table of TABLES_OF_HOSTS)
      await statements.query(`DELETE FROM cred_watch.${table} WHERE host = $1`, [host]);
    return known.length > 0;
  });
  if (!isKnown)
    throw new CredWatchError(
      `${connection.name} has no host ${host}`,
      'list the hosts with `cred-watch report --fleet -f csv --db` and the same URL',
    );
}
