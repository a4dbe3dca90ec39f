import { fillThirdSamples } from '../domain/measurement/generations.ts';
import type { Instant, SeriesHistory } from '../domain/model.ts';
import { getHostSourceKey } from '../domain/series-key.ts';
import type { SeriesFilter } from './contract.ts';
import { findFailedPollSpans, readFailedPollCounts } from './failed-polls.ts';
import { GENERATION_COLUMNS, type StoredGenerationRow, toStoredGeneration } from './generation-rows.ts';
import { findSeries, toIdentity } from './series-rows.ts';
import type { DatabaseConnection } from './sqlite/driver.ts';
import { CORRECTED_TIME_SQL } from './sqlite/schema.ts';

/** Reads one history per series, and one per host and source without samples but with failed polls. */
export function readHistories(connection: DatabaseConnection, filter: SeriesFilter): SeriesHistory[] {
  const sampled = readSampledHistories(connection, filter);
  const newest = findNewestSeries(sampled);
  const failedPolls = readFailedPollCounts(connection, filter);
  const histories = sampled.map((history) => {
    // Only the newest series of a host and source gets the failed polls, so that they are not counted twice.
    const key = getHostSourceKey(history.identity);
    return newest.get(key) === history
      ? { ...history, failedPolls: failedPolls.get(key)?.counts ?? [] }
      : history;
  });
  // A failed poll has no role, so it cannot be selected by role.
  const onlyFailed = filter.role === undefined ? [...failedPolls].filter(([key]) => !newest.has(key)) : [];
  for (const [, { host, source, counts }] of onlyFailed) {
    const identity = { host, source, apiVersion: '', role: '' };
    histories.push({ identity, isPolled: true, generations: [], failedPolls: counts, failedPollSpans: [] });
  }
  return histories.map((history) => ({
    ...history,
    failedPollSpans: findFailedPollSpans(connection, history, filter),
  }));
}

/** Reads the series with generations in the selected period, without their failed polls. */
function readSampledHistories(connection: DatabaseConnection, filter: SeriesFilter): SeriesHistory[] {
  const select = connection.prepare<[number], StoredGenerationRow>(
    `SELECT ${GENERATION_COLUMNS} FROM generations WHERE series_id = ?`,
  );
  const { since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY } = filter;
  return findSeries(connection, filter)
    .map((row): SeriesHistory => {
      const stored = select.all(row.id).map((each) => toStoredGeneration(each).generation);
      const generations = fillThirdSamples(stored, () => readSampleTimes(connection, row.id));
      return {
        identity: toIdentity(row),
        isPolled: row.polled === 1,
        generations: generations.filter(({ firstSeen, lastSeen }) => lastSeen >= since && firstSeen <= until),
        failedPolls: [],
        failedPollSpans: [],
      };
    })
    .filter(({ generations }) => generations.length > 0);
}

/** Finds the series with the newest sample of each host and source. */
function findNewestSeries(histories: readonly SeriesHistory[]): Map<string, SeriesHistory> {
  const newest = new Map<string, SeriesHistory>();
  for (const history of histories) {
    const key = getHostSourceKey(history.identity);
    const known = newest.get(key);
    if (known === undefined || lastSeen(history) > lastSeen(known)) newest.set(key, history);
  }
  return newest;
}

const lastSeen = ({ generations }: SeriesHistory): Instant =>
  generations.reduce((last, each) => Math.max(last, each.lastSeen), Number.NEGATIVE_INFINITY);

/** Reads the corrected times of a series' samples in ascending order. Equal samples count once. */
export function readSampleTimes(connection: DatabaseConnection, seriesId: number): Instant[] {
  return connection
    .prepare<[number], Instant>(
      `SELECT ${CORRECTED_TIME_SQL} AS seen FROM samples
       WHERE generation_id IN (SELECT id FROM generations WHERE series_id = ?) AND ordinal = 0 ORDER BY seen`,
    )
    .pluck()
    .all(seriesId);
}
