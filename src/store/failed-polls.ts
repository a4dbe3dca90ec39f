import { orderGenerations } from '../domain/measurement/generations.ts';
import { findUsualGap } from '../domain/measurement/measure.ts';
import type { FailedPollCount, SeriesHistory, SourceName, Span } from '../domain/model.ts';
import { getHostSourceKey } from '../domain/series-key.ts';
import { joinSpans } from '../domain/time/spans.ts';
import type { SeriesFilter } from './contract.ts';
import { toParameters } from './series-rows.ts';
import { type DatabaseConnection, requireRow } from './sqlite/driver.ts';

/** The failed polls of one host and source, counted by reason. */
interface FailedPollGroup {
  host: string;
  source: SourceName;
  counts: FailedPollCount[];
}

interface FailedPollCountRow extends Omit<FailedPollCount, 'lastDetail'> {
  host: string;
  source: SourceName;
}

/** Counts failed polls in the selected period, by {@link getHostSourceKey} and reason. */
export function readFailedPollCounts(
  connection: DatabaseConnection,
  filter: SeriesFilter,
): Map<string, FailedPollGroup> {
  const rows = connection
    .prepare<unknown[], FailedPollCountRow>(
      `SELECT host, source, reason, count(*) AS count, min(observed_at) AS firstAt, max(observed_at) AS lastAt
       FROM failed_polls
       WHERE (@host IS NULL OR host = @host) AND (@source IS NULL OR source = @source)
         AND observed_at BETWEEN @since AND @until
       GROUP BY host, source, reason ORDER BY host, source, count DESC, reason`,
    )
    .all(toParameters(filter));
  const selectLastDetail = connection
    .prepare<unknown[], string>(
      `SELECT detail FROM failed_polls
       WHERE host = ? AND source = ? AND reason = ? AND observed_at = ? ORDER BY detail LIMIT 1`,
    )
    .pluck();
  const groups = new Map<string, FailedPollGroup>();
  for (const { host, source, ...count } of rows) {
    const lastDetail = requireRow(selectLastDetail.get(host, source, count.reason, count.lastAt));
    const key = getHostSourceKey({ host, source });
    const group = groups.get(key) ?? { host, source, counts: [] };
    group.counts.push({ ...count, lastDetail });
    groups.set(key, group);
  }
  return groups;
}

/** The largest distance between failed polls of one span, if no samples show the polling interval. */
const DEFAULT_SPAN_DISTANCE_MS = 600_000;

/**
 * Finds the spans in which every poll of the history's host and source failed. Failed polls are in one span
 * if their distance is at most the usual gap between samples: a successful poll between them would have
 * recorded a sample.
 */
export function findFailedPollSpans(
  connection: DatabaseConnection,
  { identity, generations, failedPolls }: SeriesHistory,
  filter: SeriesFilter,
): Span[] {
  if (failedPolls.length === 0) return [];
  const gap = findUsualGap(orderGenerations(generations));
  const distance = gap === null ? DEFAULT_SPAN_DISTANCE_MS : Math.max(1000, gap * 1100);
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
  return joinSpans(parts, distance);
}
