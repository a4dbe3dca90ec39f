import { compareBytes } from '../../../domain/lists.ts';
import { createRecordedColumns } from '../../../domain/measurement/columns/generation-columns.ts';
import type { Seconds, SeriesPart } from '../../../domain/model.ts';
import { getSeriesKey } from '../../../domain/series-key.ts';
import { type HistorySelection, LoadedHistories, type LoadedSeries } from '../../loaded-histories.ts';
import { READ_LIMITS, type ReadLimits, TooMuchSelectedError } from '../../read-limits.ts';
import type { PostgresConnection, Statements } from '../connection/postgres-connection.ts';
import { CheckedTable, type Row } from './checked-values.ts';
import { buildCondition } from './conditions.ts';
import { readFailedPolls } from './failed-poll-rows.ts';
import { readGenerations } from './generation-rows.ts';
import { readJobNames, readJobRuns } from './job-run-rows.ts';
import { countSeries, type RemoteSeries, readSeries, readSeriesNames } from './series-rows.ts';
import { readAllTimeSpans, readUnselectedSpans } from './series-spans.ts';

export interface LoadRequest {
  selection: HistorySelection;
  /** The runs to read. An empty list of names reads no runs, and null reads the runs of all jobs. */
  jobs?: { names: readonly string[] | null; selection: HistorySelection };
  limits?: ReadLimits;
}

const NO_JOBS = { names: [], selection: {} };

/** More series are not even listed. */
const MAX_LISTED_SERIES = 200_000;

/**
 * Reads the selected series from one state of the database.
 * @throws CredWatchError if the selection is too large, or a value is invalid
 */
export function loadHistories(
  connection: Pick<PostgresConnection, 'transaction' | 'name'>,
  { selection, jobs = NO_JOBS, limits = READ_LIMITS }: LoadRequest,
): Promise<LoadedHistories> {
  const database = connection.name;
  return readOneState(connection, async (statements) => {
    const listed = await listSeries(statements, selection, { database, limits });
    const generations = await readGenerations(statements, selection, listed, { database, limits });
    const series = listed.map((each) => addGenerations(each, generations));
    // Failed polls have no role, and belong to the newest series of a host and source.
    const failedPolls = await readFailedPolls(statements, selection, database);
    const isEmpty = generations.size === 0;
    const { host, source } = selection;
    const readNames = async (part: SeriesPart, within: Pick<HistorySelection, 'host' | 'source'>) =>
      isEmpty ? (await readSeriesNames(statements, part, database, within)).sort(compareBytes) : [];
    const hasJobs = jobs.names === null || jobs.names.length > 0;
    const runs = hasJobs ? await readJobRuns(statements, jobs.selection, jobs.names, database) : [];
    return new LoadedHistories({
      series,
      failedPolls,
      clockOffsets: await readClockOffsets(statements, selection, database),
      jobRuns: runs,
      jobNames: hasJobs ? await readJobNames(statements, database) : [],
      period: selection,
      spans: [
        ...(await readUnselectedSpans(statements, selection, database)),
        ...(await readAllTimeSpans(statements, selection, database)),
      ],
      names: {
        host: await readNames('host', {}),
        source: await readNames('source', { host }),
        role: await readNames('role', { host, source }),
      },
    });
  });
}

/** All statements of the action see one state of the database. */
export const readOneState = <T>(
  connection: Pick<PostgresConnection, 'transaction'>,
  action: (statements: Statements) => Promise<T>,
): Promise<T> =>
  connection.transaction(async (statements) => {
    await statements.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
    return action(statements);
  });

async function listSeries(
  statements: Statements,
  selection: HistorySelection,
  { database, limits }: { database: string; limits: ReadLimits },
): Promise<RemoteSeries[]> {
  const { seriesCount, generationCount } = await countSeries(statements, selection, database);
  // The counts of a series cover all of its time. The size of a period is known only after reading its rows.
  const isWhole = selection.since === undefined && selection.until === undefined;
  const maxSeries = isWhole ? limits.maxSeries : MAX_LISTED_SERIES;
  if (seriesCount > maxSeries || (isWhole && generationCount > limits.maxGenerations))
    throw new TooMuchSelectedError(database, limits);
  return readSeries(statements, selection, database);
}

const addGenerations = (
  { identity, isPolled, session }: RemoteSeries,
  generations: Awaited<ReturnType<typeof readGenerations>>,
): LoadedSeries => ({
  identity,
  isPolled,
  session,
  generations: generations.get(getSeriesKey(identity)) ?? createRecordedColumns(0, []),
});

async function readClockOffsets(
  statements: Statements,
  { host }: HistorySelection,
  database: string,
): Promise<Map<string, Seconds>> {
  const { sql, values } = buildCondition({ host });
  const rows = await statements.query<Row>(`SELECT host, clock_offset FROM cred_watch.hosts ${sql}`, values);
  const table = new CheckedTable(database, 'hosts');
  return new Map(
    rows.flatMap((row) => {
      const offset = table.nullable(row, 'clock_offset');
      return offset === null ? [] : [[table.text(row, 'host'), offset] as const];
    }),
  );
}
