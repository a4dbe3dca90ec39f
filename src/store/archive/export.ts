import type { FailedPoll, Instant, SourceName } from '../../domain/model.ts';
import type { SeriesFilter } from '../contract.ts';
import { GENERATION_COLUMNS, type StoredGenerationRow, toStoredGeneration } from '../generation-rows.ts';
import { readJobRuns } from '../job-runs.ts';
import { findSeries, toIdentity, toParameters } from '../series-rows.ts';
import { type DatabaseConnection, requireRow } from '../sqlite/driver.ts';
import { CORRECTED_TIME_SQL } from '../sqlite/schema.ts';
import type { ArchiveRecord } from './record.ts';

interface SampleRow {
  observedAt: Instant;
  clockOffset: number | '';
  lastUpdated: Instant | '';
  expiration: Instant;
  zoneless: number;
  ordinal: number;
}

interface FailedPollRow extends Omit<FailedPoll, 'expiration'> {
  host: string;
  source: SourceName;
  expiration: Instant | '';
  ordinal: number;
}

/** Key columns store an absent value as `''`, because SQLite's UNIQUE treats NULLs as different. */
const toNull = <T>(value: T | ''): T | null => (value === '' ? null : value);

/** Yields every selected record. Samples are read one by one, because a million of them need much memory. */
export function* exportRecords(
  connection: DatabaseConnection,
  filter: SeriesFilter,
): Generator<ArchiveRecord> {
  const generations = connection.prepare<[number], StoredGenerationRow>(
    `SELECT ${GENERATION_COLUMNS} FROM generations WHERE series_id = ? ORDER BY first_seen, key`,
  );
  const samples = connection.prepare<[number], SampleRow>(
    `SELECT observed_at AS observedAt, clock_offset AS clockOffset, last_updated AS lastUpdated, expiration,
       zoneless, ordinal
     FROM samples WHERE generation_id = ?`,
  );
  const countLaterSamples = connection
    .prepare<[number, Instant], number>(
      `SELECT count(*) FROM samples WHERE generation_id = ? AND ordinal = 0 AND ${CORRECTED_TIME_SQL} >= ?`,
    )
    .pluck();
  const { since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY } = filter;
  for (const series of findSeries(connection, filter)) {
    const identity = toIdentity(series);
    for (const stored of generations.all(series.id)) {
      const { id, generation, prunedUntil } = toStoredGeneration(stored);
      if (generation.lastSeen < since || generation.firstSeen > until) continue;
      for (const { ordinal, ...row } of samples.iterate(id)) {
        const sample = {
          ...row,
          accessKeyId: generation.accessKeyId,
          lastUpdated: toNull(row.lastUpdated),
          zoneless: row.zoneless === 1,
          clockOffset: toNull(row.clockOffset),
        };
        yield { record: 'sample', identity, sample, ordinal };
      }
      // The generation follows its samples, so that an import counts only the missing samples as pruned.
      if (prunedUntil !== null) {
        const earlierSampleCount = generation.samples - requireRow(countLaterSamples.get(id, prunedUntil));
        yield { record: 'generation', identity, generation, earlierSampleCount, prunedUntil };
      }
    }
  }
  if (filter.role === undefined) yield* exportFailedPolls(connection, filter);
  for (const each of readJobRuns(connection, filter)) yield { record: 'job_run', ...each };
}

function* exportFailedPolls(connection: DatabaseConnection, filter: SeriesFilter): Generator<ArchiveRecord> {
  const rows = connection.prepare<unknown[], FailedPollRow>(
    `SELECT host, source, observed_at AS observedAt, reason, detail, access_key_id AS accessKeyId,
       expiration, ordinal
     FROM failed_polls
     WHERE (@host IS NULL OR host = @host) AND (@source IS NULL OR source = @source)
       AND observed_at BETWEEN @since AND @until`,
  );
  for (const { host, source, expiration, ordinal, ...poll } of rows.iterate(toParameters(filter))) {
    yield { record: 'failed_poll', host, source, poll: { ...poll, expiration: toNull(expiration) }, ordinal };
  }
}
