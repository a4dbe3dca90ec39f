import { Option } from 'commander';
import type { Instant } from '../../domain/model.ts';
import type { PresignedUrls } from '../../domain/presigned/url-lifetimes.ts';
import { findWorstVerdict } from '../../domain/verdict/figures/severity.ts';
import { REPORT_FORMAT_NAMES, REPORT_FORMATS } from '../../report/formats.ts';
import type { TimeFormat } from '../../report/text/time-format.ts';
import { assessStored, type StoredReport } from '../../watch/stored-report.ts';
import type { CommandDefinition } from '../command.ts';
import { resolveExistingDatabase } from '../database/database-location.ts';
import { openReportDatabase, suggestFleet, toReadRequest } from '../database/report-database.ts';
import { listSelectingVariables } from '../flags/environment/flag-variables.ts';
import { EXIT, NOT_SAFE, toExitCode } from '../flags/exit-codes.ts';
import { addJudgingFlags, toReportOptions } from '../flags/judging-flags.ts';
import { addListeningFlags } from '../flags/listening-flags.ts';
import { addSelectionFlags } from '../flags/selection-flags.ts';
import { toSeriesFilter } from '../flags/series-filter.ts';
import { parseCount, parseNamespace, parsePresignDuration, parseRepeated } from '../flags/value-parsers.ts';
import { printExposedFiles } from '../process/exposed-files.ts';
import { FILE_STYLE, getTextStyle, type Io, supportsUnicode } from '../process/io.ts';
import { printNote } from '../process/messages.ts';
import { writeOutput } from '../process/output-file.ts';
import { parseGroupBy } from '../report/group-by-flag.ts';
import {
  describeMissingSeries,
  describeOnlyGenerations,
  printIneffectiveHost,
  printMissingData,
} from '../report/missing-data.ts';
import { hasStdout, lacksSamples, printNagiosLine, removeTableOnStdout } from '../report/nagios-line.ts';
import { parseFormatFlag, planOutputs, type ReportOutput } from '../report/outputs.ts';
import { type ReportFlags, validateReportFlags } from '../report/report-flags.ts';
import { writeAll } from '../report/write-outputs.ts';
import { announceReport, announcesFiles } from '../report/written-files.ts';
import { createTimeZoneFlag, openTimeFormat } from '../time-zone/time-zone-flag.ts';

