import { assessFleet, type FleetOptions } from '../../domain/fleet/assess-fleet.ts';
import type { AssessedFleet, GroupBy } from '../../domain/fleet/assessed-fleet.ts';
import type { StoredFleet } from '../../domain/fleet/fleet-host.ts';
import type { JobRun, SeriesPart } from '../../domain/model.ts';
import { isPostgresUrl } from '../../remote/postgres/is-postgres-url.ts';
import { readFleetFigures } from '../../remote/postgres/read/fleet/read-fleet.ts';
import { withPostgres } from '../../remote/postgres/read/with-postgres.ts';
import type { ReadOptions, SeriesFilter } from '../../store/contract.ts';
import { readStoredFleet } from '../../watch/stored-fleet.ts';
import {
  findJobsToJudge,
  type ReadSeriesNames,
  type ReportStore,
  type StoredReportOptions,
} from '../../watch/stored-report.ts';
import type { DatabaseContext } from '../database/database-location.ts';
import { openReportDatabase, toReadRequest } from '../database/report-database.ts';

/** Which hosts are judged, and how. */
export interface FleetRequest {
  location: string;
  options: StoredReportOptions;
  groupBy: GroupBy | null;
}

export const isPeriod = ({ since, until }: SeriesFilter): boolean =>
  since !== undefined || until !== undefined;

export interface ReadFleet {
  fleet: AssessedFleet;
  /** The file, or the URL without user and parameters. */
  name: string;
  hasDatabase: boolean;
  /** An existing file, whose access rights are checked. */
  isFile: boolean;
  /** True for Parquet files. They have no failed polls and no job runs. */
  hasOnlyGenerations: boolean;
  jobNames: readonly string[];
  /** Names are read only if no host is selected. */
  readSeriesNames: ReadSeriesNames;
}

/** @throws CredWatchError if the database cannot be read */
export async function readFleet(
  request: FleetRequest,
  context: DatabaseContext,
  readOptions: ReadOptions = {},
): Promise<ReadFleet> {
  const { location, options } = request;
  const { filter, jobs } = options;
  if (isPostgresUrl(location)) {
    const { name, loaded } = await withPostgres(location, context, async (connection) => ({
      name: connection.name,
      loaded: await readFleetFigures(connection, { selection: filter, jobs: jobs.names }),
    }));
    const readRuns = (job: string) => loaded.runs.filter((run) => run.job === job);
    const fleet = assess(loaded.fleet, request, readRuns);
    const kind = { hasDatabase: true, isFile: false, hasOnlyGenerations: false };
    return { fleet, name, ...kind, jobNames: loaded.jobNames, readSeriesNames: () => [] };
  }
  using database = await openReportDatabase(
    location,
    { ...toReadRequest(options, false), isFleet: true },
    context,
    readOptions,
  );
  const { name, store, hasOnlyGenerations } = database;
  const readRuns = (job: string) => store?.jobRuns({ ...filter, job }) ?? [];
  const fleet = assess(readStoredFleet(store, filter, options), request, readRuns);
  const jobNames = jobs.names.length === 0 ? [] : (store?.jobNames() ?? []);
  const hasDatabase = store !== null;
  const names = store === null || fleet.hosts.length > 0 ? null : readNames(store, filter);
  const readSeriesNames: ReadSeriesNames = (part) => names?.[part] ?? [];
  return {
    fleet,
    name,
    hasDatabase,
    isFile: database.isFile && hasDatabase,
    hasOnlyGenerations,
    jobNames,
    readSeriesNames,
  };
}

/** All names that a user could have meant. */
const readNames = (store: ReportStore, { host, source }: SeriesFilter): Record<SeriesPart, string[]> => ({
  host: store.seriesNames('host'),
  source: store.seriesNames('source', { host }),
  role: store.seriesNames('role', { host, source }),
});

function assess(
  stored: StoredFleet,
  { options, groupBy }: FleetRequest,
  readRuns: (job: string) => readonly JobRun[],
): AssessedFleet {
  const { filter } = options;
  const fleetOptions: FleetOptions = {
    ...options,
    jobs: findJobsToJudge(options, readRuns),
    judgeRetired: filter.role !== undefined,
    // A host that began after the period did not exist in it.
    needsSeries: [filter.role, filter.source, filter.until].some((each) => each !== undefined),
    groupBy,
  };
  return assessFleet(stored, fleetOptions);
}
