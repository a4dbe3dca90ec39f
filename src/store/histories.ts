import {
  createRecordedColumns,
  listRecordedGenerations,
} from '../domain/measurement/columns/generation-columns.ts';
import { selectPeriod } from '../domain/measurement/columns/select-period.ts';
import type { Instant, SeriesHistory, SeriesIdentity } from '../domain/model.ts';
import { getHostSourceKey } from '../domain/series-key.ts';
import type { ColumnHistory } from '../domain/verdict/series-analysis.ts';
import type { HistoryReader, RecentFilter, SeriesFilter } from './contract.ts';
import { findFailedPollSpans, readFailedPollCounts } from './failed-polls.ts';
import { readNewestClockOffsets } from './host-clocks.ts';
import {
  findSeries,
  type SeriesRow,
  toIdentity,
  toParameters,
  toPolledBy,
  toSessionFacts,
} from './series-rows.ts';
import {
  assertAllFailedPolls,
  assertAllGenerations,
  assertUndamaged,
  countGenerations,
} from './sqlite/consistency.ts';
import { type DatabaseConnection, requireRow } from './sqlite/driver.ts';
import { prepareGenerationReader } from './sqlite/generation-reader.ts';

const NO_COUNTS: ColumnHistory['failedPolls'] = [];
const NO_GENERATIONS = createRecordedColumns(0, []);

/** A series whose history can be read. */
export interface FoundHistory {
  identity: SeriesIdentity;
  /** Changes with the failed polls that belong to this history. */
  failedPolls: ColumnHistory['failedPolls'];
  generationCount: number;
  read: HistoryReader;
}

export function* findHistories(
  connection: DatabaseConnection,
  filter: SeriesFilter,
): Generator<HistoryReader> {
  for (const { read } of findSeriesHistories(connection, filter)) yield read;
}

/**
 * Finds one history per series, and one per host and source without samples but with failed polls. Compares tables
 * with their indexes, also for other series. The cost grows with the database.
 */
export function* findSeriesHistories(
  connection: DatabaseConnection,
  filter: SeriesFilter,
): Generator<FoundHistory> {
  const counts = countGenerations(connection);
  assertAllFailedPolls(connection);
  const { sampled, unsampledIds } = findSampledSeries(connection, filter);
  for (const id of unsampledIds) if (!counts.has(id)) assertAllGenerations(0, id, 0);
  const newest = findNewestSeries(sampled);
  const failedPolls = readFailedPollCounts(connection, filter);
  // A failed poll has no role, so it cannot be selected by role.
  const unsampled = filter.role === undefined ? [...failedPolls].filter(([key]) => !newest.has(key)) : [];
  if (sampled.length + unsampled.length === 0) assertUndamaged(connection);
  const createHistory = prepareHistories(connection);
  const readGenerations = prepareGenerationReader(connection);
  for (const row of sampled) {
    // Only the newest series of a host and source gets the failed polls, so that they are not counted twice.
    const key = getHostSourceKey(row);
    const failures = newest.get(key) === row ? (failedPolls.get(key)?.counts ?? NO_COUNTS) : NO_COUNTS;
    // The newest poll says nothing about an earlier period.
    const series = { ...toSeries(row), ...(filter.until === undefined ? {} : { session: null }) };
    const { id } = row;
    const generationCount = counts.get(id) ?? 0;
    const read = () => {
      const stored = readGenerations(id, generationCount);
      return createHistory({ ...series, generations: selectPeriod(stored, filter) }, failures, filter);
    };
    yield { identity: series.identity, failedPolls: failures, generationCount, read };
  }
  for (const [, { host, source, counts: failures }] of unsampled) {
    const identity = { host, source, apiVersion: '', role: '' };
    const series = { identity, isPolled: true, session: null, generations: NO_GENERATIONS };
    const read = () => createHistory(series, failures, filter);
    yield { identity, failedPolls: failures, generationCount: 0, read };
  }
}

export const readHistories = (connection: DatabaseConnection, filter: SeriesFilter): SeriesHistory[] =>
  Array.from(findHistories(connection, filter), (read) => toSeriesHistory(read()));

/** About six weeks of credentials that are replaced every hour. */
const RECENT_GENERATIONS = 1000;

/**
 * Reads the newest generations of each selected series, and the failed polls since then. Reads the other
 * generations neither in the table nor in an index, because `check --wait` reads a history after every poll. So
 * only an empty result checks the database for damage.
 * @param limit the number of generations. More are read if several were last seen at the same time
 */
