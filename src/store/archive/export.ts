import type { FailedPoll, Instant, SourceName } from '../../domain/model.ts';
import type { SeriesFilter } from '../contract.ts';
import { type StoredGenerationRow, toStoredGeneration } from '../generation-rows.ts';
import { readJobRuns } from '../job-runs.ts';
import { findSeries, toIdentity, toParameters } from '../series-rows.ts';
import { type DatabaseConnection, requireRow } from '../sqlite/driver.ts';
import { CORRECTED_TIME_SQL } from '../sqlite/schema.ts';
import type { ArchiveRecord } from './record.ts';

interface SampleRow {
  observed_at: Instant;
  clock_offset: number | '';
  last_updated: Instant | '';
  expiration: Instant;
  zoneless: number;
  ordinal: number;
}

interface FailedPollRow {
  host: string;
  source: SourceName;
  observed_at: Instant;
  reason: FailedPoll['reason'];
  detail: string;
  access_key_id: string;
  expiration: Instant | '';
  ordinal: number;
}

/** Key columns store an absent value as `''`, because SQLite's UNIQUE treats NULLs as different. */
const toNull = <T>(value: T | ''): T | null => (value === '' ? null : value);

/** Yields every selected record. Reads rows one by one, so a million samples need little memory. */
export function* exportRecords(
  connection: DatabaseConnection,
  filter: SeriesFilter,
): Generator<ArchiveRecord> {
  const generations = connection.prepare<[number], StoredGenerationRow>(
    'SELECT * FROM generations WHERE series_id = ? ORDER BY first_seen, key',
  );
  const samples = connection.prepare<[number], SampleRow>('SELECT * FROM samples WHERE generation_id = ?');
  const countLaterSamples = connection
    .prepare<[number, Instant], number>(
      `SELECT count(*) FROM samples WHERE generation_id = ? AND ordinal = 0 AND ${CORRECTED_TIME_SQL} >= ?`,
    )
    .pluck();
  const since = filter.since ?? Number.NEGATIVE_INFINITY;
  const until = filter.until ?? Number.POSITIVE_INFINITY;
  for (const series of findSeries(connection, filter)) {
    const identity = toIdentity(series);
    for (const stored of generations.all(series.id)) {
      const { id, generation, prunedUntil } = toStoredGeneration(stored);
      if (generation.lastSeen < since || generation.firstSeen > until) continue;
      for (const row of samples.iterate(id)) {
        const sample = {
          accessKeyId: generation.accessKeyId,
          lastUpdated: toNull(row.last_updated),
          expiration: row.expiration,
          zoneless: row.zoneless === 1,
          observedAt: row.observed_at,
          clockOffset: toNull(row.clock_offset),
        };
        yield { record: 'sample', identity, sample, ordinal: row.ordinal };
      }
      // The generation follows its samples, so that the importer counts only the missing samples as pruned.
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
    `SELECT * FROM failed_polls
     WHERE (@host IS NULL OR host = @host) AND (@source IS NULL OR source = @source)
       AND observed_at BETWEEN @since AND @until`,
  );
  for (const row of rows.iterate(toParameters(filter))) {
    const {
      host,
      source,
      observed_at: observedAt,
      reason,
      detail,
      access_key_id: accessKeyId,
      ordinal,
    } = row;
    const poll = { observedAt, reason, detail, accessKeyId, expiration: toNull(row.expiration) };
    yield { record: 'failed_poll', host, source, poll, ordinal };
  }
}
