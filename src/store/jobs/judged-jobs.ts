import type { Instant, SeriesIdentity } from '../../domain/model.ts';
import type { JobRunInProgress, JudgedJobKey, JudgedJobs } from '../contract.ts';
import { IDENTITY_COLUMNS, toIdentity } from '../series-rows.ts';
import type { DatabaseConnection } from '../sqlite/driver.ts';
import { checkRow } from '../sqlite/row-check.ts';
import type { StoreConnection } from '../sqlite/store-connection.ts';

type RunRow = SeriesIdentity & Omit<JobRunInProgress, 'identity'>;

export class JudgedJobRows implements JudgedJobs {
  readonly #connection: StoreConnection;

  constructor(connection: StoreConnection) {
    this.#connection = connection;
  }

  find(key: JudgedJobKey): Instant | null {
    return this.#connection.run((connection) => {
      const row = connection
        .prepare<[object], { judgedAt: Instant }>(
          `SELECT judged_at AS judgedAt FROM judged_jobs
           WHERE process = @process AND arguments = @arguments AND host = @host AND source = @source
             AND api_version = @apiVersion AND role = @role`,
        )
        .get(toRow(key));
      return row === undefined ? null : checkRow(row).judgedAt;
    });
  }

  record(key: JudgedJobKey, judgedAt: Instant, keepUntil: Instant): void {
    this.#connection.write((connection) =>
      connection
        .transaction(() => {
          deleteOld(connection, judgedAt);
          connection
            .prepare(
              `INSERT OR REPLACE INTO judged_jobs
                 (process, arguments, host, source, api_version, role, judged_at, keep_until)
               VALUES (@process, @arguments, @host, @source, @apiVersion, @role, @judgedAt, @keepUntil)`,
            )
            .run({ ...toRow(key), judgedAt, keepUntil });
        })
        .immediate(),
    );
  }

  findRuns(job: string, processes: readonly string[]): JobRunInProgress[] {
    return this.#connection.run((connection) =>
      connection
        .prepare<[object], RunRow>(
          `SELECT process, ${IDENTITY_COLUMNS}, started_at AS startedAt, remaining_at_start AS remainingAtStart
           FROM job_runs
           WHERE job = @job AND process IN (SELECT value FROM json_each(@processes))`,
        )
        .all({ job, processes: JSON.stringify(processes) })
        .map((row) => {
          const { process, startedAt, remainingAtStart } = checkRow(row);
          return { process, identity: toIdentity(row), startedAt, remainingAtStart };
        }),
    );
  }
}

const toRow = ({ identity, ...key }: JudgedJobKey) => ({ ...identity, ...key });

const DAY_MS = 24 * 3600 * 1000;

/**
 * A row with a future time was written while the clock was wrong. Rows of the near future stay, because another process
 * may have read the clock a moment later.
 */
const deleteOld = (connection: DatabaseConnection, now: Instant) =>
  connection
    .prepare('DELETE FROM judged_jobs WHERE keep_until < @now OR judged_at > @future')
    .run({ now, future: now + DAY_MS });
