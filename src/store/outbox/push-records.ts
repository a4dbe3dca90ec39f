import type { JobRun, SeriesIdentity, Span } from '../../domain/model.ts';
import { getSeriesKey } from '../../domain/series-key.ts';
import { joinSpans } from '../../domain/time/spans.ts';
import type { ChangedSeries, FailedPollDay, HostClock, PushRecords } from '../contract.ts';
import { findSeriesHistories } from '../histories.ts';
import { readJobRuns } from '../jobs/job-runs.ts';
import { IDENTITY_COLUMNS, toIdentity } from '../series-rows.ts';
import type { DatabaseConnection } from '../sqlite/driver.ts';
import { checkRow } from '../sqlite/row-check.ts';
import type { StoreConnection } from '../sqlite/store-connection.ts';

export class StoredPushRecords implements PushRecords {
  readonly #connection: StoreConnection;

  constructor(connection: StoreConnection) {
    this.#connection = connection;
  }

  readSeries(
    isWanted: (identity: SeriesIdentity, state: string) => boolean,
    maxGenerations: number,
  ): ChangedSeries[] {
    return this.#read((connection) => {
      const states = readStates(connection);
      const changed: ChangedSeries[] = [];
      let generations = 0;
      for (const { identity, failedPolls, generationCount, read } of findSeriesHistories(connection, {})) {
        // Failed polls are never deleted, so their number and the newest ones change with each of them.
        const failures = failedPolls.map(({ reason, count, lastAt }) => `${reason} ${count} ${lastAt}`);
        const state = [states.get(getSeriesKey(identity)) ?? '', ...failures].join(' ');
        if (!isWanted(identity, state)) continue;
        changed.push({ state, history: read() });
        generations += generationCount;
        if (generations >= maxGenerations) break;
      }
      return changed;
    });
  }

  readFailedPollDays(): FailedPollDay[] {
    return this.#read((connection) =>
      connection
        .prepare<[], FailedPollDay>(
          `SELECT host, source, date(observed_at / 1000, 'unixepoch') AS day, reason, count(*) AS count,
             min(observed_at) AS firstAt, max(observed_at) AS lastAt,
             (SELECT min(detail) FROM failed_polls AS last
              WHERE (last.host, last.source, last.reason, last.observed_at)
                = (polls.host, polls.source, polls.reason, max(polls.observed_at))) AS lastDetail
           FROM failed_polls AS polls GROUP BY host, source, day, reason`,
        )
        .all()
        .map(checkRow),
    );
  }

  readFailedPollSpans({ host, source, reason, firstAt, lastAt }: FailedPollDay): Span[] {
    const times = this.#read((connection) =>
      connection
        .prepare<unknown[], { observedAt: number }>(
          `SELECT DISTINCT observed_at AS observedAt FROM failed_polls
           WHERE host = ? AND source = ? AND observed_at BETWEEN ? AND ? AND reason = ? ORDER BY observed_at`,
        )
        .all(host, source, firstAt, lastAt, reason)
        .map(checkRow),
    );
    return joinSpans(
      times.map(({ observedAt }) => ({ from: observedAt, to: observedAt })),
      MAX_DISTANCE_IN_SPAN_MS,
    );
  }

  readJobRuns(): { run: JobRun; ordinal: number }[] {
    return this.#read((connection) => [...readJobRuns(connection, {})]);
  }

  readHosts(): HostClock[] {
    return this.#read((connection) =>
      connection
        .prepare<[], { host: string; knownAt: number | null; clockOffset: number | null }>(
          `SELECT host, known_at AS knownAt, clock_offset AS clockOffset
           FROM (SELECT host FROM series UNION SELECT host FROM failed_polls UNION SELECT host FROM job_runs)
           LEFT JOIN host_clocks USING (host) ORDER BY host`,
        )
        .all()
        .map(checkRow)
        .map(({ host, knownAt, clockOffset }) => ({
          host,
          clock: knownAt === null || clockOffset === null ? null : { knownAt, clockOffset },
        })),
    );
  }

  #read<T>(action: (connection: DatabaseConnection) => T): T {
    return this.#connection.run((connection) => connection.transaction(action)(connection));
  }
}

/** The smallest distance with which a report joins failed polls, so that no report needs more detail. */
const MAX_DISTANCE_IN_SPAN_MS = 1000;

/**
 * A text for each series that changes with its generations. Every change of a generation comes from a sample or an
 * import, which change the sums.
 */
function readStates(connection: DatabaseConnection): Map<string, string> {
  const rows = connection
    .prepare<[], SeriesIdentity & { state: string }>(
      `SELECT ${IDENTITY_COLUMNS},
         concat_ws(' ', polled, session_limit, coalesce(token_expires_at, ''), count(*), sum(samples), max(last_seen),
           sum(last_seen - first_seen), sum(expiration / 1000 + latest_expiration / 1000),
           count(third_later_observed_at)) AS state
       FROM series JOIN generations ON series_id = series.id GROUP BY series.id`,
    )
    .all()
    .map(checkRow);
  return new Map(rows.map((row) => [getSeriesKey(toIdentity(row)), row.state]));
}
