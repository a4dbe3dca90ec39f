import type { Instant, RecordedGeneration, SampleTime } from '../../domain/model.ts';
import type { SeriesFilter } from '../contract.ts';
import type { FailedPollRow } from '../failed-polls.ts';
import {
  GENERATION_COLUMNS,
  type StoredGeneration,
  type StoredGenerationRow,
  toStoredGeneration,
} from '../generation-rows.ts';
import { readJobRuns } from '../jobs/job-runs.ts';
import { prepareSampleReader } from '../sample-rows.ts';
import { findSeries, toIdentity, toParameters } from '../series-rows.ts';
import {
  assertAllFailedPolls,
  assertAllGenerations,
  assertAllSamples,
  assertUndamaged,
  countGenerations,
  createDamageError,
} from '../sqlite/consistency.ts';
import { CORRECTED_TIME_SQL } from '../sqlite/corrected-time.ts';
import { type DatabaseConnection, requireRow } from '../sqlite/driver.ts';
import { checkKeyRow } from '../sqlite/row-check.ts';
import type { ArchiveRecord, SampleRun } from './record.ts';

interface StoredFailedPoll extends FailedPollRow {
  ordinal: number;
}

const toNull = <T>(value: T | ''): T | null => (value === '' ? null : value);

/** Yields every selected record, and samples in runs. A run is short, because a million samples need much memory. */
export function* exportParts(
  connection: DatabaseConnection,
  filter: SeriesFilter,
): Generator<ArchiveRecord | SampleRun> {
  let isEmpty = true;
  for (const part of readParts(connection, filter)) {
    isEmpty = false;
    yield part;
  }
  if (isEmpty) assertUndamaged(connection);
}

function* readParts(
  connection: DatabaseConnection,
  filter: SeriesFilter,
): Generator<ArchiveRecord | SampleRun> {
  const readSamples = prepareSampleReader(connection);
  const readGeneration = prepareGenerationReader(connection);
  const readPruned = preparePrunedReader(connection, readGeneration);
  const { since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY } = filter;
  for (const { series, stored } of readGenerations(connection, filter)) {
    const identity = toIdentity(series);
    for (const { id, generation, prunedUntil } of stored.map(toStoredGeneration)) {
      if (generation.lastSeen < since || generation.firstSeen > until) continue;
      let sampleCount = 0;
      const { accessKeyId } = generation;
      for (const { ordinal, times, ...shared } of readSamples(id)) {
        // A poll or an import may have extended the generation after it was read.
        if (!isWithin(times, generation) && !isWithin(times, readGeneration(id).generation))
          throw createDamageError(`a sample of generation ${id} is not in its time range`);
        if (ordinal === 0) sampleCount += times.length;
        yield { record: 'sample_run', identity, credentials: { accessKeyId, ...shared }, times, ordinal };
      }
      if (prunedUntil === null && sampleCount === generation.samples) continue;
      // The generation follows its samples, so that an import counts only the missing samples as pruned.
      const pruned = readPruned(id);
      if (pruned === null) assertAllSamples(connection, id);
      else yield { record: 'generation', identity, ...pruned };
    }
  }
  if (filter.role === undefined) yield* exportFailedPolls(connection, filter);
  for (const each of readJobRuns(connection, filter)) yield { record: 'job_run', ...each };
}

/**
 * In a damaged file, SQLite can read another table as the samples. Its times are rarely in the range of the generation.
 */
const isWithin = (times: readonly SampleTime[], { rawFirstSeen, rawLastSeen }: RecordedGeneration) =>
  times.every(({ observedAt }) => observedAt >= rawFirstSeen && observedAt <= rawLastSeen);

function prepareGenerationReader(connection: DatabaseConnection) {
  const find = connection.prepare<[number], StoredGenerationRow>(
    `SELECT ${GENERATION_COLUMNS} FROM generations WHERE id = ?`,
  );
  return (id: number) => toStoredGeneration(requireRow(find.get(id)));
}

/**
 * Prepares a function that reads a pruned generation, or returns null if the generation is not pruned. Another process
 * may have pruned or polled it since the start of the export.
 */
function preparePrunedReader(
  connection: DatabaseConnection,
  readGeneration: (id: number) => StoredGeneration,
) {
  const countLaterSamples = connection
    .prepare<[number, Instant], number>(
      `SELECT count(*) FROM samples WHERE generation_id = ? AND ordinal = 0 AND ${CORRECTED_TIME_SQL} >= ?`,
    )
    .pluck();
  return connection.transaction((id: number) => {
    const { generation, prunedUntil } = readGeneration(id);
    if (prunedUntil === null) return null;
    const earlierSampleCount = generation.samples - requireRow(countLaterSamples.get(id, prunedUntil));
    return { generation, earlierSampleCount, prunedUntil };
  });
}

/** Reads the generations of the selected series from one state of the database. */
function readGenerations(connection: DatabaseConnection, filter: SeriesFilter) {
  const generations = connection.prepare<[number], StoredGenerationRow>(
    `SELECT ${GENERATION_COLUMNS} FROM generations WHERE series_id = ? ORDER BY first_seen, key`,
  );
  return connection.transaction(() => {
    const counts = countGenerations(connection);
    return findSeries(connection, filter).map((series) => {
      const stored = generations.all(series.id);
      assertAllGenerations(counts.get(series.id) ?? 0, series.id, stored.length);
      return { series, stored };
    });
  })();
}

function* exportFailedPolls(connection: DatabaseConnection, filter: SeriesFilter): Generator<ArchiveRecord> {
  assertAllFailedPolls(connection);
  const rows = connection.prepare<unknown[], StoredFailedPoll>(
    `SELECT host, source, observed_at AS observedAt, reason, detail, access_key_id AS accessKeyId,
       expiration, clock_offset AS clockOffset, ordinal
     FROM failed_polls
     WHERE (@host IS NULL OR host = @host) AND (@source IS NULL OR source = @source)
       AND observed_at BETWEEN @since AND @until`,
  );
  for (const stored of rows.iterate(toParameters(filter))) {
    const { host, source, ordinal, ...row } = checkKeyRow(stored, ['expiration']);
    const poll = { ...row, accessKeyId: toNull(row.accessKeyId), expiration: toNull(row.expiration) };
    yield { record: 'failed_poll', host, source, poll, ordinal };
  }
}
