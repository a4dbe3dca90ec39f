import { type Command, Option } from 'commander';
import type { Seconds } from '../../domain/model.ts';
import type { PollNote } from '../../domain/poll-note.ts';
import type { NowJudgement } from '../../domain/verdict/now-verdict.ts';
import { CredWatchError } from '../../errors.ts';
import { resolveDatabasePath } from '../../store/database-path.ts';
import { signalExitCode, toExitCode } from '../flags/exit-codes.ts';
import { createExitCodesFlag, parsePositiveDurationFlag } from '../flags/flags.ts';
import { findConfiguredHost, resolveSourceName } from '../flags/source-flags.ts';
import {
  addGateFlags,
  type GateFlags,
  judgeAtGate,
  printInterruption,
  printPollNotes,
  withGate,
} from '../gate/gate.ts';
import { getOutputWidth, type Io, wantsColour } from '../process/io.ts';

interface CheckFlags extends GateFlags {
  offline?: boolean;
  maxAge?: Seconds;
  format: 'text' | 'json';
  exitCodes: 'default' | 'nagios' | 'systemd';
}

/** A few polls five minutes apart may fail; what is older says little of this moment. */
const DEFAULT_MAX_AGE: Seconds = 900;

export function declareCheck(program: Command, run: (flags: CheckFlags) => Promise<void>): void {
  addGateFlags(
    program
      .command('check')
      .helpGroup('Judge:')
      .description('would a job that starts now outlive its credentials? --wait waits until it would'),
  )
    .option('--offline', 'judge the last stored sample, and ask nobody')
    .option(
      '--max-age <duration>',
      'with --offline: older samples are no answer (default: 15m)',
      parsePositiveDurationFlag,
    )
    .addOption(
      new Option('-f, --format <format>', 'for people or for programs')
        .choices(['text', 'json'])
        .default('text'),
    )
    .addOption(createExitCodesFlag())
    .addHelpText(
      'after',
      `
Exit codes: 0 safe · 1 not safe · 3 unknown · 2 wrong usage

Examples:
  cred-watch check -j 4h30m                    may the load start now?
  cred-watch check -j 4h30m --wait 90m         as soon as it may, in 90 minutes
  cred-watch check -j 4h --offline             by the last stored sample
  cred-watch check -j 4h --exit-codes nagios   one line for Nagios and Icinga
  ExecCondition=cred-watch check -j 4h --exit-codes systemd`,
    )
    .action(run);
}

export async function runCheckCommand(flags: CheckFlags, io: Io): Promise<number> {
  const { jobDuration } = flags;
  if (jobDuration === undefined) {
    throw new CredWatchError('check needs the length of the job', 'say it: `cred-watch check -j 4h30m`');
  }
  if (flags.offline && flags.wait !== undefined) {
    throw new CredWatchError('--wait looks again and again, and --offline never', 'leave out one of them');
  }
  if (flags.maxAge !== undefined && !flags.offline) {
    throw new CredWatchError('--max-age needs --offline', 'leave it out: a live look is never old');
  }
  const { verdict, notes, interrupted } = flags.offline
    ? { verdict: await judgeOffline({ ...flags, jobDuration }, io), notes: [], interrupted: null }
    : await judgeLive(flags, io);
  if (interrupted !== null) {
    await printInterruption(interrupted, io);
    return signalExitCode(interrupted);
  }
  await io.stdout.write(await render(verdict, notes, flags, io));
  return toExitCode(verdict.verdict);
}

const judgeLive = (flags: CheckFlags, io: Io) =>
  withGate(flags, io, async (gate) => {
    const judged = await judgeAtGate(gate, flags, io);
    await printPollNotes(judged, io);
    const { judgement, interruptedBy, recordedPoll } = judged;
    return { verdict: judgement, interrupted: interruptedBy, notes: recordedPoll.outcome.notes };
  });

async function judgeOffline(flags: CheckFlags & { jobDuration: Seconds }, io: Io): Promise<NowJudgement> {
  const { SampleStore } = await import('../../store/sample-store.ts');
  const { judgeStored } = await import('../../watch/judge-now.ts');
  const store = SampleStore.openReadOnly(resolveDatabasePath(flags.db, io));
  try {
    const source = await resolveSourceName(flags, io);
    const host = findConfiguredHost(flags, io) ?? store?.findLastHost(io.machine, source) ?? io.machine;
    const { role, maxAge = DEFAULT_MAX_AGE } = flags;
    const choice = { host, source, maxAge, ...(role === undefined ? {} : { role }) };
    const job = { duration: flags.jobDuration, margin: flags.margin };
    return judgeStored(store, choice, job, io.clock.now());
  } finally {
    store?.close();
  }
}

async function render(
  verdict: NowJudgement,
  notes: readonly PollNote[],
  flags: CheckFlags,
  io: Io,
): Promise<string> {
  if (flags.format === 'json')
    return (await import('../../report/now/json.ts')).renderNowJson(verdict, notes);
  if (flags.exitCodes === 'nagios') {
    return (await import('../../report/now/nagios-line.ts')).renderNagiosLine(verdict);
  }
  const { renderNowText } = await import('../../report/now/text.ts');
  return renderNowText(verdict, {
    hasWaited: flags.wait !== undefined,
    width: getOutputWidth(io.stdout),
    hasColour: wantsColour(io.stdout, io.env),
  });
}
