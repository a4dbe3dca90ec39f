import { Option } from 'commander';
import type { Instant } from '../../domain/model.ts';
import { REPORT_FORMAT_NAMES, REPORT_FORMATS } from '../../report/formats.ts';
import { resolveDatabasePath } from '../../store/database-path.ts';
import { assessStored, type StoredReport } from '../../watch/stored-report.ts';
import { type CommandDefinition, type Invocation, rejectFlags } from '../command.ts';
import { NOT_SAFE, toExitCode } from '../flags/exit-codes.ts';
import { addJudgingFlags, type JudgingFlags, toReportOptions } from '../flags/judging-flags.ts';
import { addSelectionFlags, type SelectionFlags } from '../flags/selection-flags.ts';
import { toSeriesFilter } from '../flags/series-filter.ts';
import { parseCount, parseRepeated } from '../flags/value-parsers.ts';
import { printExposedFiles } from '../process/exposed-files.ts';
import { FILE_STYLE, getTextStyle, type Io, supportsUnicode } from '../process/io.ts';
import { writeOutput } from '../process/output-file.ts';
import { appendGithubFiles } from '../report/github.ts';
import { printMissingData } from '../report/missing-data.ts';
import { parseFormatFlag, planOutputs, type ReportOutput, type RequestedFormat } from '../report/outputs.ts';

export interface ReportFlags extends SelectionFlags, JudgingFlags {
  format?: readonly RequestedFormat[];
  output?: string;
  ascii?: boolean;
  retired?: boolean;
  top?: number;
}

export const reportCommand: CommandDefinition = {
  name: 'report',
  group: 'Judge',
  description: 'show rotation interval, minimum remaining validity and findings; -j judges a job',
  declare: (command) =>
    addSelectionFlags(addJudgingFlags(command))
      .addOption(
        new Option('-f, --format <format[=file]>', 'output format; may be repeated with a file for each')
          .choices(REPORT_FORMAT_NAMES)
          .default(undefined, 'table')
          .argParser(parseRepeated(parseFormatFlag)),
      )
      .option('-o, --output <file>', 'write to this file; - is stdout (default: -)')
      .option(
        '--retired',
        'also show series that another series has replaced, in the table, Markdown and HTML',
      )
      .option(
        '--top <number>',
        'show at most this number of series in the table, Markdown and HTML, the worst first (default: 50, HTML 200)',
        parseCount,
      )
      .option('--ascii', 'draw charts in ASCII (default: only if the locale is not UTF-8)'),
  help: {
    notes: [
      {
        heading: 'Formats',
        rows: REPORT_FORMAT_NAMES.map((name) => [name, REPORT_FORMATS[name].description]),
      },
    ],
    exitCodes: [['0', 'safe, or no job given'], ...NOT_SAFE],
    examples: [
      ['cred-watch report', 'what was measured'],
      ['cred-watch report -j 5h', 'is a job of 5 hours safe, whenever it starts?'],
      ['cred-watch report -j 5h -j 90m', 'judge two jobs'],
      ['cred-watch report --job nightly', 'judge by the longest run of this job'],
      ['cred-watch report -j 4h -f json', 'for programs'],
      ['cred-watch report -j 4h -f github -f junit=cred-watch.xml -f html=report.html'],
    ],
  },
  async run(flags: ReportFlags, invocation) {
    validate(flags, invocation);
    const { io } = invocation;
    const now = io.clock.now();
    const outputs = planOutputs(flags.format ?? [], flags.output);
    const filter = await toSeriesFilter(flags, now);
    const options = toReportOptions(flags, filter, now);
    const databasePath = resolveDatabasePath(flags.db, io);
    const { SampleStore } = await import('../../store/sample-store.ts');
    using store = SampleStore.openReadOnly(databasePath);
    const report = assessStored(store, options);
    const canRender = await printMissingData(report, { databasePath, filter }, io);
    // stderr says what is missing. A file is always written: an earlier report in it would be misleading.
    const rendered = canRender
      ? outputs
      : outputs.filter(({ format, file }) => format !== 'table' || file !== '-');
    await writeOutputs(rendered, report, flags, now, io);
    if (store !== null) await printExposedFiles(databasePath, io);
    return toExitCode(report.assessment.verdict);
  },
};

/** Without a job there is no verdict, so a CI step with one of these flags would always succeed. */
const EVIDENCE_FLAGS = ['--confidence', '--min-watched'];

function validate({ jobDuration = [], job = [] }: ReportFlags, invocation: Invocation): void {
  if (jobDuration.length > 0 || job.length > 0) return;
  rejectFlags(invocation, EVIDENCE_FLAGS, 'needs a job to judge', 'add -j: `cred-watch report -j 4h`');
}

/** Writes every output before it throws the first error: one bad path must not prevent the other files. */
async function writeOutputs(
  outputs: readonly ReportOutput[],
  { assessment, assessAllTime }: StoredReport,
  flags: ReportFlags,
  now: Instant,
  io: Io,
): Promise<void> {
  const errors: unknown[] = [];
  for (const { format, file } of outputs) {
    const isStdout = file === '-';
    const context = {
      now,
      margin: flags.margin,
      version: CRED_WATCH_VERSION,
      ...(isStdout ? getTextStyle(io) : FILE_STYLE),
      isAsciiOnly: flags.ascii === true || !supportsUnicode(io.env),
      // A selected role is shown even if it is retired.
      seriesLimits: {
        showRetired: flags.retired === true || flags.role !== undefined,
        top: flags.top ?? null,
      },
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
