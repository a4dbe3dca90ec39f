import { Option } from 'commander';
import type { Instant } from '../../domain/model.ts';
import { REPORT_FORMAT_NAMES, REPORT_FORMATS } from '../../report/formats.ts';
import { resolveDatabasePath } from '../../store/database-path.ts';
import { assessStored, type StoredReport } from '../../watch/stored-report.ts';
import type { CommandDefinition } from '../command.ts';
import { toExitCode } from '../flags/exit-codes.ts';
import { addJudgingFlags, type JudgingFlags, toReportOptions } from '../flags/judging-flags.ts';
import { addSelectionFlags, type SelectionFlags } from '../flags/selection-flags.ts';
import { createDatabaseFlag, createExitCodesFlag } from '../flags/shared-flags.ts';
import { addHelp, WRONG_USAGE } from '../manual/command-help.ts';
import { DEFAULT_WIDTH, getOutputWidth, type Io, supportsUnicode, wantsColour } from '../process/io.ts';
import { writeOutput } from '../process/output-file.ts';
import { appendGithubFiles } from '../report/github.ts';
import { printMissingData } from '../report/missing-data.ts';
import { parseFormatFlag, planOutputs, type ReportOutput, type RequestedFormat } from '../report/outputs.ts';

interface ReportFlags extends SelectionFlags, JudgingFlags {
  db?: string;
  format?: readonly RequestedFormat[];
  output?: string;
  ascii?: boolean;
}

export const reportCommand: CommandDefinition = {
  name: 'report',
  declare(program, perform) {
    const command = program
      .command('report')
      .helpGroup('Judge:')
      .description('show rotation interval, minimum remaining validity and findings; -j judges a job');
    addJudgingFlags(command);
    addSelectionFlags(command)
      .addOption(createDatabaseFlag())
      .addOption(
        new Option('-f, --format <format[=file]>', 'output format; may be repeated with a file for each')
          .choices(REPORT_FORMAT_NAMES)
          .default(undefined, 'table')
          .argParser(parseFormatFlag),
      )
      .option('-o, --output <file>', 'write to this file; - is stdout (default: -)')
      .option('--ascii', 'draw charts in ASCII (default: only if the locale is not UTF-8)')
      .addOption(createExitCodesFlag())
      .action((flags: ReportFlags) => perform(({ io }) => runReport(flags, io)));
    addHelp(command, () => ({
      notes: [
        {
          kind: 'rows',
          heading: 'Formats',
          rows: REPORT_FORMAT_NAMES.map((name) => [name, REPORT_FORMATS[name].description]),
        },
      ],
      exitCodes: [['0', 'safe, or no job given'], ['1', 'not safe'], WRONG_USAGE, ['3', 'unknown']],
      examples: [
        ['cred-watch report', 'what was measured'],
        ['cred-watch report -j 5h', 'is a job of 5 hours safe, whenever it starts?'],
        ['cred-watch report -j 5h -j 90m', 'judge two jobs'],
        ['cred-watch report --job nightly', 'judge by the longest run of this job'],
        ['cred-watch report -j 4h -f json', 'for programs'],
        ['cred-watch report -j 4h -f github -f junit=cred-watch.xml -f html=report.html', ''],
      ],
    }));
  },
};

async function runReport(flags: ReportFlags, io: Io): Promise<number> {
  const now = io.clock.now();
  const outputs = planOutputs(flags.format ?? [], flags.output);
  const { isFiltered, toSeriesFilter } = await import('../flags/series-filter.ts');
  const filter = toSeriesFilter(flags, now);
  const options = toReportOptions(flags, filter, now);
  const path = resolveDatabasePath(flags.db, io);
  const { SampleStore } = await import('../../store/sample-store.ts');
  const store = SampleStore.openReadOnly(path);
  try {
    const report = assessStored(store, options);
    const canRender = await printMissingData(
      report,
      { databasePath: path, isFiltered: isFiltered(filter) },
      io,
    );
    await writeOutputs(outputs, canRender, report, flags, now, io);
    return toExitCode(report.assessment.verdict);
  } finally {
    store?.close();
  }
}

/** Writes every output before it throws the first error: one bad path must not prevent the other files. */
async function writeOutputs(
  outputs: readonly ReportOutput[],
  canRender: boolean,
  { assessment, assessAllTime }: StoredReport,
  flags: ReportFlags,
  now: Instant,
  io: Io,
): Promise<void> {
  const errors: unknown[] = [];
  for (const { format, file } of outputs) {
    if (format === 'table' && !canRender) continue;
    const isStdout = file === '-';
    const context = {
      now,
      margin: flags.margin,
      version: CRED_WATCH_VERSION,
      width: isStdout ? getOutputWidth(io.stdout) : DEFAULT_WIDTH,
      hasColour: isStdout && wantsColour(io.stdout, io.env),
      isAsciiOnly: flags.ascii === true || !supportsUnicode(io.env),
      assessAllTime,
      nodeVersion: io.nodeVersion,
    };
    try {
      const text = await REPORT_FORMATS[format].render(assessment, context);
      await writeOutput(io, file, typeof text === 'string' ? [text] : text);
      if (format === 'github') await appendGithubFiles(io, assessment, context);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}
