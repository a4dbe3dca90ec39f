import type { JobRun } from '../../domain/model.ts';
import type { JobRunFilter, SeriesFilter } from '../contract.ts';
import { IDENTITY_COLUMNS, toIdentity, toParameters } from '../series-rows.ts';
import { assertUndamaged } from '../sqlite/consistency.ts';
import { type DatabaseConnection, requireRow } from '../sqlite/driver.ts';
import { checkRow } from '../sqlite/row-check.ts';

type RunEnd = NonNullable<JobRun['end']>;
type RunKey = JobRun['identity'] & Omit<JobRun, 'identity' | 'end'>;
type JobRunRow = RunKey & { ordinal: number } & (RunEnd | Record<keyof RunEnd, null>);

const KEY = 'job, host, source, api_version, role, started_at, remaining_at_start, ordinal';
const END = 'duration, exit_code, remaining_at_end';

/**
 * Adds a run without its end.
 * @param process the id of the process that records the run, `''` if it is unknown
 * @returns the id of the new run
 */
export function startJobRun(connection: DatabaseConnection, run: JobRun, process: string): number {
  const insert = connection
    .prepare<[object], number>(
      `INSERT INTO job_runs (${KEY}, process)
       SELECT @job, @host, @source, @apiVersion, @role, @startedAt, @remainingAtStart,
         (SELECT coalesce(max(ordinal) + 1, 0) FROM job_runs
          WHERE job = @job AND host = @host AND source = @source AND api_version = @apiVersion
            AND role = @role AND started_at = @startedAt AND remaining_at_start = @remainingAtStart),
         @process
       RETURNING id`,
    )
    .pluck();
  return requireRow(insert.get({ ...toKey(run), process }));
}

/** Returns false if the run does not exist. */
export function endJobRun(connection: DatabaseConnection, id: number, end: RunEnd): boolean {
  const update = connection.prepare(
    `UPDATE job_runs SET (${END}, process) = (@duration, @exitCode, @remainingAtEnd, '') WHERE id = @id`,
  );
  return update.run({ ...end, id }).changes === 1;
}

/** Deletes a run, unless it has ended. */
export function dropJobRun(connection: DatabaseConnection, id: number): void {
  connection.prepare('DELETE FROM job_runs WHERE id = ? AND duration IS NULL').run(id);
}

/**
 * Prepares a function that adds a run, or the end of a known run. The function returns false if nothing is new.
 * Two databases may each have recorded a run in the same millisecond. The longer run wins, so that the order of
 * imports does not matter.
 */
export function prepareJobRunMerge(connection: DatabaseConnection) {
  const merge = connection.prepare(
    `INSERT INTO job_runs (${KEY}, ${END})
     VALUES (@job, @host, @source, @apiVersion, @role, @startedAt, @remainingAtStart, @ordinal,
       @duration, @exitCode, @remainingAtEnd)
     ON CONFLICT DO UPDATE SET (${END}) = (excluded.duration, excluded.exit_code, excluded.remaining_at_end)
     WHERE excluded.duration IS NOT NULL
       AND (duration IS NULL
         OR (${END}) < (excluded.duration, excluded.exit_code, excluded.remaining_at_end))`,
  );
  return (run: JobRun, ordinal: number): boolean => {
    const end = run.end ?? { duration: null, exitCode: null, remainingAtEnd: null };
    return merge.run({ ...toKey(run), ordinal, ...end }).changes === 1;
  };
}

const toKey = ({ identity, end, ...run }: JobRun): RunKey => ({ ...identity, ...run });

/** Yields the selected runs, ordered by start. */
export function* readJobRuns(
  connection: DatabaseConnection,
  { job, ...filter }: SeriesFilter & { job?: string },
): Generator<{ run: JobRun; ordinal: number }> {
  assertUndamaged(connection, 'job_runs');
  const rows = connection
    .prepare<unknown[], JobRunRow>(
      `SELECT job, ${IDENTITY_COLUMNS}, started_at AS startedAt, remaining_at_start AS remainingAtStart, ordinal,
         duration, exit_code AS exitCode, remaining_at_end AS remainingAtEnd
       FROM job_runs
       WHERE (@job IS NULL OR job = @job) AND (@host IS NULL OR host = @host)
         AND (@source IS NULL OR source = @source) AND (@role IS NULL OR role = @role)
         AND started_at BETWEEN @since AND @until
       ORDER BY started_at, ${KEY}`,
    )
    .iterate({ ...toParameters(filter), job: job ?? null });
  for (const row of rows) yield { run: toJobRun(row), ordinal: row.ordinal };
}

/** Reads the names of all jobs with runs, in alphabetical order. */
export function readJobNames(connection: DatabaseConnection): string[] {
  return connection.prepare<[], string>('SELECT DISTINCT job FROM job_runs ORDER BY job').pluck().all();
}

function toJobRun(row: JobRunRow): JobRun {
  const { job, startedAt, remainingAtStart, duration, exitCode, remainingAtEnd } = checkRow(row);
  const end = duration === null ? null : { duration, exitCode, remainingAtEnd };
  return { job, identity: toIdentity(row), startedAt, remainingAtStart, end };
}

/** The runs of one job, ordered by start. */
export function listJobRuns(connection: DatabaseConnection, filter: JobRunFilter): JobRun[] {
  const runs = [...readJobRuns(connection, filter)];
  if (runs.length === 0) assertUndamaged(connection);
  return runs.map(({ run }) => run);
}
