import type { AssessedJob } from '../../domain/verdict/assessment.ts';
import { ROOT_DATABASE_PATH } from '../../store/database-path.ts';
import type { Io } from '../process/io.ts';
import { printError, printNote } from '../process/messages.ts';

/** Where something was looked for and not found. */
export interface MissingDataContext {
  path: string;
  /** There is no database. */
  isMissing: boolean;
  isFiltered: boolean;
  /** An answer was wanted that cannot be given without it. */
  isFatal: boolean;
}

const WIDEN = 'leave out --host, --source, --role, --since or --until';

const RECORD = 'record runs: `cred-watch exec -j 4h --job NAME -- command`';

/** So many names fit a hint. */
const NAMES_TOLD = 8;

export async function printNoSamples(
  io: Io,
  { path, isMissing, isFiltered, isFatal }: MissingDataContext,
): Promise<void> {
  const say = isFatal ? printError : printNote;
  if (isFiltered && !isMissing) {
    await say(io, `no samples in ${path} match`, WIDEN);
    return;
  }
  await say(
    io,
    isMissing ? `no samples: there is no ${path}` : `no samples in ${path}`,
    (await rootHint(path)) ?? 'take some: `cred-watch poll --interval 5m`, or `cred-watch import` a log',
  );
}

/** A job was named of which there is no run, or none that tells its length. */
export async function printNoRuns(
  io: Io,
  { name, runs }: AssessedJob,
  jobNames: readonly string[],
  { path, isMissing, isFatal }: MissingDataContext,
): Promise<void> {
  const say = isFatal ? printError : printNote;
  const job = name!;
  if (isMissing) {
    await say(io, `no run of ${job} is known: there is no ${path}`, (await rootHint(path)) ?? RECORD);
  } else if (runs !== null && runs.runCount > 0) {
    const ended = runs.finished === null ? 'ended yet' : 'ended with exit code 0';
    await say(io, `no run of ${job} has ${ended}, as far as ${path} knows`, 'give its length with -j');
  } else if (jobNames.includes(job)) {
    await say(io, `no run of ${job} in ${path} matches`, WIDEN);
  } else {
    const hint = jobNames.length === 0 ? RECORD : `there are runs of ${writeNames(jobNames)}`;
    await say(io, `no run of ${job} in ${path}`, hint);
  }
}

function writeNames(names: readonly string[]): string {
  const more = names.length - NAMES_TOLD;
  return `${names.slice(0, NAMES_TOLD).join(', ')}${more > 0 ? ` and ${more} more jobs` : ''}`;
}

/** Whoever polls as root and asks as a user looks into another database. */
async function rootHint(path: string): Promise<string | null> {
  const { existsSync } = await import('node:fs');
  const isElsewhere = path !== ROOT_DATABASE_PATH && existsSync(ROOT_DATABASE_PATH);
  return isElsewhere
    ? `root has polled into ${ROOT_DATABASE_PATH}: read that with \`sudo cred-watch report\``
    : null;
}
