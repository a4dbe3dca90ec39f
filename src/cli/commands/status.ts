import type { Instant } from '../../domain/model.ts';
import { hasSamples, type Status, summariseStatus } from '../../domain/status/status.ts';
import type { TimeFormat } from '../../report/text/time-format.ts';
import { assessStored } from '../../watch/stored-report.ts';
import { type CommandDefinition, type Invocation, rejectFlags } from '../command.ts';
import { resolveExistingDatabase } from '../database/database-location.ts';
import { openReportDatabase, toReadRequest } from '../database/report-database.ts';
import { listSelectingVariables } from '../flags/environment/flag-variables.ts';
import { EXIT, type ExitCodeStyle, NOT_SAFE, toExitCode } from '../flags/exit-codes.ts';
import {
  addJudgingFlags,
  EVIDENCE_FLAGS,
  type JudgingFlags,
  toReportOptions,
} from '../flags/judging-flags.ts';
import { addSelectionFlags, type SelectionFlags } from '../flags/selection-flags.ts';
import { toSeriesFilter } from '../flags/series-filter.ts';
import { createFormatFlag, type TextOrJson } from '../flags/shared-flags.ts';
import { printExposedFiles } from '../process/exposed-files.ts';
import { getTextStyle, type Io, printText } from '../process/io.ts';
import { printNote } from '../process/messages.ts';
import { describeOnlyGenerations, printIneffectiveHost, printMissingData } from '../report/missing-data.ts';
import { createTimeZoneFlag, openTimeFormat, type TimeZoneFlag } from '../time-zone/time-zone-flag.ts';

export interface StatusFlags extends SelectionFlags, JudgingFlags, TimeZoneFlag {
  format: TextOrJson;
  exitCodes: ExitCodeStyle;
}

export const statusCommand: CommandDefinition = {
  name: 'status',
  group: 'Judge',
  summary: 'one line: verdict, worst case, time left, last poll',
  description: 'show verdict, worst case, rotations, time left now and last poll in one line',
  readsFlagVariables: true,
  isNagiosPlugin: true,
  declare: (command) =>
    addSelectionFlags(addJudgingFlags(command)).addOption(createFormatFlag()).addOption(createTimeZoneFlag()),
  help: {
    commonFlags: ['--job-duration', '--job', '--margin', '--host', '--role', '--db', '--format'],
    notes: [
      'Of several series, the line shows the worst one, and says which polls fail now. `cred-watch report` has all series.',
    ],
    exitCodes: [['0', 'safe, or no job given'], ...NOT_SAFE],
    examples: [
      ['cred-watch status', 'the longest safe job'],
      ['cred-watch status -j 5h', 'is a 5h job safe at any start?'],
      ['cred-watch status --job nightly', 'by the longest run of this job'],
      ['cred-watch status -j 5h -f json', 'for programs'],
      ['cred-watch status -j 5h --exit-codes nagios', 'one line for Nagios or Icinga'],
    ],
  },
  async run(flags: StatusFlags, invocation) {
    validate(flags, invocation);
    const { io, command } = invocation;
    const now = io.clock.now();
    const times = await openTimeFormat(flags, io);
    const filter = await toSeriesFilter(flags, now);
    const options = toReportOptions(flags, filter, { now, machine: io.machine });
    const location = resolveExistingDatabase(flags.db, io);
    using database = await openReportDatabase(location, toReadRequest(options, false), io);
    const databasePath = database.name;
    const report = assessStored(database.store, options);
    if (database.hasOnlyGenerations) await printNote(io, describeOnlyGenerations(databasePath));
    const isPlugin = flags.exitCodes === 'nagios';
    const variables = listSelectingVariables(command);
    const read = { databasePath, filter, command: 'status', needsVerdict: isPlugin, variables };
    const hasData = await printMissingData(report, read, io);
    await printIneffectiveHost(report.assessment, read, io);
    const status = summariseStatus(report.assessment, flags.margin, now);
    if (hasData || !isPlugin || flags.format === 'json') {
      const text = await render(status, flags, { now, times }, io);
      await (flags.format === 'json' ? io.stdout.write(text) : printText(io, text));
    }
    if (database.isFile && database.store !== null) await printExposedFiles(databasePath, io);
    // A plugin without data must not say OK.
    const isUnknown = isPlugin && (!hasData || (status.verdict === null && !hasSamples(status)));
    return isUnknown ? EXIT.unknown : toExitCode(status.verdict);
  },
};

function validate({ jobDuration = [], job = [] }: StatusFlags, invocation: Invocation): void {
  if (jobDuration.length > 0 || job.length > 0) return;
  rejectFlags(invocation, EVIDENCE_FLAGS, 'needs a job to judge', 'add -j: `cred-watch status -j 4h`');
}

async function render(
  status: Status,
  { format, exitCodes }: StatusFlags,
  { now, times }: { now: Instant; times: TimeFormat },
  io: Io,
): Promise<string> {
  if (format === 'json') {
    const { renderStatusJson } = await import('../../report/status/json.ts');
    return renderStatusJson(status, now);
  }
  if (exitCodes === 'nagios') {
    const { renderStatusNagiosLine } = await import('../../report/status/nagios-line.ts');
    return renderStatusNagiosLine(status, times);
  }
  const { renderStatusText } = await import('../../report/status/text.ts');
  return renderStatusText(status, { ...getTextStyle(io), times });
}
