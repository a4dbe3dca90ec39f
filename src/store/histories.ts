import { orderGenerations, withThirdSamples } from '../domain/measurement/generations.ts';
import { findUsualGap } from '../domain/measurement/measure.ts';
import { range } from '../domain/measurement/statistics.ts';
import type {
  FailedPollCount,
  FailureReason,
  Generation,
  Instant,
  SeriesHistory,
  SourceName,
  Span,
} from '../domain/model.ts';
import { hostSourceKey } from '../domain/series-key.ts';
import { joinSpans } from '../domain/time/spans.ts';
import type { SeriesFilter } from './contract.ts';
import { generationFromRow, type StoredGenerationRow } from './generation-rows.ts';
import type { DatabaseConnection } from './sqlite/driver.ts';
import { CORRECTED_TIME_SQL } from './sqlite/schema.ts';

export interface SeriesRow {
  id: number;
  host: string;
  source: SourceName;
  api_version: string;
  role: string;
  polled: number;
}

/** The series that a filter names, in a stable order. */
export function findSeries(
  connection: DatabaseConnection,
  { host, source, role }: SeriesFilter,
): SeriesRow[] {
  return connection
    .prepare<unknown[], SeriesRow>(
      `SELECT id, host, source, api_version, role, polled FROM series
       WHERE (@host IS NULL OR host = @host) AND (@source IS NULL OR source = @source)
         AND (@role IS NULL OR role = @role)
       ORDER BY host, source, role, api_version`,
    )
    .all({ host: host ?? null, source: source ?? null, role: role ?? null });
}

/** One history a series, and one for each host and source of which only failed polls are known. */
export function readHistories(connection: DatabaseConnection, filter: SeriesFilter): SeriesHistory[] {
  const failedPolls = readFailedPolls(connection, filter);
  const select = connection.prepare<[number], StoredGenerationRow>(
    'SELECT * FROM generations WHERE series_id = ?',
  );
  const histories = findSeries(connection, filter)
    .map((row): SeriesHistory => {
      const all = select.all(row.id).map((each) => generationFromRow(each).generation);
      return {
        identity: { host: row.host, source: row.source, apiVersion: row.api_version, role: row.role },
        isPolled: row.polled === 1,
        generations: selectBetween(
          withThirdSamples(all, () => readSampleTimes(connection, row.id)),
          filter,
        ),
        failedPolls: failedPolls.get(hostSourceKey(row))?.counts ?? [],
        failedPollSpans: [],
      };
    })
    .filter(({ generations }) => generations.length > 0);
  keepWithNewest(histories);
  const seen = new Set(histories.map(({ identity }) => hostSourceKey(identity)));
  // Only a caller that asks for a role cannot be answered by polls that never got as far as one.
  const onlyFailed = filter.role === undefined ? [...failedPolls].filter(([key]) => !seen.has(key)) : [];
  const all = [
    ...histories,
    ...onlyFailed.map(([, { host, source, counts }]): SeriesHistory => {
      const identity = { host, source, apiVersion: '', role: '' };
      return { identity, isPolled: true, generations: [], failedPolls: counts, failedPollSpans: [] };
    }),
  ];
  return all.map((history) => withFailedPollSpans(connection, history, filter));
}

/** Of several series of one host and source the newest carries the failed polls: repeated, they would look like more. */
function keepWithNewest(histories: SeriesHistory[]): void {
  const newest = new Map<string, { index: number; lastSeen: Instant }>();
  const lastSeen = ({ generations }: SeriesHistory) => range(generations.map((each) => each.lastSeen))!.max;
  for (const [index, history] of histories.entries()) {
    const key = hostSourceKey(history.identity);
    const known = newest.get(key);
    if (known === undefined || lastSeen(history) > known.lastSeen)
      newest.set(key, { index, lastSeen: lastSeen(history) });
  }
  for (const [index, history] of histories.entries()) {
    const key = hostSourceKey(history.identity);
    if (newest.get(key)!.index !== index) {
      histories[index] = { ...history, failedPolls: [] };
    }
  }
}

