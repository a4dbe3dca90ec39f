import { MAX_VALIDITY } from '../../../../domain/aws-limits.ts';
import type { JobRun } from '../../../../domain/model.ts';
import type { HistorySelection } from '../../../loaded-histories.ts';
import type { Statements } from '../../connection/postgres-connection.ts';
import { CheckedTable, type Row } from '../checked-values.ts';
import { buildCondition } from '../conditions.ts';
import { readJobRuns } from '../job-run-rows.ts';

/**
 * Reads the runs that decide the duration of each job: the longest one, a successful one, and those that may still be
 * running.
 */
export async function readDecisiveRuns(
  statements: Statements,
  selection: HistorySelection,
  jobs: readonly string[],
  database: string,
): Promise<JobRun[]> {
  const { host, source, role, since, until } = selection;
  const { sql, values } = buildCondition({ host, source, role }, [
    ['started_at >= ?', since],
    ['started_at <= ?', until],
    ['job = ANY (?)', jobs],
  ]);
  const rows = await statements.query<Row>(
    `SELECT job, max(started_at) AS started_at, max(duration) AS duration,
       max(CASE WHEN exit_code = 0 THEN 1 ELSE 0 END) AS succeeded
     FROM cred_watch.job_runs ${sql} GROUP BY job`,
    values,
  );
  const table = new CheckedTable(database, 'job_runs');
  const found: JobRun[] = [];
  for (const row of rows) {
    const job = table.text(row, 'job');
    const newest = table.number(row, 'started_at');
    const duration = table.nullable(row, 'duration');
    if (duration !== null) {
      const exitCode = table.number(row, 'succeeded') === 1 ? 0 : 1;
      const end = { duration, exitCode, remainingAtEnd: 0 };
      // Stands for the longest run of all hosts. With the start 0, it is never the newest run.
      found.push({ job, identity: NO_SERIES, startedAt: 0, remainingAtStart: 0, end });
    }
    const since = newest - MAX_VALIDITY * 1000;
    const recent = await readJobRuns(statements, { host, source, role, since, until }, [job], database);
    for (const { run } of recent) found.push(run);
  }
  return found;
}

const NO_SERIES: JobRun['identity'] = { host: '', source: 'environment', apiVersion: '', role: '' };
