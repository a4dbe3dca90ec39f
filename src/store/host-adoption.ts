import type { SeriesIdentity } from '../domain/model.ts';
import { assertAllFailedPolls, countGenerations } from './sqlite/consistency.ts';
import type { DatabaseConnection } from './sqlite/driver.ts';

interface Adoption extends Pick<SeriesIdentity, 'host' | 'source'> {
  /** The name of the machine, under which polls without an instance id were recorded. */
  machine: string;
  /** The key of the generation that the machine polls now. */
  key: string;
}

/** The tables of what is known about a host and a source, besides `series`. */
const TABLES = ['failed_polls', 'endpoint_starts', 'reported_states', 'job_runs', 'judged_jobs'];

const RECORDED = 'WHERE host = @machine AND source = @source';

/**
 * Prepares a function that moves what was recorded under the name of the machine, before a poll got the instance id, to
 * the host with this id.
 *
 * - A series is moved if its only generation is the one that the machine polls now. Each instance has other keys, so
 *   the series is certainly of the same instance, also if several machines with one name share the database.
 * - Failed polls and others have no key. They are moved if no series of the name is left, and the machine polled no
 *   other host.
 */
export function prepareHostAdoption(connection: DatabaseConnection) {
  const findRecorded = connection.prepare<[object], unknown>(
    `SELECT 1 FROM series ${RECORDED} UNION ALL SELECT 1 FROM failed_polls ${RECORDED} LIMIT 1`,
  );
  return (adoption: Adoption): void => {
    if (findRecorded.get(adoption) === undefined) return;
    const run = (sql: string) => connection.prepare<[object]>(sql).run(adoption).changes;
    // A series that the host already has stays.
    const moved = run(
      `UPDATE OR IGNORE series SET host = @host ${RECORDED} AND machine = @machine
         AND (SELECT min(key) = @key AND max(key) = @key FROM generations WHERE series_id = series.id)`,
    );
    // A damaged page may hide generations of the series. An error undoes the transaction.
    if (moved > 0) countGenerations(connection);
    const findOther = connection.prepare<[object], unknown>(
      'SELECT 1 FROM series WHERE source = @source AND host <> @host AND @machine IN (host, machine) LIMIT 1',
    );
    if (findOther.get(adoption) !== undefined) return;
    assertAllFailedPolls(connection);
    for (const table of TABLES) {
      run(`UPDATE OR IGNORE ${table} SET host = @host ${RECORDED}`);
      // What is left is equal to a row of the host.
      run(`DELETE FROM ${table} ${RECORDED}`);
    }
  };
}
