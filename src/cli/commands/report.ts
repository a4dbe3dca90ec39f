import { type Command, Option } from 'commander';
import { REPORT_FORMATS } from '../../report/formats.ts';
import { databasePath } from '../../store/database-path.ts';
import type { SampleStore } from '../../store/sample-store.ts';
import { exitCodeOf } from '../flags/exit-codes.ts';
import { addSelection, databaseFlag, exitCodesFlag } from '../flags/flags.ts';
import { addJudging, type JudgingFlags } from '../flags/judging-flags.ts';
import type { SelectionFlags } from '../flags/selection.ts';
import { DEFAULT_WIDTH, hasUnicode, type Io, wantsColour, widthOf } from '../process/io.ts';
import { writeOutput } from '../process/output-file.ts';
import { assessStored } from '../report/assess-stored.ts';
import { appendGithubFiles } from '../report/github.ts';
import { sayNoRuns, sayNoSamples } from '../report/missing-data.ts';
import { planOutputs, type WantedFormat, wantedFormat } from '../report/outputs.ts';

/** Replaced by the build. */
declare const CRED_WATCH_VERSION: string;

interface ReportFlags extends SelectionFlags, JudgingFlags {
  db?: string;
  format?: readonly WantedFormat[];
  output?: string;
  ascii?: boolean;
}

export function declareReport(program: Command, run: (flags: ReportFlags) => Promise<void>): void {
  const command = program
    .command('report')
    .helpGroup('Judge:')
    .description('rotation interval, minimum remaining validity and findings; -j judges a job');
  addJudging(command);
  addSelection(command)
    .addOption(databaseFlag())
    .addOption(
      new Option('-f, --format <format[=file]>', 'how; with a file for each, several at once')
        .choices(Object.keys(REPORT_FORMATS))
        .default(undefined, 'table')
        .argParser(wantedFormat),
    )
    .option('-o, --output <file>', 'write to this file; - is stdout (default: -)')
    .option('--ascii', 'draw with plain ASCII, as where the locale is not UTF-8')
    .addOption(exitCodesFlag())
    .addHelpText(
      'after',
      `
Exit codes: 0 safe, or no job given · 1 not safe · 3 unknown · 2 wrong usage

Examples:
  cred-watch report                        what was measured
  cred-watch report -j 5h                  is a five-hour job safe at any start?
  cred-watch report -j 5h -j 90m           are both?
  cred-watch report --job nightly          is one as long as its longest run?
  cred-watch report -j 4h -f json -o -     the same for programs
  cred-watch report -j 4h -f github -f junit=cred-watch.xml -f html=report.html`,
    )
    .action(run);
}

export async function runReport(flags: ReportFlags, io: Io): Promise<number> {
  const now = io.clock.now();
  const outputs = planOutputs(flags.format ?? [], flags.output);
  const { toFilter } = await import('../flags/selection.ts');
  const filter = toFilter(flags, now);
  const path = databasePath(flags.db, io);
  const { assessment, allTime, isMissing, jobNames } = await read(path, (store) =>
    assessStored(store, filter, flags, now),
  );
  const { jobs, series, verdict } = assessment;

  const absence = { path, isMissing, isFiltered: Object.keys(filter).length > 0 };
  for (const job of jobs) {
    const lacksLength = job.job === null;
    if (lacksLength || job.runs?.runCount === 0)
      await sayNoRuns(io, job, jobNames, { ...absence, isFatal: lacksLength });
  }
  // What was said of jobs is enough where none of them can be judged.
  const isTold = jobs.length > 0 && jobs.every(({ job }) => job === null);
  if (series.length === 0 && !isTold) await sayNoSamples(io, { ...absence, isFatal: verdict !== null });

  const failures: unknown[] = [];
  for (const { format, file } of outputs) {
    if (format === 'table' && (series.length === 0 || isTold)) continue;
    const isShown = file === '-';
    const context = {
      now,
      margin: flags.margin,
      version: CRED_WATCH_VERSION,
      width: isShown ? widthOf(io.stdout) : DEFAULT_WIDTH,
      colour: isShown && wantsColour(io.stdout, io.env),
      ascii: flags.ascii === true || !hasUnicode(io.env),
      allTime,
      nodeVersion: io.nodeVersion,
    };
    try {
      const text = await REPORT_FORMATS[format](assessment, context);
      await writeOutput(io, file, typeof text === 'string' ? [text] : text);
      if (format === 'github') await appendGithubFiles(io, assessment, context);
    } catch (error) {
      failures.push(error);
    }
  }
  // One file that cannot be written is no reason to lose the others.
  if (failures.length > 0) throw failures[0];
  return exitCodeOf(verdict);
}

async function read<T>(path: string, action: (store: SampleStore | null) => T): Promise<T> {
  const { SampleStore } = await import('../../store/sample-store.ts');
  const store = SampleStore.openReadOnly(path);
  try {
    return action(store);
  } finally {
    store?.close();
  }
}
