import { compareBytes } from '../../../domain/lists.ts';
import type { JobRun } from '../../../domain/model.ts';
import type { HistorySelection, LoadedJobRun } from '../../loaded-histories.ts';
import type { Statements } from '../connection/postgres-connection.ts';
import { CheckedTable, type Row } from './checked-values.ts';
import { buildCondition } from './conditions.ts';
import { readIdentity } from './series-rows.ts';

/**
 * Reads the selected runs, ordered by start.
 * @param jobs the names of the jobs; null for all jobs
 */
export async function readJobRuns(
  statements: Statements,
  { host, source, role, since, until }: HistorySelection,
  jobs: readonly string[] | null,
  database: string,
): Promise<LoadedJobRun[]> {
  const table = new CheckedTable(database, 'job_runs');
  const runs: LoadedJobRun[] = [];
  for (const job of jobs === null ? [undefined] : new Set(jobs)) {
    const { sql, values } = buildCondition({ host, source, role }, [
      ['started_at >= ?', since],
      ['started_at <= ?', until],
      ['job = ?', job],
    ]);
    const rows = await statements.query<Row>(
      `SELECT host, source, api_version, role, job, started_at, remaining_at_start, ordinal, duration, exit_code,
         remaining_at_end
       FROM cred_watch.job_runs ${sql}`,
      values,
    );
    for (const row of rows) runs.push(toStoredRun(table, row));
  }
  return runs.sort(compareRuns);
}

export async function readJobNames(statements: Statements, database: string): Promise<string[]> {
  const rows = await statements.query<Row>('SELECT DISTINCT job FROM cred_watch.job_runs');
  const table = new CheckedTable(database, 'job_runs');
  return rows.map((row) => table.text(row, 'job')).sort(compareBytes);
}

function toStoredRun(table: CheckedTable, row: Row): LoadedJobRun {
  const duration = table.nullable(row, 'duration');
  const run: JobRun = {
    job: table.text(row, 'job'),
    identity: readIdentity(table, row),
    startedAt: table.number(row, 'started_at'),
    remainingAtStart: table.number(row, 'remaining_at_start'),
    end:
      duration === null
        ? null
        : {
            duration,
            exitCode: table.number(row, 'exit_code'),
            remainingAtEnd: table.number(row, 'remaining_at_end'),
          },
  };
  return { run, ordinal: table.number(row, 'ordinal') };
}

/** The order of `SampleStore`. */
function compareRuns(
  { run: a, ordinal: ordinalA }: LoadedJobRun,
  { run: b, ordinal: ordinalB }: LoadedJobRun,
) {
  return (
    a.startedAt - b.startedAt ||
    compareBytes(a.job, b.job) ||
    compareBytes(a.identity.host, b.identity.host) ||
    compareBytes(a.identity.source, b.identity.source) ||
    compareBytes(a.identity.apiVersion, b.identity.apiVersion) ||
    compareBytes(a.identity.role, b.identity.role) ||
    a.remainingAtStart - b.remainingAtStart ||
    ordinalA - ordinalB
  );
}
