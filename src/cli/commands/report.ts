import { type Command, Option } from 'commander';
import { REPORT_FORMAT_NAMES, REPORT_FORMATS } from '../../report/formats.ts';
import { resolveDatabasePath } from '../../store/database-path.ts';
import type { SampleStore } from '../../store/sample-store.ts';
import { toExitCode } from '../flags/exit-codes.ts';
import { addSelectionFlags, createDatabaseFlag, createExitCodesFlag } from '../flags/flags.ts';
import { addJudgingFlags, type JudgingFlags } from '../flags/judging-flags.ts';
import type { SelectionFlags } from '../flags/selection.ts';
import { DEFAULT_WIDTH, getOutputWidth, type Io, supportsUnicode, wantsColour } from '../process/io.ts';
import { writeOutput } from '../process/output-file.ts';
import { assessStored } from '../report/assess-stored.ts';
import { appendGithubFiles } from '../report/github.ts';
import { printNoRuns, printNoSamples } from '../report/missing-data.ts';
import { parseFormatFlag, planOutputs, type RequestedFormat } from '../report/outputs.ts';

/** Replaced by the build. */
declare const CRED_WATCH_VERSION: string;

interface ReportFlags extends SelectionFlags, JudgingFlags {
  db?: string;
  format?: readonly RequestedFormat[];
  output?: string;
  ascii?: boolean;
}

export function declareReport(program: Command, run: (flags: ReportFlags) => Promise<void>): void {
  const command = program
    .command('report')
    .helpGroup('Judge:')
    .description('rotation interval, minimum remaining validity and findings; -j judges a job');
  addJudgingFlags(command);
  addSelectionFlags(command)
    .addOption(createDatabaseFlag())
    .addOption(
      new Option('-f, --format <format[=file]>', 'how; with a file for each, several at once')
        .choices(REPORT_FORMAT_NAMES)
        .default(undefined, 'table')
        .argParser(parseFormatFlag),
    )
    .option('-o, --output <file>', 'write to this file; - is stdout (default: -)')
    .option('--ascii', 'draw with plain ASCII, as where the locale is not UTF-8')
    .addOption(createExitCodesFlag())
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

export async function runReportCommand(flags: ReportFlags, io: Io): Promise<number> {
  const now = io.clock.now();
  const outputs = planOutputs(flags.format ?? [], flags.output);
  const { toSeriesFilter } = await import('../flags/selection.ts');
  const filter = toSeriesFilter(flags, now);
  const path = resolveDatabasePath(flags.db, io);
  const { assessment, allTime, isMissing, jobNames } = await read(path, (store) =>
    assessStored(store, filter, flags, now),
  );
  const { jobs, series, verdict } = assessment;

  const absence = { path, isMissing, isFiltered: Object.keys(filter).length > 0 };
  for (const job of jobs) {
    const lacksLength = job.job === null;
    if (lacksLength || job.runs?.runCount === 0)
      await printNoRuns(io, job, jobNames, { ...absence, isFatal: lacksLength });
  }
  // What was said of jobs is enough where none of them can be judged.
  const isTold = jobs.length > 0 && jobs.every(({ job }) => job === null);
  if (series.length === 0 && !isTold) await printNoSamples(io, { ...absence, isFatal: verdict !== null });

  const failures: unknown[] = [];
  for (const { format, file } of outputs) {
    if (format === 'table' && (series.length === 0 || isTold)) continue;
    const isShown = file === '-';
    const context = {
      now,
      margin: flags.margin,
      version: CRED_WATCH_VERSION,
      width: isShown ? getOutputWidth(io.stdout) : DEFAULT_WIDTH,
      hasColour: isShown && wantsColour(io.stdout, io.env),
      isAsciiOnly: flags.ascii === true || !supportsUnicode(io.env),
      allTimeAssessment: allTime,
      nodeVersion: io.nodeVersion,
    };
    try {
      const text = await REPORT_FORMATS[format].render(assessment, context);
      await writeOutput(io, file, typeof text === 'string' ? [text] : text);
      if (format === 'github') await appendGithubFiles(io, assessment, context);
    } catch (error) {
      failures.push(error);
    }
  }
  // One file that cannot be written is no reason to lose the others.
  if (failures.length > 0) throw failures[0];
  return toExitCode(verdict);
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
