import type { FleetHost, StoredFleet } from '../../../../domain/fleet/fleet-host.ts';
import type { SeriesFigures } from '../../../../domain/fleet/series-figures.ts';
import { compareText } from '../../../../domain/lists.ts';
import type { Instant, JobRun, Seconds } from '../../../../domain/model.ts';
import type { HistorySelection } from '../../../loaded-histories.ts';
import type { PostgresConnection, Statements } from '../../connection/postgres-connection.ts';
import { IDENTITY_COLUMNS } from '../../schema.ts';
import { CheckedTable, type Row } from '../checked-values.ts';
import { buildCondition, type Condition } from '../conditions.ts';
import { readJobNames } from '../job-run-rows.ts';
import { readOneState } from '../load-histories.ts';
import { readUnselectedSpans } from '../series-spans.ts';
import { addCurrentFailures } from './current-failures.ts';
import { toSeriesFigures } from './figure-rows.ts';
import { readDecisiveRuns } from './job-durations.ts';
import { readPeriods } from './period-figures.ts';

export interface FleetRequest {
  selection: HistorySelection;
  /** The names of the jobs whose durations are needed. */
  jobs: readonly string[];
}

export interface LoadedFleet {
  fleet: StoredFleet;
  /** Of each job, the runs that decide its duration. */
  runs: readonly JobRun[];
  jobNames: readonly string[];
}

/** Reads the figures of the selected series from one state of the database. Generations are read only for a period. */
export function readFleetFigures(
  connection: Pick<PostgresConnection, 'transaction' | 'name'>,
  { selection, jobs }: FleetRequest,
): Promise<LoadedFleet> {
  const database = connection.name;
  return readOneState(connection, async (statements) => {
    const { hosts, offsets } = await readHosts(statements, selection, database);
    const figures = await readFigures(statements, selection, offsets, database);
    const ofPeriod = await readPeriods(statements, selection, figures, database);
    return {
      fleet: {
        hosts,
        series: await addCurrentFailures(statements, selection, ofPeriod, database),
        unselected: await readUnselectedSpans(statements, selection, database),
        deletedBefore: await readDeletedBefore(statements, database),
      },
      runs: jobs.length === 0 ? [] : await readDecisiveRuns(statements, selection, jobs, database),
      jobNames: jobs.length === 0 ? [] : await readJobNames(statements, database),
    };
  });
}

async function readDeletedBefore(statements: Statements, database: string): Promise<Instant | null> {
  const [row] = await statements.query<Row>(
    "SELECT deleted_before FROM cred_watch.retention WHERE name = 'all'",
  );
  return row === undefined ? null : new CheckedTable(database, 'retention').number(row, 'deleted_before');
}

async function readHosts(
  statements: Statements,
  { host }: HistorySelection,
  database: string,
): Promise<{ hosts: FleetHost[]; offsets: Map<string, Seconds> }> {
  const { sql, values } = buildCondition({ host });
  const tagRows = await statements.query<Row>(
    `SELECT host, name, value FROM cred_watch.host_tags ${sql}`,
    values,
  );
  const tagTable = new CheckedTable(database, 'host_tags');
  const tags = new Map<string, [name: string, value: string][]>();
  for (const row of tagRows) {
    const name = tagTable.text(row, 'host');
    const ofHost = tags.get(name) ?? [];
    tags.set(name, ofHost);
    ofHost.push([tagTable.text(row, 'name'), tagTable.text(row, 'value')]);
  }
  const hostRows = await statements.query<Row>(
    `SELECT host, pushed_at, clock_offset FROM cred_watch.hosts ${sql}`,
    values,
  );
  const table = new CheckedTable(database, 'hosts');
  const offsets = new Map<string, Seconds>();
  const hosts = hostRows.map((row): FleetHost => {
    const name = table.text(row, 'host');
    const offset = table.nullable(row, 'clock_offset');
    if (offset !== null) offsets.set(name, offset);
    const ofHost = (tags.get(name) ?? []).sort(([a], [b]) => compareText(a, b));
    return { host: name, tags: Object.fromEntries(ofHost), pushedAt: table.number(row, 'pushed_at') };
  });
  return { hosts, offsets };
}

/** The driver needs much more memory for a row than its figures need. */
const ROWS_PER_PAGE = 2000;

async function readFigures(
  statements: Statements,
  selection: HistorySelection,
  offsets: ReadonlyMap<string, Seconds>,
  database: string,
): Promise<SeriesFigures[]> {
  const table = new CheckedTable(database, 'series');
  const condition = buildCondition(selection);
  const figures: SeriesFigures[] = [];
  for (let last: Row | null = null; ; ) {
    const { sql, values } = last === null ? condition : addKey(condition, last);
    const rows: Row[] = await statements.query<Row>(
      `SELECT * FROM cred_watch.series ${sql} ORDER BY ${IDENTITY_COLUMNS.join(', ')} LIMIT ${ROWS_PER_PAGE}`,
      values,
    );
    for (const row of rows) figures.push(correctOffset(toSeriesFigures(table, row), offsets));
    last = rows.at(-1) ?? null;
    if (rows.length < ROWS_PER_PAGE) return figures;
  }
}

/** Selects the rows after this one. */
function addKey({ sql, values }: Condition, last: Row): Condition {
  const parameters = IDENTITY_COLUMNS.map((_, index) => `$${values.length + index + 1}`);
  const after = `(${IDENTITY_COLUMNS.join(', ')}) > (${parameters.join(', ')})`;
  return {
    sql: sql === '' ? `WHERE ${after}` : `${sql} AND ${after}`,
    values: [...values, ...IDENTITY_COLUMNS.map((column) => last[column])],
  };
}

/** Another series of the host may know a newer offset of its clock. */
function correctOffset(figures: SeriesFigures, offsets: ReadonlyMap<string, Seconds>): SeriesFigures {
  const { measured } = figures;
  const newestOffset = offsets.get(figures.identity.host);
  if (measured === null || newestOffset === undefined) return figures;
  return { ...figures, measured: { ...measured, clock: { ...measured.clock, newestOffset } } };
}
