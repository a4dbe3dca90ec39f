// Not part of the bundle of `report`: only `--fleet` needs this module.
import { findDecisiveFleetJob } from '../../domain/fleet/assess-host.ts';
import type { AssessedFleet } from '../../domain/fleet/assessed-fleet.ts';
import type { Seconds } from '../../domain/model.ts';
import { CredWatchError } from '../../errors.ts';
import { isPostgresUrl } from '../../remote/postgres/is-postgres-url.ts';
import { FLEET_FORMATS, isFleetFormat } from '../../report/fleet/formats.ts';
import { describeFleetJob, describeFleetWithoutJob } from '../../report/messages/fleet/fleet.ts';
import type { TimeFormat } from '../../report/text/time-format.ts';
import type { Invocation } from '../command.ts';
import { listSelectingVariables } from '../flags/environment/flag-variables.ts';
import { EXIT, toExitCode } from '../flags/exit-codes.ts';
import { formatNames } from '../flags/selection-flags.ts';
import { printExposedFiles } from '../process/exposed-files.ts';
import { FILE_STYLE, getTextStyle, printText } from '../process/io.ts';
import { printNote } from '../process/messages.ts';
import { writeOutput } from '../process/output-file.ts';
import { describeOnlyGenerations, printMissingData } from '../report/missing-data.ts';
import { hasStdout, removeTableOnStdout } from '../report/nagios-line.ts';
import type { ReportOutput } from '../report/outputs.ts';
import { writeAll } from '../report/write-outputs.ts';
import { announcesFiles, printWrittenFiles } from '../report/written-files.ts';
import { rejectSeriesFlags } from './fleet-flags.ts';
import { type FleetRequest, isPeriod, readFleet } from './read-fleet.ts';

export interface FleetReportRequest extends FleetRequest {
  outputs: readonly ReportOutput[];
  top: number | null;
  margin: Seconds;
  times: TimeFormat;
  /** `--exit-codes nagios`: prints one line, unless an output is written to stdout. */
  isPlugin: boolean;
}

/** Judges all hosts of a database. Resolves to the exit code. */
export async function runFleetReport(request: FleetReportRequest, invocation: Invocation): Promise<number> {
  const { io } = invocation;
  const { location, options, outputs, isPlugin } = request;
  const isPeriodOfStoredValues = isPostgresUrl(location) && isPeriod(options.filter);
  rejectSeriesFlags(
    invocation,
    outputs.map(({ format }) => format),
    isPeriodOfStoredValues,
  );
  const read = await readFleet(request, io);
  const { fleet } = read;
  const report = {
    assessment: { ...fleet, series: fleet.hosts },
    hasDatabase: read.hasDatabase,
    readSeriesNames: read.readSeriesNames,
    jobNames: read.jobNames,
  };
  const variables = listSelectingVariables(invocation.command);
  const context = {
    ...{ databasePath: read.name, filter: options.filter, command: 'report --fleet' },
    ...{ needsVerdict: isPlugin, variables },
  };
  if (read.hasOnlyGenerations) await printNote(io, describeOnlyGenerations(location));
  const canRender = await printMissingData(report, context, io);
  assertTagExists(fleet, location);
  const rendered = canRender ? outputs : removeTableOnStdout(outputs);
  await writeAll(rendered, async ({ format, file }) => {
    if (!isFleetFormat(format)) throw new Error(`${format} is rejected before the fleet is read`);
    const style = file === '-' ? getTextStyle(io) : FILE_STYLE;
    const { top, margin, times } = request;
    const { nodeVersion } = io;
    const text = await FLEET_FORMATS[format](fleet, {
      ...{ ...style, now: options.now, times, margin, top, nodeVersion, isPeriodOfStoredValues },
      version: CRED_WATCH_VERSION,
    });
    await writeOutput(io, file, typeof text === 'string' ? [text] : text);
  });
  if (isPlugin && canRender && !hasStdout(rendered)) {
    const { renderFleetNagiosLine } = await import('../../report/fleet/nagios-line.ts');
    await printText(io, renderFleetNagiosLine(fleet));
  }
  if (!isPlugin && announcesFiles(rendered, io))
    await printWrittenFiles(rendered, describeFleetVerdict(fleet), io);
  if (read.isFile) await printExposedFiles(location, io);
  return isPlugin && !canRender ? EXIT.unknown : toExitCode(fleet.verdict);
}

/** What the file says about the worst job. */
function describeFleetVerdict(fleet: AssessedFleet): string {
  const job = findDecisiveFleetJob(fleet);
  return job === null ? describeFleetWithoutJob(fleet) : describeFleetJob(job);
}

/** @throws CredWatchError if no host has the tag of the groups */
function assertTagExists({ groups, hosts }: AssessedFleet, location: string): void {
  if (groups === null || groups.by.kind !== 'tag' || hosts.length === 0) return;
  const { name } = groups.by;
  if (hosts.some(({ tags }) => Object.hasOwn(tags, name))) return;
  throw new CredWatchError(`no host has the tag ${name}`, describeTags(hosts, location));
}

function describeTags(hosts: AssessedFleet['hosts'], location: string): string {
  if (!isPostgresUrl(location))
    return 'only a PostgreSQL database has tags: group by role or source, or push with `cred-watch push --to postgres://HOST/DATABASE --tag NAME=VALUE`';
  const names = [...new Set(hosts.flatMap(({ tags }) => Object.keys(tags)))].sort();
  return names.length === 0
    ? 'set tags on the hosts with `cred-watch push --tag NAME=VALUE`, or group by role or source'
    : `tags of these hosts: ${formatNames(names)}`;
}
