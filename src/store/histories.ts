import {
  createRecordedColumns,
  listRecordedGenerations,
  type RecordedColumns,
  selectItems,
  valueAt,
} from '../domain/measurement/columns/generation-columns.ts';
import type { Instant, SeriesHistory } from '../domain/model.ts';
import { getHostSourceKey } from '../domain/series-key.ts';
import type { ColumnHistory } from '../domain/verdict/series-analysis.ts';
import type { HistoryReader, SeriesFilter } from './contract.ts';
import { findFailedPollSpans, readFailedPollCounts } from './failed-polls.ts';
import { prepareGenerationReader } from './generation-rows.ts';
import { readNewestClockOffsets } from './host-clocks.ts';
import { findSeries, type SeriesRow, toIdentity, toParameters } from './series-rows.ts';
import {
  assertAllFailedPolls,
  assertAllGenerations,
  assertUndamaged,
  countGenerations,
} from './sqlite/consistency.ts';
import type { DatabaseConnection } from './sqlite/driver.ts';

const NO_COUNTS: ColumnHistory['failedPolls'] = [];
const NO_GENERATIONS = createRecordedColumns(0, []);

/**
 * Finds one history per series, and one per host and source without samples but with failed polls.
 * @param checksTables compares tables with their indexes, also for other series. The cost grows with the database.
 */
export function* findHistories(
  connection: DatabaseConnection,
  filter: SeriesFilter,
  { checksTables } = { checksTables: true },
): Generator<HistoryReader> {
  const lastSamples = findLastSamples(connection, filter);
  const counts = checksTables ? countGenerations(connection) : null;
  if (checksTables) assertAllFailedPolls(connection);
  const count = connection
    .prepare<[number], number>('SELECT count(*) FROM generations WHERE series_id = ?')
    .pluck();
  const sampled = findSeries(connection, filter).filter(({ id }) => {
    const isSampled = lastSamples.has(id);
    // The reader checks the other series.
    if (counts !== null && !isSampled) assertAllGenerations(counts, id, count.get(id) ?? 0);
    return isSampled;
  });
  const newest = findNewestSeries(sampled, lastSamples);
  const failedPolls = readFailedPollCounts(connection, filter);
  // A failed poll has no role, so it cannot be selected by role.
  const unsampled = filter.role === undefined ? [...failedPolls].filter(([key]) => !newest.has(key)) : [];
  if (sampled.length + unsampled.length === 0) assertUndamaged(connection);
  const clockOffsets = readNewestClockOffsets(connection);
  const createHistory = (
    series: Pick<ColumnHistory, 'identity' | 'isPolled' | 'generations'>,
    failedPollCounts: ColumnHistory['failedPolls'],
  ): ColumnHistory => ({
    identity: series.identity,
    isPolled: series.isPolled,
    generations: series.generations,
    failedPolls: failedPollCounts,
    failedPollSpans: failedPollCounts.length === 0 ? [] : findFailedPollSpans(connection, series, filter),
    newestClockOffset: clockOffsets.get(series.identity.host) ?? null,
  });
  const readGenerations = prepareGenerationReader(connection);
  for (const row of sampled) {
    // Only the newest series of a host and source gets the failed polls, so that they are not counted twice.
    const key = getHostSourceKey(row);
    const failures = newest.get(key) === row.id ? (failedPolls.get(key)?.counts ?? NO_COUNTS) : NO_COUNTS;
    const [id, identity, isPolled] = [row.id, toIdentity(row), row.polled === 1];
    yield () => {
      const stored = readGenerations(id);
      if (counts !== null) assertAllGenerations(counts, id, stored.accessKeyIds.length);
      const generations = selectPeriod(stored, filter);
      return createHistory({ identity, isPolled, generations }, failures);
    };
  }
  for (const [, { host, source, counts: failures }] of unsampled) {
    const identity = { host, source, apiVersion: '', role: '' };
    yield () => createHistory({ identity, isPolled: true, generations: NO_GENERATIONS }, failures);
  }
}

/**
 * Reads the selected series. With a host and a source, only an empty result checks the database, because
 * `check --wait` reads a history after every poll.
 */
export function readHistories(connection: DatabaseConnection, filter: SeriesFilter): ColumnHistory[] {
  const checksTables = filter.host === undefined || filter.source === undefined;
  return Array.from(findHistories(connection, filter, { checksTables }), (read) => read());
}

export const toSeriesHistory = (history: ColumnHistory): SeriesHistory => ({
  ...history,
  generations: listRecordedGenerations(history.generations),
});

/** Selects the generations that were seen in the period of the filter. */
function selectPeriod(generations: RecordedColumns, { since, until }: SeriesFilter): RecordedColumns {
  if (since === undefined && until === undefined) return generations;
  const { count, firstSeen, lastSeen } = generations;
  const selected = Array.from({ length: count }, (_, index) => index).filter(
    (index) =>
      valueAt(lastSeen, index) >= (since ?? Number.NEGATIVE_INFINITY) &&
      valueAt(firstSeen, index) <= (until ?? Number.POSITIVE_INFINITY),
  );
  return selectItems(generations, Int32Array.from(selected));
}

/** Finds the time of the last sample in the selected period, by the id of the series. */
function findLastSamples(connection: DatabaseConnection, filter: SeriesFilter): Map<number, Instant> {
  const rows = connection
    .prepare<unknown[], [number, Instant]>(
      `SELECT series_id, max(last_seen) FROM generations
       WHERE last_seen >= @since AND first_seen <= @until GROUP BY series_id`,
    )
    .raw()
    .all(toParameters(filter));
  return new Map(rows);
}

/** Finds the id of the series with the newest sample of each host and source. */
function findNewestSeries(
  sampled: readonly SeriesRow[],
  lastSamples: ReadonlyMap<number, Instant>,
): Map<string, number> {
  const newest = new Map<string, number>();
  const lastSample = (id: number) => lastSamples.get(id) ?? Number.NEGATIVE_INFINITY;
  for (const row of sampled) {
    const key = getHostSourceKey(row);
    const known = newest.get(key);
    if (known === undefined || lastSample(row.id) > lastSample(known)) newest.set(key, row.id);
  }
  return newest;
}