export const reportCommand: CommandDefinition = {
  name: 'report',
  group: 'Judge',
  summary: 'show rotations, worst case and findings; -j judges a job',
  description: 'show rotation interval, minimum remaining validity and findings; -j judges a job',
  readsFlagVariables: true,
  isNagiosPlugin: true,
  declare: (command) =>
    addListeningFlags(
      addSelectionFlags(addJudgingFlags(command)),
      'serve the report on this address until a signal, for example 127.0.0.1:9464; sends no polls',
    )
      .option(
        '--refresh-interval <duration>',
        'with --listen: read the database again after this time (default: 1m)',
      )
      .option(
        '--presign <duration>',
        'judge whether presigned URLs of this duration work until their end, and show how long they work; may be repeated',
        parseRepeated(parsePresignDuration),
      )
      .addOption(
        new Option('-f, --format <format[=file]>', 'output format; may be repeated with a file for each')
          .choices(REPORT_FORMAT_NAMES)
          .default(undefined, 'table')
          .argParser(parseRepeated(parseFormatFlag)),
      )
      .option('-o, --output <file>', 'write to this file; - is stdout (default: stdout)')
      .option(
        '--retired',
        'also show series that another series has replaced, in the table, Markdown and HTML',
      )
      .option(
        '--top <number>',
        'show at most this number of series in the table, Markdown and HTML, the worst first (default: 50, HTML 200), or of hosts (default: 20, HTML 200)',
        parseCount,
      )
      .option(
        '--namespace <name>',
        'namespace in CloudWatch for -f emf (default: cred-watch)',
        parseNamespace,
      )
      .option('--fleet', 'judge all hosts: show the share of safe hosts, the worst hosts and silent hosts')
      .option(
        '--group-by <name>',
        'like --fleet, with one row per role, source, or value of this tag (tag:role for a tag named role)',
        parseGroupBy,
      )
      .option('--ascii', 'write the report in ASCII (default: only if the locale is not UTF-8)')
      .addOption(createTimeZoneFlag()),
  help: {
    commonFlags: [
      '--job-duration',
      '--job',
      '--margin',
      '--host',
      '--since',
      '--fleet',
      '--format',
      '--output',
      '--db',
    ],
    notes: [
      {
        heading: 'Formats',
        rows: REPORT_FORMAT_NAMES.map((name) => [name, REPORT_FORMATS[name].description]),
      },
    ],
    exitCodes: [['0', 'safe, or no job given'], ...NOT_SAFE],
    examples: [
      ['cred-watch report', 'what was measured'],
      ['cred-watch report -j 5h', 'is a 5h job safe, whenever it starts?'],
      ['cred-watch report -j 5h -j 90m', 'judge two jobs'],
      ['cred-watch report --job nightly', 'judge by the longest run of this job'],
      ['cred-watch report --presign 7d', 'how long do presigned URLs work?'],
      ['cred-watch report --fleet -j 5h', 'on how many hosts is the job safe?'],
      ['cred-watch report -j 4h -f json', 'for programs'],
      ['cred-watch report -j 4h --exit-codes nagios', 'one line for Nagios or Icinga'],
      ['cred-watch report --listen 127.0.0.1:9464', 'serve the report without polling'],
      ['cred-watch report -j 4h -f github -f junit=cred-watch.xml -f html=report.html'],
    ],
  },
  async run(flags: ReportFlags, invocation) {
    validateReportFlags(flags, invocation);
    const { io } = invocation;
    if (flags.listen.length > 0) {
      const { serveReport } = await import('../live-report/serve-report.ts');
      return serveReport(flags, invocation);
    }
    const now = io.clock.now();
    const times = await openTimeFormat(flags, io);
    const planned = planOutputs(flags.format ?? [], flags.output);
    const isPlugin = flags.exitCodes === 'nagios';
    const outputs = isPlugin ? removeTableOnStdout(planned) : planned;
    const filter = await toSeriesFilter(flags, now);
    const options = toReportOptions(flags, filter, { now, machine: io.machine });
    const location = resolveExistingDatabase(flags.db, io);
    if (flags.fleet === true || flags.groupBy !== undefined) {
      const { runFleetReport } = await import('../fleet-report/fleet-report.ts');
      const { groupBy = null, top = null, margin } = flags;
      return runFleetReport(
        { location, outputs, options, groupBy, top, margin, times, isPlugin },
        invocation,
      );
    }
    const needsAllTime = outputs.some(({ format }) => ALL_TIME_FORMATS.includes(format));
    using database = await suggestFleet(
      openReportDatabase(location, toReadRequest(options, needsAllTime), io),
    );
    const databasePath = database.name;
    const report = assessStored(database.store, options);
    const presigned = await assessPresigned(report, flags);
    const variables = listSelectingVariables(invocation.command);
    const needsVerdict = presigned !== undefined || isPlugin;
    if (database.hasOnlyGenerations) await printNote(io, describeOnlyGenerations(databasePath));
    const read = { databasePath, filter, command: 'report', needsVerdict, variables };
    const canRender = await printMissingData(report, read, io);
    await printIneffectiveHost(report.assessment, read, io);
    // stderr says what is missing. A file is always written: an earlier report in it would be misleading.
    const rendered = canRender ? outputs : removeTableOnStdout(outputs);
    const noSeriesMessage = describeMissingSeries(report, read, io);
    await writeOutputs(rendered, report, presigned, flags, { now, times, noSeriesMessage }, io);
    if (isPlugin && canRender && !hasStdout(rendered))
      await printNagiosLine(report, presigned ?? [], { ...options, times }, io);
    if (!isPlugin && announcesFiles(rendered, io))
      await announceReport(rendered, { report, presigned: presigned ?? [], ...options, times, flags }, io);
    if (database.isFile && database.store !== null) await printExposedFiles(databasePath, io);
    const verdicts = [report.assessment.verdict, ...(presigned ?? []).map(({ verdict }) => verdict)];
    const worst = findWorstVerdict(verdicts.filter((verdict) => verdict !== null));
    const isUnknown = isPlugin && (!canRender || (worst === null && lacksSamples(report, options)));
    return isUnknown ? EXIT.unknown : toExitCode(worst);
  },
};

/** Metrics count all samples, also those outside the period. */
const ALL_TIME_FORMATS: readonly string[] = ['prometheus', 'openmetrics'];

/** Undefined without `--presign`. */
async function assessPresigned(
  report: StoredReport,
  { presign = [] }: ReportFlags,
): Promise<PresignedUrls[] | undefined> {
  if (presign.length === 0) return undefined;
  const { assessPresignedUrls } = await import('../../domain/presigned/url-lifetimes.ts');
  // S3 rejects a URL exactly at its end, so no margin is needed.
  return assessPresignedUrls(report.assessDurations([...new Set(presign)], 0));
}

async function writeOutputs(
  outputs: readonly ReportOutput[],
  { assessment, assessAllTime }: StoredReport,
  presigned: readonly PresignedUrls[] | undefined,
  flags: ReportFlags,
  { now, times, noSeriesMessage }: { now: Instant; times: TimeFormat; noSeriesMessage: string | undefined },
  io: Io,
): Promise<void> {
  await writeAll(outputs, async ({ format, file }) => {
    const context = {
      now,
      times,
      margin: flags.margin,
      version: CRED_WATCH_VERSION,
      ...(file === '-' ? getTextStyle(io) : FILE_STYLE),
      isAsciiOnly: flags.ascii === true || !supportsUnicode(io.env),
      // A selected role is shown even if it is retired.
      seriesLimits: {
        showRetired: flags.retired === true || flags.role !== undefined,
        top: flags.top ?? null,
      },
      assessAllTime,
      ...(presigned === undefined ? {} : { presigned }),
      ...(noSeriesMessage === undefined ? {} : { noSeriesMessage }),
      ...(flags.namespace === undefined ? {} : { namespace: flags.namespace }),
      nodeVersion: io.nodeVersion,
    };
    const text = await REPORT_FORMATS[format].render(assessment, context);
    await writeOutput(io, file, typeof text === 'string' ? [text] : text);
    if (format === 'github') {
      const { appendGithubFiles } = await import('../report/github.ts');
      await appendGithubFiles(io, assessment, context);
    }
  });
}
