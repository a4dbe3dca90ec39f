import { selectJobNotes } from '../../domain/job-notes.ts';
import type { Seconds } from '../../domain/model.ts';
import type { PollNote } from '../../domain/poll-note.ts';
import type { NowJudgement } from '../../domain/verdict/now-verdict.ts';
import { CredWatchError } from '../../errors.ts';
import { resolveDatabasePath } from '../../store/database-path.ts';
import { type CommandDefinition, type Invocation, rejectFlags } from '../command.ts';
import { type ExitCodeStyle, NOT_SAFE, toExitCode, WAIT_INTERRUPTED } from '../flags/exit-codes.ts';
import { createFormatFlag, type TextOrJson } from '../flags/shared-flags.ts';
import { findConfiguredHost, resolveJobSource } from '../flags/source-flags.ts';
import { getTextStyle, type Io } from '../process/io.ts';
import { createPollNotePrinter } from '../process/messages.ts';
import { resolveJob, validateJobDuration } from '../start-check/job-duration.ts';
import {
  addStartCheckFlags,
  checkStart,
  openStartCheck,
  printInterruption,
  type StartCheckFlags,
} from '../start-check/start-check.ts';

interface CheckFlags extends StartCheckFlags {
  offline?: boolean;
  maxAge?: Seconds;
  format: TextOrJson;
  exitCodes: ExitCodeStyle;
}

/** Allows for a few failed polls at the usual interval of five minutes. */
const DEFAULT_MAX_AGE: Seconds = 900;

export const checkCommand: CommandDefinition = {
  name: 'check',
  group: 'Judge',
  description: 'judge a job that starts now; --wait waits for a safe start',
  isNagiosPlugin: true,
  declare: (command) =>
    addStartCheckFlags(command)
      .option('--offline', 'judge the newest stored sample; send no request')
      .option(
        '--max-age <duration>',
        'with --offline: report `unknown` if the newest sample is older than this (default: 15m)',
      )
      .addOption(createFormatFlag()),
  help: {
    notes: ['The forecast of the next rotation uses the newest 1,000 generations of the series.'],
    exitCodes: [['0', 'safe'], ...NOT_SAFE, WAIT_INTERRUPTED],
    examples: [
      ['cred-watch check -j 4h30m', 'may the job start now?'],
      ['cred-watch check -j 4h30m --wait 90m', 'wait up to 90 minutes for a safe start'],
      ['cred-watch check -j 4h --offline', 'judge the newest stored sample'],
      ['cred-watch check -j auto --job nightly', 'as long as the longest run of this job'],
      ['cred-watch check -j 4h --exit-codes nagios', 'one line for Nagios or Icinga'],
      ['ExecCondition=cred-watch check -j 4h --exit-codes systemd'],
    ],
  },
  async run(flags: CheckFlags, invocation) {
    validate(flags, invocation);
    const { io } = invocation;
    if (flags.offline) return printVerdict(await judgeNewestSample(flags, io), [], flags, io);
    using context = await openStartCheck(flags, io);
    const { judgement, recordedPoll, interruptedBy } = await checkStart(context, flags, io);
    const notes = selectJobNotes(recordedPoll.outcome.notes, context.job, judgement.judgedAt);
    await createPollNotePrinter(io)(notes);
    if (interruptedBy !== null) return printInterruption(interruptedBy, io);
    return printVerdict(judgement, notes, flags, io);
  },
};

function validate(flags: CheckFlags, invocation: Invocation): void {
  if (flags.jobDuration === undefined) {
    throw new CredWatchError('check needs a job duration', 'add -j: `cred-watch check -j 4h30m`');
  }
  validateJobDuration(flags);
  if (flags.offline) {
    const hint = 'remove --offline to poll until a start is safe';
    rejectFlags(invocation, ['--wait'], 'and --offline cannot be combined', hint);
  } else {
    const hint = 'remove --max-age: without --offline, check takes a new sample';
    rejectFlags(invocation, ['--max-age'], 'needs --offline', hint);
  }
}

async function judgeNewestSample(flags: CheckFlags, io: Io): Promise<NowJudgement> {
  const { SampleStore } = await import('../../store/sample-store.ts');
  const { judgeStored } = await import('../../watch/judge-now.ts');
  using store = SampleStore.openReadOnly(resolveDatabasePath(flags.db, io));
  const { source } = await resolveJobSource(flags, io);
  const host = findConfiguredHost(flags, io) ?? store?.findLastHost(io.machine, source) ?? io.machine;
  const { role, maxAge = DEFAULT_MAX_AGE } = flags;
  const now = io.clock.now();
  const series = { host, source, maxAge, ...(role === undefined ? {} : { role }) };
  return judgeStored(store, series, await resolveJob(flags, store, now), now);
}

/** Returns the exit code. */
async function printVerdict(
  judgement: NowJudgement,
  notes: readonly PollNote[],
  flags: CheckFlags,
  io: Io,
): Promise<number> {
  await io.stdout.write(await render(judgement, notes, flags, io));
  return toExitCode(judgement.verdict);
}

async function render(
  judgement: NowJudgement,
  notes: readonly PollNote[],
  { format, exitCodes, wait, offline }: CheckFlags,
  io: Io,
): Promise<string> {
  if (format === 'json') {
    const { renderNowJson } = await import('../../report/now/json.ts');
    return renderNowJson(judgement, notes);
  }
  if (exitCodes === 'nagios') {
    const { renderNagiosLine } = await import('../../report/now/nagios-line.ts');
    return renderNagiosLine(judgement);
  }
  const { renderNowText } = await import('../../report/now/text.ts');
  return renderNowText(judgement, {
    hasWaited: wait !== undefined,
    isOffline: offline === true,
    ...getTextStyle(io),
  });
}
