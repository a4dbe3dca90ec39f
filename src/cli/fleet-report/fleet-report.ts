// Not part of the bundle of `report`: only `--fleet` needs this module.
import { assessFleet, type FleetOptions } from '../../domain/fleet/assess-fleet.ts';
import type { AssessedFleet, GroupBy } from '../../domain/fleet/assessed-fleet.ts';
import type { StoredFleet } from '../../domain/fleet/fleet-host.ts';
import type { JobRun, Seconds } from '../../domain/model.ts';
import { isPostgresUrl } from '../../remote/postgres/is-postgres-url.ts';
import { readFleetFigures } from '../../remote/postgres/read/fleet/read-fleet.ts';
import { FLEET_FORMATS, isFleetFormat } from '../../report/fleet/formats.ts';
import type { SeriesFilter } from '../../store/contract.ts';
import { readStoredFleet } from '../../watch/stored-fleet.ts';
import { findJobsToJudge, type StoredReportOptions } from '../../watch/stored-report.ts';
import type { Invocation } from '../command.ts';
import { withPostgres } from '../database/remote-database.ts';
import { openReportDatabase } from '../database/report-database.ts';
import { toExitCode } from '../flags/exit-codes.ts';
import { printExposedFiles } from '../process/exposed-files.ts';
import { FILE_STYLE, getTextStyle, type Io } from '../process/io.ts';
import { printNote } from '../process/messages.ts';
import { writeOutput } from '../process/output-file.ts';
import { describeOnlyGenerations, printMissingData } from '../report/missing-data.ts';
import type { ReportOutput } from '../report/outputs.ts';
import { writeAll } from '../report/write-outputs.ts';
import { rejectSeriesFlags } from './fleet-flags.ts';

export interface FleetReportRequest {
  location: string;
  outputs: readonly ReportOutput[];
  options: StoredReportOptions;
  groupBy: GroupBy | null;
  top: number | null;
  margin: Seconds;
}

/** Judges all hosts of a database. Resolves to the exit code. */
export async function runFleetReport(request: FleetReportRequest, invocation: Invocation): Promise<number> {
  const { io } = invocation;
  const { location, options, outputs } = request;
  const isPeriodOfStoredValues = isPostgresUrl(location) && isPeriod(options.filter);
  rejectSeriesFlags(
    invocation,
    outputs.map(({ format }) => format),
    isPeriodOfStoredValues,
  );
  const read = await readDatabase(request, io);
  const { fleet } = read;
  const report = {
    assessment: { ...fleet, series: fleet.hosts },
    hasDatabase: read.hasDatabase,
    readSeriesNames: () => [],
    jobNames: read.jobNames,
  };
  const context = { databasePath: read.name, filter: options.filter };
  const canRender = await printMissingData(report, context, io);
  await printMissingTag(fleet, io);
  const rendered = canRender
    ? outputs
    : outputs.filter(({ format, file }) => format !== 'table' || file !== '-');
  await writeAll(rendered, async ({ format, file }) => {
    if (!isFleetFormat(format)) throw new Error(`${format} is rejected before the fleet is read`);
    const style = file === '-' ? getTextStyle(io) : FILE_STYLE;
    const { top, margin } = request;
    const { nodeVersion } = io;
    const text = await FLEET_FORMATS[format](fleet, {
      ...{ ...style, now: options.now, margin, top, nodeVersion, isPeriodOfStoredValues },
      version: CRED_WATCH_VERSION,
    });
    await writeOutput(io, file, typeof text === 'string' ? [text] : text);
  });
  if (read.isFile) await printExposedFiles(location, io);
  return toExitCode(fleet.verdict);
}

export const isPeriod = ({ since, until }: SeriesFilter): boolean =>
  since !== undefined || until !== undefined;

interface ReadFleet {
  fleet: AssessedFleet;
  /** The file, or the URL without user and parameters. */
  name: string;
  hasDatabase: boolean;
  /** An existing file, whose access rights are checked. */
  isFile: boolean;
  jobNames: readonly string[];
}

async function readDatabase(request: FleetReportRequest, io: Io): Promise<ReadFleet> {
  const { location, options } = request;
  const { filter, jobs } = options;
  if (isPostgresUrl(location)) {
    const { name, loaded } = await withPostgres(location, io, async (connection) => ({
      name: connection.name,
      loaded: await readFleetFigures(connection, { selection: filter, jobs: jobs.names }),
    }));
    const readRuns = (job: string) => loaded.runs.filter((run) => run.job === job);
    const fleet = assess(loaded.fleet, request, readRuns);
    return { fleet, name, hasDatabase: true, isFile: false, jobNames: loaded.jobNames };
  }
  using database = await openReportDatabase(
    location,
    { selection: filter, jobs: { names: jobs.names, selection: filter } },
    io,
  );
  const { store } = database;
  if (database.hasOnlyGenerations) await printNote(io, describeOnlyGenerations(location));
  const readRuns = (job: string) => store?.jobRuns({ ...filter, job }) ?? [];
  const fleet = assess(readStoredFleet(store, filter, options), request, readRuns);
  const jobNames = jobs.names.length === 0 ? [] : (store?.jobNames() ?? []);
  const isFile = database.isFile && store !== null;
  return { fleet, name: database.name, hasDatabase: store !== null, isFile, jobNames };
}

function assess(
  stored: StoredFleet,
  { options, groupBy }: FleetReportRequest,
  readRuns: (job: string) => readonly JobRun[],
): AssessedFleet {
  const { filter } = options;
  const fleetOptions: FleetOptions = {
    ...options,
    jobs: findJobsToJudge(options, readRuns),
    judgeRetired: filter.role !== undefined,
    needsSeries: filter.role !== undefined || filter.source !== undefined || isPeriod(filter),
    groupBy,
  };
  return assessFleet(stored, fleetOptions);
}

async function printMissingTag({ groups, hosts }: AssessedFleet, io: Io): Promise<void> {
  if (groups === null || groups.by.kind !== 'tag' || hosts.length === 0) return;
  const { name } = groups.by;
  if (hosts.some(({ tags }) => Object.hasOwn(tags, name))) return;
  const names = [...new Set(hosts.flatMap(({ tags }) => Object.keys(tags)))].sort();
  await printNote(
    io,
    `no host has the tag ${name}`,
    names.length === 0
      ? 'set tags on the hosts with `cred-watch push --tag NAME=VALUE`, or group by role or source'
      : `tags of these hosts: ${names.slice(0, 8).join(', ')}`,
  );
}
