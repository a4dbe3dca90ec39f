import { Option } from 'commander';
import type { Seconds } from '../../domain/model.ts';
import type { PollNote } from '../../domain/poll-note.ts';
import type { NowJudgement } from '../../domain/verdict/now-verdict.ts';
import { CredWatchError } from '../../errors.ts';
import { resolveDatabasePath } from '../../store/database-path.ts';
import type { CommandDefinition } from '../command.ts';
import { signalExitCode, toExitCode } from '../flags/exit-codes.ts';
import { createExitCodesFlag } from '../flags/shared-flags.ts';
import { findConfiguredHost, resolveSourceName } from '../flags/source-flags.ts';
import { parsePositiveDurationFlag } from '../flags/value-parsers.ts';
import { addHelp, WRONG_USAGE } from '../manual/command-help.ts';
import { getOutputWidth, type Io, wantsColour } from '../process/io.ts';
import { addStartCheckFlags, type StartCheckFlags } from '../start-check/flags.ts';
import { printInterruption, printPollNotes } from '../start-check/messages.ts';
import { checkStart, withStartCheck } from '../start-check/start-check.ts';

interface CheckFlags extends StartCheckFlags {
  offline?: boolean;
  maxAge?: Seconds;
  format: 'text' | 'json';
  exitCodes: 'default' | 'nagios' | 'systemd';
}

/** Allows for a few failed polls at the usual interval of five minutes. */
const DEFAULT_MAX_AGE: Seconds = 900;

export const checkCommand: CommandDefinition = {
  name: 'check',
  isNagiosPlugin: true,
  declare(program, perform) {
    const command = addStartCheckFlags(
      program
        .command('check')
        .helpGroup('Judge:')
        .description('judge a job that starts now; --wait waits for a safe start'),
    )
      .option('--offline', 'judge the newest stored sample; send no request')
      .option(
        '--max-age <duration>',
        'with --offline: report `unknown` if the newest sample is older than this (default: 15m)',
        parsePositiveDurationFlag,
      )
      .addOption(
        new Option('-f, --format <format>', 'output format').choices(['text', 'json']).default('text'),
      )
      .addOption(createExitCodesFlag())
      .action((flags: CheckFlags) => perform(({ io }) => runCheck(flags, io)));
    addHelp(command, () => ({
      exitCodes: [
        ['0', 'safe'],
        ['1', 'not safe'],
        WRONG_USAGE,
        ['3', 'unknown'],
        ['128+n', 'signal n ended the wait'],
      ],
      examples: [
        ['cred-watch check -j 4h30m', 'may the job start now?'],
        ['cred-watch check -j 4h30m --wait 90m', 'wait up to 90 minutes until it may'],
        ['cred-watch check -j 4h --offline', 'judge the newest stored sample'],
        ['cred-watch check -j 4h --exit-codes nagios', 'one line for Nagios or Icinga'],
        ['ExecCondition=cred-watch check -j 4h --exit-codes systemd', ''],
      ],
    }));
  },
};

interface CheckResult {
  judgement: NowJudgement;
  notes: readonly PollNote[];
  interruptedBy: NodeJS.Signals | null;
}

async function runCheck(flags: CheckFlags, io: Io): Promise<number> {
  const jobDuration = validate(flags);
  const { judgement, notes, interruptedBy } = flags.offline
    ? await judgeNewestSample(flags, jobDuration, io)
    : await judgeCurrentCredentials(flags, io);
  if (interruptedBy !== null) {
    await printInterruption(interruptedBy, io);
    return signalExitCode(interruptedBy);
  }
  await io.stdout.write(await render(judgement, notes, flags, io));
  return toExitCode(judgement.verdict);
}

/** Returns the job duration. */
function validate({ jobDuration, offline, wait, maxAge }: CheckFlags): Seconds {
  if (jobDuration === undefined) {
    throw new CredWatchError('check needs a job duration', 'add -j: `cred-watch check -j 4h30m`');
  }
  if (offline && wait !== undefined) {
    throw new CredWatchError(
      '--wait and --offline exclude each other',
      'remove --offline to poll until a start is safe',
    );
  }
  if (maxAge !== undefined && !offline) {
    throw new CredWatchError(
      '--max-age needs --offline',
      'remove --max-age: without --offline, check takes a new sample',
    );
  }
  return jobDuration;
}

const judgeCurrentCredentials = (flags: CheckFlags, io: Io): Promise<CheckResult> =>
  withStartCheck(flags, io, async (context) => {
    const check = await checkStart(context, flags, io);
    await printPollNotes(check, io);
    const { judgement, interruptedBy, recordedPoll } = check;
    return { judgement, interruptedBy, notes: recordedPoll.outcome.notes };
  });

async function judgeNewestSample(flags: CheckFlags, jobDuration: Seconds, io: Io): Promise<CheckResult> {
  const { SampleStore } = await import('../../store/sample-store.ts');
  const { judgeStored } = await import('../../watch/judge-now.ts');
  const store = SampleStore.openReadOnly(resolveDatabasePath(flags.db, io));
  try {
    const source = await resolveSourceName(flags, io);
    const host = findConfiguredHost(flags, io) ?? store?.findLastHost(io.machine, source) ?? io.machine;
    const { role, margin, maxAge = DEFAULT_MAX_AGE } = flags;
    const series = { host, source, maxAge, ...(role === undefined ? {} : { role }) };
    const judgement = judgeStored(store, series, { duration: jobDuration, margin }, io.clock.now());
    return { judgement, notes: [], interruptedBy: null };
  } finally {
    store?.close();
  }
}

async function render(
  judgement: NowJudgement,
  notes: readonly PollNote[],
  { format, exitCodes, wait }: CheckFlags,
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
    width: getOutputWidth(io.stdout),
    hasColour: wantsColour(io.stdout, io.env),
  });
}
