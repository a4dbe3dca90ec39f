import { parseDuration } from '../../domain/time/duration.ts';
import type { AssessedJob } from '../../domain/verdict/assessment.ts';
import { formatCount } from '../../report/text/format-values.ts';
import type { SeriesFilter } from '../../store/contract.ts';
import { quoteForShell } from '../../untrusted-text.ts';
import type { StoredReport } from '../../watch/stored-report.ts';
import { describeMissingDatabase, findRootHint } from '../database/missing-database.ts';
import { describeVariables, FLAG_VARIABLES } from '../flags/environment/flag-variables.ts';
import { describeEmptySelection, describeFilters, formatNames } from '../flags/selection-flags.ts';
import { isFiltered } from '../flags/series-filter.ts';
import type { Io } from '../process/io.ts';
import { printError, printNote, printVariableNote } from '../process/messages.ts';

/** Where data was read. */
export interface ReadContext {
  databasePath: string;
  filter: SeriesFilter;
  /** The name of the command, for hints. */
  command: string;
  /** A verdict was requested, so missing samples are an error. By default, only jobs have a verdict. */
  needsVerdict?: boolean;
  /** The variables that give values to the filters. */
  variables?: readonly string[];
}

/** What is read from the database: series, or the hosts of a fleet. */
export interface MissingDataReport
  extends Pick<StoredReport, 'hasDatabase' | 'readSeriesNames' | 'jobNames'> {
  assessment: {
    jobs: readonly ReadJob[];
    series: readonly unknown[];
    verdict: StoredReport['assessment']['verdict'];
  };
}

type ReadJob = Pick<AssessedJob, 'name' | 'job' | 'runs'>;

/** The hint if the database has no samples. */
export const RECORD_SAMPLES =
  'record samples with `cred-watch poll --interval 5m`, or import a log with `cred-watch import`';
const RECORD_RUNS = 'record runs: `cred-watch exec -j 4h --job NAME -- command`';

/**
 * Reports missing job runs and missing samples, variables that leave out series, and an empty duration.
 * @returns true if there are samples and, with jobs, at least one job can be judged
 */
export async function printMissingData(
  report: MissingDataReport,
  context: ReadContext,
  io: Io,
): Promise<boolean> {
  const { jobs, series, verdict } = report.assessment;
  for (const job of jobs) {
    if (job.job !== null && job.runs?.runCount !== 0) continue;
    await (job.job === null ? printError : printNote)(io, ...describeNoRuns(job, report, context, io));
  }
  const canJudge = jobs.length === 0 || jobs.some(({ job }) => job !== null);
  if (series.length === 0 && canJudge)
    await (verdict === null && context.needsVerdict !== true ? printNote : printError)(
      io,
      ...describeNoSamples(report, context, io),
    );
  if (series.length > 0) await printSelection(context.variables ?? [], io);
  if (jobs.length === 0) await printEmptyDuration(io);
  return series.length > 0 && canJudge;
}

/** A variable that was set for another command could leave out the series that is not safe. */
async function printSelection(variables: readonly string[], io: Io): Promise<void> {
  if (variables.length === 0) return;
  const names = variables.join(' and ');
  const hint = `to read all series, unset ${names}`;
  await printVariableNote(io, `only series that match ${names} are read`, hint);
}

/** The variable names the host of new samples. In a database of several hosts, it looks like a filter. */
export async function printIneffectiveHost(
  { series }: Pick<StoredReport['assessment'], 'series'>,
  { filter, command }: ReadContext,
  io: Io,
): Promise<void> {
  const host = io.env.CRED_WATCH_HOST ?? '';
  if (host === '' || filter.host !== undefined) return;
  const hosts = new Set(series.map(({ identity }) => identity.host));
  if (hosts.size < 2) return;
  const message = `${command} reads all ${formatCount(hosts.size, 'host')}, because CRED_WATCH_HOST selects none`;
  await printVariableNote(io, message, `to read one host, give --host ${quoteForShell(host)}`);
}

/** A pipeline without a value would judge nothing, and succeed. */
async function printEmptyDuration(io: Io): Promise<void> {
  const name = FLAG_VARIABLES['--job-duration'];
  const hint = 'give it a value such as 4h, or unset it';
  if (io.env[name] === '') await printVariableNote(io, `${name} is empty, so no job is judged`, hint);
}

/** For a folder of Parquet files. */
export const describeOnlyGenerations = (folder: string): string =>
  `${folder} has Parquet files, which contain no failed polls and no job runs`;

type MessageAndHint = [message: string, hint: string];

/** As {@link printMissingData} says it. Undefined if there are series. */
export function describeMissingSeries(
  report: MissingDataReport,
  context: ReadContext,
  io: Io,
): string | undefined {
  return report.assessment.series.length > 0
    ? undefined
    : describeNoSamples(report, context, io)
        .filter((part) => part !== '')
        .map((part) => part.replaceAll('\n', '; '))
        .join('; ');
}

function describeNoSamples(
  { hasDatabase, readSeriesNames }: MissingDataReport,
  { databasePath: path, filter, variables = [] }: ReadContext,
  io: Io,
): MessageAndHint {
  if (isFiltered(filter) && hasDatabase) {
    const hint = describeEmptySelection(filter, readSeriesNames);
    return [
      `no samples in ${path} match the filters`,
      [hint, describeVariables(variables)].filter(Boolean).join('; '),
    ];
  }
  return [
    hasDatabase ? `no samples in ${path}` : `no samples: ${describeMissingDatabase(path)}`,
    findRootHint(path, io) ?? RECORD_SAMPLES,
  ];
}

/** For a named job without runs, or without a run from which its duration can be taken. */
function describeNoRuns(
  { name, runs }: ReadJob,
  { hasDatabase, jobNames }: MissingDataReport,
  { databasePath: path, filter }: ReadContext,
  io: Io,
): MessageAndHint {
  const isDuration = name !== null && !jobNames.includes(name) && parseDuration(name) !== null;
  if (isDuration) {
    const problem = hasDatabase ? ` in ${path}` : `: ${describeMissingDatabase(path)}`;
    return [`no runs of job ${name}${problem}`, `--job is the name of a job; for a duration, use -j ${name}`];
  }
  if (!hasDatabase)
    return [
      `no runs of job ${name}: ${describeMissingDatabase(path)}`,
      findRootHint(path, io) ?? RECORD_RUNS,
    ];
  if (runs !== null && runs.runCount > 0) {
    const ended = runs.finished === null ? 'ended yet' : 'ended with exit code 0';
    return [`no run of job ${name} in ${path} has ${ended}`, 'give the job duration with -j'];
  }
  if (name !== null && jobNames.includes(name))
    return [`no runs of job ${name} in ${path} match the filters`, describeFilters(filter)];
  const hint = jobNames.length === 0 ? RECORD_RUNS : `jobs with runs: ${formatNames(jobNames)}`;
  return [`no runs of job ${name} in ${path}`, hint];
}
