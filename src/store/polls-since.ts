import type { FailedPoll, SeriesIdentity } from '../domain/model.ts';
import type { PollSelection, RecordedPolls } from './contract.ts';
import { prepareSampleReader } from './sample-rows.ts';
import { IDENTITY_COLUMNS } from './series-rows.ts';
import type { DatabaseConnection } from './sqlite/driver.ts';
import { checkRow } from './sqlite/row-check.ts';

/**
 * Yields the samples of all generations that were seen since a time, so also earlier ones, and the failed polls since
 * then. Checks no other part of the database, because a push reads the polls of each host and source.
 */
export function* readPollsSince(
  connection: DatabaseConnection,
  selection: PollSelection,
): Generator<RecordedPolls> {
  const generations = connection
    .prepare<[object], SeriesIdentity & { id: number }>(
      `SELECT generations.id, ${IDENTITY_COLUMNS} FROM series JOIN generations ON series_id = series.id
       WHERE host = @host AND source = @source AND last_seen >= @since
       ORDER BY first_seen`,
    )
    .all(selection);
  const readSamples = prepareSampleReader(connection);
  for (const { id, ...identity } of generations.map(checkRow)) {
    for (const { times, ordinal: _, ...credentials } of readSamples(id))
      yield { kind: 'samples', identity, credentials, times };
  }
  const failed = connection
    .prepare<[object], Pick<FailedPoll, 'observedAt' | 'clockOffset'>>(
      `SELECT observed_at AS observedAt, clock_offset AS clockOffset FROM failed_polls
       WHERE host = @host AND source = @source AND observed_at >= @since`,
    )
    .all(selection);
  for (const poll of failed.map(checkRow)) yield { kind: 'failed_poll', poll };
}
