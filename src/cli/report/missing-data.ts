import type { AssessedJob } from '../../domain/verdict/assessment.ts';
import { ROOT_DATABASE_PATH } from '../../store/database-path.ts';
import type { StoredReport } from '../../watch/stored-report.ts';
import type { Io } from '../process/io.ts';
import { printError, printNote } from '../process/messages.ts';

/** Where data was read. */
export interface ReadContext {
  databasePath: string;
  /** A flag such as `--host` selects a part of the data. */
  isFiltered: boolean;
}

const REMOVE_FILTERS = 'remove --host, --source, --role, --since or --until';

const RECORD_RUNS = 'record runs: `cred-watch exec -j 4h --job NAME -- command`';

/** Further job names are only counted. */
const MAX_NAMES = 8;

/**
 * Reports missing job runs and missing samples.
 * @returns true if there are samples and, with jobs, at least one job can be judged
 */
export async function printMissingData(report: StoredReport, context: ReadContext, io: Io): Promise<boolean> {
  const { jobs, series, verdict } = report.assessment;
  for (const job of jobs) {
    if (job.job === null || job.runs?.runCount === 0) await printNoRuns(job, report, context, io);
  }
  const canJudge = jobs.length === 0 || jobs.some(({ job }) => job !== null);
  if (series.length === 0 && canJudge) {
    await printNoSamples(report, context, verdict === null ? printNote : printError, io);
  }
  return series.length > 0 && canJudge;
}

async function printNoSamples(
  { hasDatabase }: StoredReport,
  { databasePath: path, isFiltered }: ReadContext,
  print: typeof printError,
  io: Io,
): Promise<void> {
  if (isFiltered && hasDatabase) {
    await print(io, `no samples in ${path} match the filters`, REMOVE_FILTERS);
    return;
  }
  await print(
    io,
    hasDatabase ? `no samples in ${path}` : `no samples: ${path} does not exist`,
    (await findRootHint(path)) ??
      'record samples with `cred-watch poll --interval 5m`, or import a log with `cred-watch import`',
  );
}

/** Reports a named job without runs, or without a run from which its duration can be taken. */
async function printNoRuns(
  { job, name, runs }: AssessedJob,
  { hasDatabase, jobNames }: StoredReport,
  { databasePath: path }: ReadContext,
  io: Io,
): Promise<void> {
  const print = job === null ? printError : printNote;
  if (!hasDatabase) {
    await print(
      io,
      `no runs of job ${name}: ${path} does not exist`,
      (await findRootHint(path)) ?? RECORD_RUNS,
    );
  } else if (runs !== null && runs.runCount > 0) {
    const ended = runs.finished === null ? 'ended yet' : 'ended with exit code 0';
    await print(io, `no run of job ${name} in ${path} has ${ended}`, 'give the job duration with -j');
  } else if (name !== null && jobNames.includes(name)) {
    await print(io, `no runs of job ${name} in ${path} match the filters`, REMOVE_FILTERS);
  } else {
    const hint = jobNames.length === 0 ? RECORD_RUNS : `jobs with runs: ${formatNames(jobNames)}`;
    await print(io, `no runs of job ${name} in ${path}`, hint);
  }
}

function formatNames(names: readonly string[]): string {
  const more = names.length - MAX_NAMES;
  return `${names.slice(0, MAX_NAMES).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** For users who poll as root, but run the report without root rights: the two databases differ. */
async function findRootHint(path: string): Promise<string | null> {
  const { existsSync } = await import('node:fs');
  const isOther = path !== ROOT_DATABASE_PATH && existsSync(ROOT_DATABASE_PATH);
  return isOther ? `root's samples are in ${ROOT_DATABASE_PATH}: run \`sudo cred-watch report\`` : null;
}