function selectBetween(generations: Generation[], { since, until }: SeriesFilter): Generation[] {
  return generations.filter(
    ({ firstSeen, lastSeen }) =>
      lastSeen >= (since ?? Number.NEGATIVE_INFINITY) && firstSeen <= (until ?? Number.POSITIVE_INFINITY),
  );
}

/** When a series was sampled, ascending, identical samples once. Read only where generations overlap. */
export function readSampleTimes(connection: DatabaseConnection, seriesId: number): Instant[] {
  return connection
    .prepare(
      `SELECT ${CORRECTED_TIME_SQL} AS seen FROM samples
       WHERE generation_id IN (SELECT id FROM generations WHERE series_id = ?) AND ordinal = 0 ORDER BY seen`,
    )
    .pluck()
    .all(seriesId) as Instant[];
}

interface FailedPollGroup {
  host: string;
  source: SourceName;
  counts: FailedPollCount[];
}

/** Failed polls no further apart than this are one span where no sample tells the pace: that of cron, and a little. */
const FAR_APART = 600_000;

function readFailedPolls(connection: DatabaseConnection, filter: SeriesFilter): Map<string, FailedPollGroup> {
  const rows = connection
    .prepare<
      unknown[],
      {
        host: string;
        source: SourceName;
        reason: FailureReason;
        count: number;
        first: Instant;
        last: Instant;
      }
    >(
      `SELECT host, source, reason, count(*) AS count, min(observed_at) AS first, max(observed_at) AS last
       FROM failed_polls
       WHERE (@host IS NULL OR host = @host) AND (@source IS NULL OR source = @source)
         AND observed_at BETWEEN @since AND @until
       GROUP BY host, source, reason ORDER BY host, source, count DESC, reason`,
    )
    .all({
      host: filter.host ?? null,
      source: filter.source ?? null,
      since: filter.since ?? Number.MIN_SAFE_INTEGER,
      until: filter.until ?? Number.MAX_SAFE_INTEGER,
    });
  const lastDetail = connection
    .prepare(
      `SELECT detail FROM failed_polls
       WHERE host = ? AND source = ? AND reason = ? AND observed_at = ? ORDER BY detail LIMIT 1`,
    )
    .pluck();
  const groups = new Map<string, FailedPollGroup>();
  for (const row of rows) {
    const { host, source, reason, count, first, last } = row;
    const detail = lastDetail.get(host, source, reason, last) as string;
    const group = groups.get(hostSourceKey(row)) ?? { host, source, counts: [] };
    group.counts.push({ reason, count, firstAt: first, lastAt: last, lastDetail: detail });
    groups.set(hostSourceKey(row), group);
  }
  return groups;
}

/** Between two that failed further apart than samples usually are there was one that did not. */
function withFailedPollSpans(
  connection: DatabaseConnection,
  history: SeriesHistory,
  { since, until }: SeriesFilter,
): SeriesHistory {
  if (history.failedPolls.length === 0) return history;
  const gap = findUsualGap(orderGenerations(history.generations));
  const distance = gap === null ? FAR_APART : Math.max(1000, gap * 1100);
  // In pieces, of which there are few however many polls failed.
  const pieces = connection
    .prepare<unknown[], Span>(
      `SELECT min(observed_at) AS "from", max(observed_at) AS "to" FROM failed_polls
       WHERE host = @host AND source = @source AND observed_at BETWEEN @since AND @until
       GROUP BY observed_at / @width`,
    )
    .all({
      host: history.identity.host,
      source: history.identity.source,
      since: since ?? Number.MIN_SAFE_INTEGER,
      until: until ?? Number.MAX_SAFE_INTEGER,
      width: BigInt(Math.floor(distance / 2)),
    });
  return { ...history, failedPollSpans: joinSpans(pieces, distance) };
}
