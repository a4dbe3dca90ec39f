import { type Command, Option } from 'commander';
import { assess } from '../domain/assessment.ts';
import { formatShortDuration } from '../domain/duration.ts';
import { DEFAULT_MARGIN, rotationsFor } from '../domain/job.ts';
import type { Seconds, SeriesHistory } from '../domain/model.ts';
import { REPORT_FORMATS, type ReportFormat } from '../report/formats.ts';
import { databasePath, ROOT_DATABASE } from './database-path.ts';
import { exitCodeOf } from './exit-codes.ts';
import {
  addSelection,
  confidence,
  databaseFlag,
  duration,
  exitCodesFlag,
  positiveDuration,
} from './flags.ts';
import { type Io, wantsColour } from './io.ts';
import { writeOutput } from './output-file.ts';
import type { SelectionFlags } from './selection.ts';
import { sayError, sayNote } from './speech.ts';

interface ReportFlags extends SelectionFlags {
  jobDuration?: Seconds;
  margin: Seconds;
  maxAge?: Seconds;
  confidence?: number;
  db?: string;
  format: ReportFormat;
  output: string;
}

const DEFAULT_WIDTH = 100;

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
    .option('--margin <duration>', 'spare validity required at the end of the job', duration, DEFAULT_MARGIN)
    .option(
      '--max-age <duration>',
      'older newest samples make the answer unknown (default: 24h, none if imported)',
      positiveDuration,
    )
    .option('--confidence <share>', 'ask for enough watched rotations: 95% wants 19', confidence);
  command.options.find(({ long }) => long === '--margin')!.defaultValueDescription =
    formatShortDuration(DEFAULT_MARGIN);
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
  cred-watch report -j 4h -f json -o -     the same for programs`,
    )
    .action(run);
}

export async function runReport(flags: ReportFlags, io: Io): Promise<number> {
  const now = io.clock.now();
  const { toFilter } = await import('./selection.ts');
  const filter = toFilter(flags, now);
  const path = databasePath(flags.db, io);
  const { SampleStore } = await import('../store/sample-store.ts');
  const store = SampleStore.openReadOnly(path);
  let histories: SeriesHistory[];
  try {
    histories = store?.histories(filter) ?? [];
  } finally {
    store?.close();
  }
  const assessment = assess(histories, {
    now,
    maxAge: flags.maxAge ?? 'default',
    job: flags.jobDuration === undefined ? null : { duration: flags.jobDuration, margin: flags.margin },
    rotationsWanted: flags.confidence === undefined ? 1 : rotationsFor(flags.confidence),
    judgeRetired: flags.role !== undefined,
  });
  if (histories.length === 0)
    await sayNoSamples(
      io,
      path,
      store === null,
      Object.keys(filter).length > 0,
      flags.jobDuration !== undefined,
    );
  if (histories.length > 0 || flags.format !== 'table') {
    const isTerminal = flags.output === '-' && io.stdout.isTerminal;
    const text = await REPORT_FORMATS[flags.format](assessment, {
      now,
      margin: flags.margin,
      width: (isTerminal ? io.stdout.columns : undefined) ?? DEFAULT_WIDTH,
      colour: flags.output === '-' && wantsColour(io.stdout, io.env),
    });
    await writeOutput(io, flags.output, [text]);
  }
  return exitCodeOf(assessment.verdict);
}

/** An error where a job wanted judging; without one, nothing has gone wrong. */
async function sayNoSamples(
  io: Io,
  path: string,
  isMissing: boolean,
  isFiltered: boolean,
  isJudging: boolean,
): Promise<void> {
  const say = isJudging ? sayError : sayNote;
  if (isFiltered && !isMissing) {
    await say(io, `no samples in ${path} match`, 'leave out --host, --source, --role, --since or --until');
    return;
  }
  const { existsSync } = await import('node:fs');
  const isElsewhere = path !== ROOT_DATABASE && existsSync(ROOT_DATABASE);
  await say(
    io,
    isMissing ? `no samples: there is no ${path}` : `no samples in ${path}`,
    isElsewhere
      ? `root has polled into ${ROOT_DATABASE}: read that with \`sudo cred-watch report\``
      : 'take some: `cred-watch poll --interval 5m`, or `cred-watch import` a log',
  );
}
