import type { SeriesIdentity } from '../../domain/model.ts';
import { getHostSourceKey } from '../../domain/series-key.ts';
import type { SeriesFilter } from '../contract.ts';
import { readFailedPollCounts } from '../failed-polls.ts';
import { findSeries, toIdentity } from '../series-rows.ts';
import { assertAllFailedPolls, assertUndamaged, countGenerations } from '../sqlite/consistency.ts';
import { openForWriting } from '../sqlite/database.ts';
import { type DatabaseConnection, requireRow } from '../sqlite/driver.ts';
import { releaseFreePages } from '../sqlite/free-pages.ts';
import { StoreConnection } from '../sqlite/store-connection.ts';

/** What the removal of a series deletes. */
export interface RemovableSeries {
  /** `apiVersion` and `role` are empty for failed polls of a host and source without samples. */
  identity: SeriesIdentity;
  generations: number;
  /** Without the samples that `prune` has deleted. */
  samples: number;
  /** Those of the host and source, if no other series of the host and source stays. */
  failedPolls: number;
}

/** Removes series with everything that reports show of them. All methods throw CredWatchError as `SampleStore`. */
export class SeriesRemoval {
  readonly #connection: StoreConnection;

  private constructor(connection: StoreConnection) {
    this.#connection = connection;
  }

  static open(file: string): SeriesRemoval {
    return new SeriesRemoval(new StoreConnection(openForWriting(file), file, null));
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }

  /** The selected series in a stable order, from one state of the database. Ignores `since` and `until`. */
  list(filter: SeriesFilter): RemovableSeries[] {
    return this.#connection.run((connection) => connection.transaction(listSeries)(connection, filter));
  }

  /**
   * Removes the series in one transaction. The runs of jobs stay, because they are facts about jobs.
   * @returns what was deleted, which includes polls since `list`
   */
  remove(identities: readonly SeriesIdentity[]): RemovableSeries[] {
    return this.#connection.write((connection) => {
      const removed = connection.transaction(removeSeries).immediate(connection, identities);
      releaseFreePages(connection);
      return removed;
    });
  }
}

function listSeries(connection: DatabaseConnection, filter: SeriesFilter): RemovableSeries[] {
  assertConsistent(connection);
  const counts = prepareCounts(connection);
  const rows = findSeries(connection, filter);
  const stored = findSeries(connection, { host: filter.host, source: filter.source });
  const failedPolls = countFailedPolls(connection);
  const found = rows.map((row, index): RemovableSeries => {
    const key = getHostSourceKey(row);
    const isSame = (other: SeriesIdentity) => getHostSourceKey(other) === key;
    const isLast = !rows.slice(index + 1).some(isSame);
    const areAllSelected = stored.filter(isSame).length === rows.filter(isSame).length;
    const failures = isLast && areAllSelected ? (failedPolls.get(key)?.count ?? 0) : 0;
    return { identity: toIdentity(row), ...counts(row.id), failedPolls: failures };
  });
  // A failed poll has no role, so it cannot be selected by role.
  const unsampled = filter.role === undefined ? listUnsampled(connection, filter, failedPolls) : [];
  if (found.length + unsampled.length === 0) assertUndamaged(connection);
  return [...found, ...unsampled];
}

function listUnsampled(
  connection: DatabaseConnection,
  { host, source }: SeriesFilter,
  failedPolls: FailedPollCounts,
): RemovableSeries[] {
  const sampled = new Set(findSeries(connection, {}).map(getHostSourceKey));
  return [...failedPolls]
    .filter(([key, each]) => !sampled.has(key) && (host ?? each.host) === each.host)
    .filter(([, each]) => (source ?? each.source) === each.source)
    .map(([, { host, source, count }]) => ({
      identity: { host, source, apiVersion: '', role: '' },
      generations: 0,
      samples: 0,
      failedPolls: count,
    }));
}

type FailedPollCounts = ReadonlyMap<string, Pick<SeriesIdentity, 'host' | 'source'> & { count: number }>;

const countFailedPolls = (connection: DatabaseConnection): FailedPollCounts =>
  new Map(
    [...readFailedPollCounts(connection, {})].map(([key, { host, source, counts }]) => [
      key,
      { host, source, count: counts.reduce((sum, { count }) => sum + count, 0) },
    ]),
  );

/** @throws Error that is reported as a damaged database, which could hide rows */
function assertConsistent(connection: DatabaseConnection): void {
  countGenerations(connection);
  assertAllFailedPolls(connection);
}

function prepareCounts(connection: DatabaseConnection) {
  const count = connection.prepare<[number], { generations: number; samples: number }>(
    `SELECT count(*) AS generations, coalesce(sum(
       (SELECT count(*) FROM sample_groups JOIN sample_times ON group_id = sample_groups.id
        WHERE generation_id = generations.id)), 0) AS samples
     FROM generations WHERE series_id = ?`,
  );
  return (seriesId: number) => requireRow(count.get(seriesId));
}

/** Children first, because of the foreign keys. */
const DELETIONS_OF_SERIES = [
  `DELETE FROM sample_times WHERE group_id IN (
     SELECT id FROM sample_groups WHERE generation_id IN (SELECT id FROM generations WHERE series_id = @id))`,
  'DELETE FROM sample_groups WHERE generation_id IN (SELECT id FROM generations WHERE series_id = @id)',
  'DELETE FROM generations WHERE series_id = @id',
  `DELETE FROM judged_jobs WHERE (host, source, api_version, role) = (
     SELECT host, source, api_version, role FROM series WHERE id = @id)`,
  'DELETE FROM series WHERE id = @id',
];

/** These tables know only the host and the source. `host_clocks` stays: the clock is a fact about the host. */
const TABLES_OF_HOST_AND_SOURCE = ['failed_polls', 'endpoint_starts', 'reported_states'];

function removeSeries(
  connection: DatabaseConnection,
  identities: readonly SeriesIdentity[],
): RemovableSeries[] {
  assertConsistent(connection);
  const counts = prepareCounts(connection);
  const deletions = DELETIONS_OF_SERIES.map((sql) => connection.prepare<[object]>(sql));
  const hasSeries = connection.prepare<[object]>(
    'SELECT 1 FROM series WHERE host = @host AND source = @source LIMIT 1',
  );
  const [failedPolls, ...others] = TABLES_OF_HOST_AND_SOURCE.map((table) =>
    connection.prepare<[object]>(`DELETE FROM ${table} WHERE host = @host AND source = @source`),
  );
  return identities.map((identity) => {
    const { host, source, apiVersion, role } = identity;
    const row = findSeries(connection, { host, source, role }).find((each) => each.apiVersion === apiVersion);
    const counted = row === undefined ? { generations: 0, samples: 0 } : counts(row.id);
    if (row !== undefined) for (const each of deletions) each.run({ id: row.id });
    if (hasSeries.get({ host, source }) !== undefined) return { identity, ...counted, failedPolls: 0 };
    for (const each of others) each.run({ host, source });
    return { identity, ...counted, failedPolls: failedPolls?.run({ host, source }).changes ?? 0 };
  });
}
