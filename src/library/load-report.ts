import { isPostgresUrl } from '../remote/postgres/is-postgres-url.ts';
import { loadHistories } from '../remote/postgres/read/load-histories.ts';
import { withPostgres } from '../remote/postgres/read/with-postgres.ts';
import { toSeriesHistory } from '../store/histories.ts';
import { assertKnownOptions, parseNow, parseSelection, SELECTION_OPTIONS } from './parse-options.ts';
import { toPublic } from './public-data.ts';
import { type ReadReportOptions, Report, readReport } from './report.ts';
import { getDefaultDatabasePath, getSystemDefaults } from './system-defaults.ts';

export interface LoadReportOptions extends ReadReportOptions {
  /** Ends the connection to the database. */
  signal?: AbortSignal | undefined;
}

/**
 * As {@link readReport}, also for a PostgreSQL database: `db` or `CRED_WATCH_DB` is
 * `postgres://USER@HOST:PORT/DATABASE`. The password and the other settings are those of libpq, such as `PGPASSWORD`
 * and `~/.pgpass`. At most 2,000 series and two million generations are read.
 * @throws CredWatchError if the database is not available or cannot be read, or INVALID_ARGUMENT
 * @example
 * import { loadReport } from 'cred-watch';
 *
 * const report = await loadReport({ db: 'postgres://db.example.com/fleet', host: 'i-0abc', since: '30d' });
 * console.log(report.judge('5h').verdict);
 */
export async function loadReport({ signal, ...options }: LoadReportOptions = {}): Promise<Report> {
  assertKnownOptions(options, { ...SELECTION_OPTIONS, db: true, now: true, maxAge: true });
  const { db = getDefaultDatabasePath(), maxAge, now: nowOption, ...selection } = options;
  if (!isPostgresUrl(db)) return readReport(options);
  const now = parseNow(nowOption);
  const filter = parseSelection(selection, now);
  const { name, histories } = await withPostgres(
    db,
    getSystemDefaults(),
    async (connection) => ({
      name: connection.name,
      histories: await loadHistories(connection, { selection: filter }),
    }),
    signal === undefined ? {} : { signal },
  );
  const read = histories.historyReaders(filter).map((reader) => toSeriesHistory(reader()));
  const judgeRetired = selection.role !== undefined;
  return new Report(toPublic(read), { now: new Date(now), maxAge, judgeRetired, database: name });
}
