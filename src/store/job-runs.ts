import type { Instant, JobRun, Seconds } from '../domain/model.ts';
import type { SeriesFilter } from './contract.ts';
import { type IdentityRow, toIdentity, toParameters } from './series-rows.ts';
import { type DatabaseConnection, requireRow } from './sqlite/driver.ts';

type RunEnd = NonNullable<JobRun['end']>;

interface JobRunRow extends IdentityRow {
  job: string;
  started_at: Instant;
  remaining_at_start: Seconds;
  ordinal: number;
  duration: Seconds | null;
  exit_code: number | null;
  remaining_at_end: Seconds | null;
}

const KEY = 'job, host, source, api_version, role, started_at, remaining_at_start, ordinal';
const END = 'duration, exit_code, remaining_at_end';

/** Writes rows of `job_runs`. Call its methods inside a transaction. */
export class JobRunRows {
  readonly #start;
  readonly #end;
  readonly #drop;
  readonly #merge;

  constructor(connection: DatabaseConnection) {
    this.#start = connection
      .prepare<[object], number>(
        `INSERT INTO job_runs (${KEY})
         SELECT @job, @host, @source, @apiVersion, @role, @startedAt, @remainingAtStart,
           (SELECT coalesce(max(ordinal) + 1, 0) FROM job_runs
            WHERE job = @job AND host = @host AND source = @source AND api_version = @apiVersion
              AND role = @role AND started_at = @startedAt AND remaining_at_start = @remainingAtStart)
         RETURNING id`,
      )
      .pluck();
    this.#end = connection.prepare(
      'UPDATE job_runs SET duration = ?, exit_code = ?, remaining_at_end = ? WHERE id = ?',
    );
    this.#drop = connection.prepare('DELETE FROM job_runs WHERE id = ? AND duration IS NULL');
    // Two databases may each have recorded a run in the same millisecond. The longer run wins, so that the
    // order of imports does not matter.
    this.#merge = connection.prepare(
      `INSERT INTO job_runs (${KEY}, ${END})
       VALUES (@job, @host, @source, @apiVersion, @role, @startedAt, @remainingAtStart, @ordinal,
         @duration, @exitCode, @remainingAtEnd)
       ON CONFLICT DO UPDATE SET (${END}) = (excluded.duration, excluded.exit_code, excluded.remaining_at_end)
       WHERE excluded.duration IS NOT NULL
         AND (duration IS NULL
           OR (${END}) < (excluded.duration, excluded.exit_code, excluded.remaining_at_end))`,
    );
  }

  /** Returns the id of the new run. */
  start(run: JobRun): number {
    return requireRow(this.#start.get(toKey(run)));
  }

  /** Returns false if the run does not exist. */
  end(id: number, { duration, exitCode, remainingAtEnd }: RunEnd): boolean {
    return this.#end.run(duration, exitCode, remainingAtEnd, id).changes === 1;
  }

  /** Deletes a run, unless it has ended. */
  drop(id: number): void {
    this.#drop.run(id);
  }

  /**
   * Adds a run, or the end of a known run.
   * @returns false if nothing is new
   */
  merge(run: JobRun, ordinal: number): boolean {
    const end = run.end ?? { duration: null, exitCode: null, remainingAtEnd: null };
    return this.#merge.run({ ...toKey(run), ordinal, ...end }).changes === 1;
  }
}

const toKey = ({ job, identity, startedAt, remainingAtStart }: JobRun) => ({
  job,
  ...identity,
  startedAt,
  remainingAtStart,
});

/** Yields the selected runs, ordered by start. */
export function* readJobRuns(
  connection: DatabaseConnection,
  { job, ...filter }: SeriesFilter & { job?: string },
): Generator<{ run: JobRun; ordinal: number }> {
  if (!hasJobRuns(connection)) return;
  const rows = connection
    .prepare<unknown[], JobRunRow>(
      `SELECT ${KEY}, ${END} FROM job_runs
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
  if (!hasJobRuns(connection)) return [];
  return connection.prepare<[], string>('SELECT DISTINCT job FROM job_runs ORDER BY job').pluck().all();
}

/** A database on a read-only mount may have an older schema without `job_runs`. */
const hasJobRuns = (connection: DatabaseConnection) =>
  connection.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'job_runs'").get() !== undefined;

function toJobRun(row: JobRunRow): JobRun {
  const { duration, exit_code: exitCode, remaining_at_end: remainingAtEnd } = row;
  const hasEnded = duration !== null && exitCode !== null && remainingAtEnd !== null;
  return {
    job: row.job,
    identity: toIdentity(row),
    startedAt: row.started_at,
    remainingAtStart: row.remaining_at_start,
    end: hasEnded ? { duration, exitCode, remainingAtEnd } : null,
  };
}
