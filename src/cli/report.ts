import { type Command, Option } from 'commander';
import { assess } from '../domain/assessment.ts';
import { DEFAULT_MARGIN, rotationsFor } from '../domain/job.ts';
import { summarise } from '../domain/job-runs.ts';
import type { Seconds } from '../domain/model.ts';
import { REPORT_FORMATS, type RecordedJob, type ReportFormat } from '../report/formats.ts';
import type { SeriesFilter } from '../store/histories.ts';
import { databasePath } from './database-path.ts';
import { exitCodeOf } from './exit-codes.ts';
import {
  addSelection,
  confidence,
  databaseFlag,
  duration,
  exitCodesFlag,
  name,
  positiveDuration,
  showDefaultDuration,
} from './flags.ts';
import { DEFAULT_WIDTH, type Io, wantsColour, widthOf } from './io.ts';
import { type Absence, sayNoRuns, sayNoSamples } from './missing-data.ts';
import { writeOutput } from './output-file.ts';
import type { SelectionFlags } from './selection.ts';

interface ReportFlags extends SelectionFlags {
  jobDuration?: Seconds;
  job?: string;
  margin: Seconds;
  maxAge?: Seconds;
  confidence?: number;
  db?: string;
  format: ReportFormat;
  output: string;
}

export function declareReport(program: Command, run: (flags: ReportFlags) => Promise<void>): void {
  const command = program
    .command('report')
    .helpGroup('Judge:')
    .description('rotation interval, minimum remaining validity and findings; -j judges a job')
    .option(
      '-j, --job-duration <duration>',
      'judge a job of this length that froze its credentials at its start',
      duration,
    )
    .option('--job <name>', 'judge by the longest recorded run of this job, and tell of its runs', name)
    .option('--margin <duration>', 'spare validity required at the end of the job', duration, DEFAULT_MARGIN)
    .option(
      '--max-age <duration>',
      'older newest samples make the answer unknown (default: 24h, none if imported)',
      positiveDuration,
    )
    .option('--confidence <share>', 'ask for enough watched rotations: 95% wants 19', confidence);
  showDefaultDuration(command, '--margin', DEFAULT_MARGIN);
  addSelection(command)
    .addOption(databaseFlag())
    .addOption(
      new Option('-f, --format <format>', 'for people or for programs')
        .choices(Object.keys(REPORT_FORMATS))
        .default('table'),
    )
    .option('-o, --output <file>', 'write to this file; - is stdout', '-')
    .addOption(exitCodesFlag())
    .addHelpText(
      'after',
      `
Exit codes: 0 safe, or no job given · 1 not safe · 3 unknown · 2 wrong usage

Examples:
  cred-watch report                        what was measured
  cred-watch report -j 5h                  is a five-hour job safe at any start?
  cred-watch report --job nightly          is a job as long as its longest run so far?
  cred-watch report -j 4h -f json -o -     the same for programs`,
    )
    .action(run);
}

export async function runReport(flags: ReportFlags, io: Io): Promise<number> {
  const now = io.clock.now();
  const { toFilter } = await import('./selection.ts');
  const filter = toFilter(flags, now);
  const path = databasePath(flags.db, io);
  const { isMissing, histories, runs, jobNames } = await read(path, filter, flags.job);
  const recordedJob: RecordedJob | null =
    flags.job === undefined
      ? null
      : { job: flags.job, summary: summarise(runs, now), isJudged: flags.jobDuration === undefined };
  const length = flags.jobDuration ?? recordedJob?.summary.length?.seconds ?? null;
  const assessment = assess(histories, {
    now,
    maxAge: flags.maxAge ?? 'default',
    job: length === null ? null : { duration: length, margin: flags.margin },
    rotationsWanted: flags.confidence === undefined ? 1 : rotationsFor(flags.confidence),
    judgeRetired: flags.role !== undefined,
    judgeOnly: runs.map(({ identity }) => identity),
  });
  // A job was named, and how long it takes is not known: nothing can be judged.
  const lacksLength = recordedJob !== null && length === null;
  const verdict = lacksLength ? 'unknown' : assessment.verdict;

  const absence: Absence = {
    path,
    isMissing,
    isFiltered: Object.keys(filter).length > 0,
    isFatal: verdict !== null,
  };
  if (recordedJob !== null && (lacksLength || runs.length === 0)) {
    await sayNoRuns(io, recordedJob, jobNames, { ...absence, isFatal: lacksLength });
  }
  if (histories.length === 0 && !lacksLength) await sayNoSamples(io, absence);

  if ((histories.length > 0 && !lacksLength) || flags.format !== 'table') {
    const text = await REPORT_FORMATS[flags.format](
      { ...assessment, verdict },
      {
        now,
        margin: flags.margin,
        width: flags.output === '-' ? widthOf(io.stdout) : DEFAULT_WIDTH,
        colour: flags.output === '-' && wantsColour(io.stdout, io.env),
        recordedJob,
      },
    );
    await writeOutput(io, flags.output, [text]);
  }
  return exitCodeOf(verdict);
}

/** All that the report needs of the database. */
async function read(path: string, filter: SeriesFilter, job: string | undefined) {
  const { SampleStore } = await import('../store/sample-store.ts');
  const store = SampleStore.openReadOnly(path);
  try {
    return {
      isMissing: store === null,
      histories: store?.histories(filter) ?? [],
      runs: (job === undefined ? null : store?.jobRuns({ ...filter, job })) ?? [],
      jobNames: (job === undefined ? null : store?.jobNames()) ?? [],
    };
  } finally {
    store?.close();
  }
}
