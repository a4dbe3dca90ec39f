import type { PollFailure, SeriesFigures } from '../../../../domain/fleet/series-figures.ts';
import { FAILURE_REASONS, type Instant, SOURCE_NAMES } from '../../../../domain/model.ts';
import { getHostSourceKey } from '../../../../domain/series-key.ts';
import { correctHostTime } from '../../../../domain/verdict/analyse.ts';
import type { HistorySelection } from '../../../loaded-histories.ts';
import type { Statements } from '../../connection/postgres-connection.ts';
import { CheckedTable, type Row } from '../checked-values.ts';
import { buildCondition } from '../conditions.ts';

/** Adds the newest failed poll of each source, if no sample was taken after it, to the newest series of the source. */
export async function addCurrentFailures(
  statements: Statements,
  selection: HistorySelection,
  figures: readonly SeriesFigures[],
  database: string,
): Promise<readonly SeriesFigures[]> {
  const failures = await readNewestFailures(statements, selection, database);
  if (failures.size === 0) return figures;
  const newest = new Map<string, SeriesFigures>();
  for (const each of figures) {
    const key = getHostSourceKey(each.identity);
    const known = newest.get(key);
    if (known === undefined || getLastSample(each) > getLastSample(known)) newest.set(key, each);
  }
  return figures.map((each) => {
    const key = getHostSourceKey(each.identity);
    const failure = newest.get(key) === each ? failures.get(key) : undefined;
    return failure === undefined || isFollowedBySample(failure, each) ? each : { ...each, failure };
  });
}

const getLastSample = ({ measured }: SeriesFigures): Instant =>
  measured?.lastSample ?? Number.NEGATIVE_INFINITY;

/** As in the report of a host. Failed polls are stored with the time of the host's clock. */
const isFollowedBySample = ({ lastAt }: PollFailure, { measured }: SeriesFigures): boolean =>
  measured !== null && measured.lastSample >= correctHostTime(lastAt, measured);

/** By host and source. The rows have whole days, so a poll after `until` can count as one at `until`. */
async function readNewestFailures(
  statements: Statements,
  { host, source, since, until }: HistorySelection,
  database: string,
): Promise<Map<string, PollFailure>> {
  const { sql, values } = buildCondition({ host, source }, [
    ['last_at >= ?', since],
    ['first_at <= ?', until],
  ]);
  const rows = await statements.query<Row>(
    `SELECT DISTINCT ON (host, source) host, source, reason, last_at FROM cred_watch.failed_polls ${sql}
     ORDER BY host, source, last_at DESC, reason`,
    values,
  );
  const table = new CheckedTable(database, 'failed_polls');
  return new Map(
    rows.map((row) => {
      const identity = { host: table.text(row, 'host'), source: table.oneOf(row, 'source', SOURCE_NAMES) };
      const lastAt = Math.min(table.number(row, 'last_at'), until ?? Number.POSITIVE_INFINITY);
      return [getHostSourceKey(identity), { reason: table.oneOf(row, 'reason', FAILURE_REASONS), lastAt }];
    }),
  );
}
