import type { SeriesIdentity } from '../domain/model.ts';
import { assertAllFailedPolls, countGenerations } from './sqlite/consistency.ts';
import type { DatabaseConnection } from './sqlite/driver.ts';

interface Adoption extends Pick<SeriesIdentity, 'host' | 'source'> {
  /** The name of the machine, under which polls without an instance id were recorded. */
  machine: string;
  /** The key of the generation that the machine polls now. */
  key: string;
}

/** These tables also have the columns of the identity of a series. Equal rows of both hosts are the same fact. */
const TABLES_OF_SERIES = ['job_runs', 'judged_jobs'];

/** These tables know only the host and the source. */
const TABLES_OF_HOST = ['failed_polls', 'endpoint_starts', 'reported_states'];

/**
 * Prepares a function that moves what was recorded under the name of the machine, before a poll got the instance id, to
 * the host with this id.
 *
 * - A series is moved if its only generation is the one that the machine polls now. Each instance has other keys, so
 *   the series is certainly of the same instance, also if several machines with one name share the database.
 * - Failed polls have no key. They are moved if no series of the name is left, and the machine polled no other host.
 */
export function prepareHostAdoption(connection: DatabaseConnection) {
  const isAnythingRecorded = connection.prepare<[object], unknown>(
    `SELECT 1 FROM series WHERE host = @machine AND source = @source
     UNION ALL SELECT 1 FROM failed_polls WHERE host = @machine AND source = @source LIMIT 1`,
  );
  return (adoption: Adoption): void => {
    if (isAnythingRecorded.get(adoption) === undefined) return;
    moveSeries(connection, adoption);
    moveFailedPolls(connection, adoption);
  };
}

function moveSeries(connection: DatabaseConnection, adoption: Adoption): void {
  const ids = connection
    .prepare<[object], number>(
      `SELECT id FROM series AS old
       WHERE host = @machine AND source = @source AND machine = @machine
         AND NOT EXISTS (SELECT 1 FROM series AS new
           WHERE (new.host, new.source, new.api_version, new.role)
             = (@host, old.source, old.api_version, old.role))
         AND EXISTS (SELECT 1 FROM generations WHERE series_id = old.id AND access_key_id = @key)
         AND NOT EXISTS (SELECT 1 FROM generations WHERE series_id = old.id AND key <> @key)`,
    )
    .pluck()
    .all(adoption);
  if (ids.length === 0) return;
  // A damaged page may hide generations of the series, or the series of the host.
  countGenerations(connection);
  const moves = [
    ...TABLES_OF_SERIES.map(
      (table) =>
        `UPDATE OR IGNORE ${table} SET host = @host
         WHERE (host, source, api_version, role) = (SELECT host, source, api_version, role FROM series WHERE id = @id)`,
    ),
    'UPDATE series SET host = @host WHERE id = @id',
  ].map((sql) => connection.prepare<[object]>(sql));
  for (const id of ids) for (const move of moves) move.run({ host: adoption.host, id });
}

function moveFailedPolls(connection: DatabaseConnection, adoption: Adoption): void {
  const isOther = connection
    .prepare<[object], unknown>(
      `SELECT 1 FROM series WHERE source = @source AND host <> @host AND (host = @machine OR machine = @machine)
       LIMIT 1`,
    )
    .get(adoption);
  if (isOther !== undefined) return;
  assertAllFailedPolls(connection);
  for (const table of TABLES_OF_HOST) {
    const where = 'WHERE host = @machine AND source = @source';
    connection.prepare<[object]>(`UPDATE OR IGNORE ${table} SET host = @host ${where}`).run(adoption);
    // What is left is equal to a row of the host.
    connection.prepare<[object]>(`DELETE FROM ${table} ${where}`).run(adoption);
  }
}