export function readRecentHistories(
  connection: DatabaseConnection,
  filter: RecentFilter,
  limit = RECENT_GENERATIONS,
): ColumnHistory[] {
  const { sampled } = findSampledSeries(connection, filter);
  const newest = findNewestSeries(sampled).get(getHostSourceKey(filter));
  if (newest === undefined) {
    if (readFailedPollCounts(connection, filter).size === 0) assertUndamaged(connection);
    return [];
  }
  const findBeginning = prepareFindBeginning(connection, limit);
  const count = connection
    .prepare<[number, Instant], number>(
      'SELECT count(*) FROM generations WHERE series_id = ? AND last_seen >= ?',
    )
    .pluck();
  const createHistory = prepareHistories(connection);
  const readGenerations = prepareGenerationReader(connection);
  return sampled.map((row) => {
    const since = findBeginning(row.id) ?? Number.MIN_SAFE_INTEGER;
    const period = { ...filter, since };
    const failures = row === newest ? [...readFailedPollCounts(connection, period).values()] : [];
    const series = {
      ...toSeries(row),
      generations: readGenerations(row.id, requireRow(count.get(row.id, since)), since),
    };
    return createHistory(series, failures[0]?.counts ?? NO_COUNTS, period);
  });
}

/**
 * Prepares a function that returns the time since which the newest generations of a series were seen. Undefined if
 * the series has no others.
 */
function prepareFindBeginning(connection: DatabaseConnection, limit: number) {
  const select = connection
    .prepare<[number, number], Instant>(
      'SELECT last_seen FROM generations WHERE series_id = ? ORDER BY last_seen DESC LIMIT 2 OFFSET ?',
    )
    .pluck();
  return (seriesId: number): Instant | undefined => {
    const [oldest, older] = select.all(seriesId, limit - 1);
    return older === undefined ? undefined : oldest;
  };
}

const toSeries = (row: SeriesRow) => ({
  identity: toIdentity(row),
  isPolled: row.polled === 1,
  ...toPolledBy(row),
  polledAt: row.pollCommandAt === 0 ? null : row.pollCommandAt,
  session: toSessionFacts(row),
});

/** Prepares a function that adds to the generations of a series what is stored elsewhere. */
function prepareHistories(connection: DatabaseConnection) {
  const clockOffsets = readNewestClockOffsets(connection);
  return (
    {
      generations,
      ...series
    }: Pick<ColumnHistory, 'identity' | 'isPolled' | 'polledBy' | 'polledAt' | 'session' | 'generations'>,
    failedPolls: ColumnHistory['failedPolls'],
    period: SeriesFilter,
  ): ColumnHistory => ({
    ...series,
    generations,
    failedPolls,
    failedPollSpans:
      failedPolls.length === 0
        ? []
        : findFailedPollSpans(connection, { identity: series.identity, generations }, period),
    newestClockOffset: clockOffsets.get(series.identity.host) ?? null,
  });
}

export const toSeriesHistory = (history: ColumnHistory): SeriesHistory => ({
  ...history,
  generations: listRecordedGenerations(history.generations),
});

/** A series with the time of its last sample in the selected period. */
interface SampledSeries extends SeriesRow {
  lastSample: Instant;
}

/** Finds the selected series, and the ids of those without a sample in the selected period. */
function findSampledSeries(
  connection: DatabaseConnection,
  filter: SeriesFilter,
): { sampled: SampledSeries[]; unsampledIds: number[] } {
  const findLastSample = connection
    .prepare<[object], Instant>(
      `SELECT last_seen FROM generations
       WHERE series_id = @id AND last_seen >= @since AND first_seen <= @until
       ORDER BY last_seen DESC LIMIT 1`,
    )
    .pluck();
  const { since, until } = toParameters(filter);
  const unsampledIds: number[] = [];
  const sampled = findSeries(connection, filter).flatMap((row) => {
    const lastSample = findLastSample.get({ id: row.id, since, until });
    if (lastSample !== undefined) return { ...row, lastSample };
    unsampledIds.push(row.id);
    return [];
  });
  return { sampled, unsampledIds };
}

/** Finds the series with the newest sample of each host and source. */
function findNewestSeries(sampled: readonly SampledSeries[]): Map<string, SampledSeries> {
  const newest = new Map<string, SampledSeries>();
  for (const row of sampled) {
    const key = getHostSourceKey(row);
    const known = newest.get(key);
    if (known === undefined || row.lastSample > known.lastSample) newest.set(key, row);
  }
  return newest;
}
