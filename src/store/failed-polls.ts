import { findMaxDistanceInSpan } from '../domain/measurement/columns/failed-poll-distance.ts';
import type { FailedPoll, FailedPollCount, Instant, SourceName, Span } from '../domain/model.ts';
import { getHostSourceKey } from '../domain/series-key.ts';
import { joinSpans } from '../domain/time/spans.ts';
import type { ColumnHistory } from '../domain/verdict/series-analysis.ts';
import { toStoredKeyId } from '../key-id.ts';
import type { SeriesFilter } from './contract.ts';
import { prepareClockOffsetUpdate } from './host-clocks.ts';
import { toParameters } from './series-rows.ts';
import { type DatabaseConnection, requireRow } from './sqlite/driver.ts';
import { checkRow } from './sqlite/row-check.ts';

/** Key columns store an absent value as `''`, because SQLite's UNIQUE treats NULLs as different. */
export interface FailedPollRow extends Omit<FailedPoll, 'accessKeyId' | 'expiration'> {
  host: string;
  source: SourceName;
  accessKeyId: string;
  expiration: Instant | '';
}

export const toFailedPollRow = (host: string, source: SourceName, poll: FailedPoll): FailedPollRow => ({
  ...poll,
  host,
  source,
  accessKeyId: toStoredKeyId(poll.accessKeyId ?? ''),
  expiration: poll.expiration ?? '',
});

/** Prepares a function that adds a failed poll. Equal failed polls are all kept. */
export function prepareFailedPollInsert(connection: DatabaseConnection) {
  const save = connection.prepare(
    `INSERT INTO failed_polls
     SELECT @host, @source, @observedAt, @reason, @detail, @accessKeyId, @expiration,
       (SELECT coalesce(max(ordinal) + 1, 0) FROM failed_polls
        WHERE host = @host AND source = @source AND observed_at = @observedAt AND reason = @reason
          AND detail = @detail AND access_key_id = @accessKeyId AND expiration = @expiration),
       @clockOffset`,
  );
  const saveClockOffset = prepareClockOffsetUpdate(connection);
  return (host: string, source: SourceName, poll: FailedPoll): void => {
    save.run(toFailedPollRow(host, source, poll));
    saveClockOffset(host, poll);
  };
}

/**
 * Prepares a function that records that an endpoint is starting. The function returns the time of the first poll that
 * found the endpoint starting, since the last poll with another result.
 */
export function prepareEndpointStart(connection: DatabaseConnection) {
  const save = connection
    .prepare<[object], Instant>(
      `INSERT INTO endpoint_starts VALUES (@host, @source, @at)
       ON CONFLICT DO UPDATE SET started_at = CASE
         WHEN started_at > @at
           OR EXISTS (SELECT 1 FROM series WHERE host = @host AND source = @source
                      AND last_polled_at > started_at)
           OR EXISTS (SELECT 1 FROM failed_polls WHERE host = @host AND source = @source
                      AND observed_at > started_at AND reason <> 'starting')
         THEN @at ELSE started_at END
       RETURNING started_at`,
    )
    .pluck();
  return (host: string, source: SourceName, at: Instant): Instant =>
    requireRow(save.get({ host, source, at }));
}

/** The failed polls of one host and source, counted by reason. */
interface FailedPollGroup {
  host: string;
  source: SourceName;
  counts: FailedPollCount[];
}

/** Counts failed polls in the selected period, by {@link getHostSourceKey} and reason. */
export function readFailedPollCounts(
  connection: DatabaseConnection,
  filter: SeriesFilter,
): Map<string, FailedPollGroup> {
  // SQLite can use the key only if the conditions are plain comparisons.
  const conditions = [
    ...(filter.host === undefined ? [] : ['host = @host']),
    ...(filter.source === undefined ? [] : ['source = @source']),
    'observed_at BETWEEN @since AND @until',
  ];
  const rows = connection
    .prepare<unknown[], FailedPollCount & { host: string; source: SourceName }>(
      `SELECT host, source, reason, count(*) AS count, min(observed_at) AS firstAt, max(observed_at) AS lastAt,
         (SELECT min(detail) FROM failed_polls AS last
          WHERE (last.host, last.source, last.reason, last.observed_at)
            = (polls.host, polls.source, polls.reason, max(polls.observed_at))) AS lastDetail
       FROM failed_polls AS polls
       WHERE ${conditions.join(' AND ')}
       GROUP BY host, source, reason ORDER BY host, source, count DESC, reason`,
    )
    .all(toParameters(filter));
  const groups = new Map<string, FailedPollGroup>();
  for (const { host, source, ...count } of rows.map(checkRow)) {
    const key = getHostSourceKey({ host, source });
    const group = groups.get(key) ?? { host, source, counts: [] };
    group.counts.push(count);
    groups.set(key, group);
  }
  return groups;
}

/**
 * Finds the spans in which every poll of the history's host and source failed. Failed polls are in one span
 * if their distance is at most the usual gap between samples, because a successful poll between them would have
 * recorded a sample.
 */
export function findFailedPollSpans(
  connection: DatabaseConnection,
  { identity, generations }: Pick<ColumnHistory, 'identity' | 'generations'>,
  filter: SeriesFilter,
): Span[] {
  const distance = findMaxDistanceInSpan(generations);
  // SQL groups the polls, so that the number of rows does not grow with the number of failed polls.
  const parts = connection
    .prepare<unknown[], Span>(
      `SELECT min(observed_at) AS "from", max(observed_at) AS "to" FROM failed_polls
       WHERE host = @host AND source = @source AND observed_at BETWEEN @since AND @until
       GROUP BY observed_at / @width`,
    )
    .all({
      ...toParameters({ ...filter, host: identity.host, source: identity.source }),
      // An integer, so that SQLite divides without a remainder.
      width: BigInt(Math.floor(distance / 2)),
    });
  return joinSpans(parts.map(checkRow), distance);
}
