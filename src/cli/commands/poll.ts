import { type Command, Option } from 'commander';
import type { Seconds } from '../../domain/model.ts';
import { DEFAULT_MARGIN } from '../../domain/verdict/job.ts';
import { CredWatchError } from '../../errors.ts';
import { describeFailure } from '../../report/messages/failures.ts';
import { describePollNote } from '../../report/messages/poll-notes.ts';
import { formatPollJson, formatPollLine, type PollResult } from '../../report/poll-line.ts';
import type { CredentialSource } from '../../sources/source.ts';
import { resolveDatabasePath } from '../../store/database-path.ts';
import type { SampleStore } from '../../store/sample-store.ts';
import type { RecordedPoll } from '../../watch/poll-once.ts';
import { assertPollInterval } from '../../watch/poll-schedule.ts';
import { EXIT } from '../flags/exit-codes.ts';
import { createDatabaseFlag, createExitCodesFlag, parsePositiveDurationFlag } from '../flags/flags.ts';
import { addJudgingFlags, type JudgingFlags } from '../flags/judging-flags.ts';
import {
  createAllowHostFlag,
  createAllowRemoteFlag,
  createListenFlag,
  type ListeningFlags,
} from '../flags/listening-flags.ts';
import { addSourceFlags, openSource, type SourceFlags } from '../flags/source-flags.ts';
import type { LiveReportServer } from '../live/live-report-server.ts';
import type { Io } from '../process/io.ts';
import { printError, printNote } from '../process/messages.ts';

export interface PollFlags extends SourceFlags, ListeningFlags, JudgingFlags {
  interval?: Seconds;
  for?: Seconds;
  db?: string;
  format: 'text' | 'json';
}

export function declarePoll(program: Command, run: (flags: PollFlags) => Promise<void>): void {
  const command = program
    .command('poll')
    .helpGroup('Measure:')
    .description('record one sample of the current credentials; --interval keeps sampling')
    .option('--interval <duration>', 'poll again and again, this far apart', parsePositiveDurationFlag)
    .option('--for <duration>', 'with --interval: stop after this time', parsePositiveDurationFlag);
  addSourceFlags(command)
    .option('--extended-api', 'ask IMDS for the account id as well, and compare both answers')
    .addOption(createDatabaseFlag())
    .addOption(
      new Option('-f, --format <format>', 'one line a poll').choices(['text', 'json']).default('text'),
    )
    .addOption(createExitCodesFlag())
    .addOption(
      createListenFlag('with --interval: serve /, /report.json, /metrics and /healthz here', 'nowhere'),
    )
    .addOption(createAllowRemoteFlag())
    .addOption(createAllowHostFlag());
  addJudgingFlags(command)
    .addHelpText(
      'after',
      `
Exit codes: 0 recorded · 1 the poll failed, and that was recorded ·
2 wrong usage; with --interval 0 if there is any sample

Examples:
  cred-watch poll                          one sample: for cron
  cred-watch poll --interval 5m --for 24h  a day of samples
  cred-watch poll --profile loader         the keys of a profile
  cred-watch poll --interval 5m --listen 127.0.0.1:9464 -j 5h
  cred-watch poll --process 'aws configure export-credentials --profile loader'`,
    )
    .action(run);
}

/** 0: recorded; 1: a poll failed and was recorded as failed. With --interval, 0 if any sample was recorded. */
export async function runPollCommand(flags: PollFlags, io: Io, debug: boolean): Promise<number> {
  assertFitting(flags);
  const { source, host } = await openSource(flags, io);
  if (flags.interval !== undefined) assertPollInterval('--interval', flags.interval, source);
  const { SampleStore } = await import('../../store/sample-store.ts');
  const store = SampleStore.open(resolveDatabasePath(flags.db, io));
  try {
    const context = { source, store, host, machine: io.machine };
    if (flags.interval === undefined) {
      const { pollOnce } = await import('../../watch/poll-once.ts');
      // A process that was started has to be ended with us; any other source may be left where it stands.
      const stop = source.endpoint === null ? io.createStopSignal() : undefined;
      const recorded = await pollOnce(context, stop);
      await tell(recorded, flags, io, new Set());
      return recorded.outcome.ok ? EXIT.ok : EXIT.failed;
    }
    const { watch } = await import('../../watch/watch.ts');
    const told = new Set<string>();
    const stop = io.createStopSignal();
    const live = await serve({ ...flags, interval: flags.interval }, source, store, io, debug);
    try {
      const samples = await watch(
        { ...context, source: live?.source ?? source },
        {
          interval: flags.interval,
          duration: flags.for ?? null,
          clock: io.clock,
          random: io.random,
          stop,
          onPoll: (recorded) => {
            live?.onPoll(recorded);
            return tell(recorded, flags, io, told);
          },
        },
      );
      return samples > 0 ? EXIT.ok : EXIT.failed;
    } finally {
      await live?.close();
    }
  } finally {
    store.close();
  }
}

/** What is only of use to somebody who asks while we poll. */
const OF_LISTENING = [
  'allowRemote',
  'allowHost',
  'jobDuration',
  'job',
  'margin',
  'maxAge',
  'confidence',
] as const;

function assertFitting(flags: PollFlags): void {
  const example = 'say how often: `cred-watch poll --interval 5m';
  if (flags.interval === undefined && flags.for !== undefined) {
    throw new CredWatchError('--for needs --interval', `${example} --for 24h\``);
  }
  if (flags.interval === undefined && flags.listen.length > 0) {
    throw new CredWatchError('--listen needs --interval', `${example} --listen 127.0.0.1:9464\``);
  }
  if (flags.listen.length > 0) return;
  const isGiven = (flag: (typeof OF_LISTENING)[number]) =>
    flag === 'margin'
      ? flags.margin !== DEFAULT_MARGIN
      : flags[flag] !== undefined && [flags[flag]].flat().length > 0;
  const stray = OF_LISTENING.find(isGiven);
  if (stray === undefined) return;
  const flag = `--${stray.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`)}`;
  throw new CredWatchError(
    `${flag} needs --listen`,
    stray.startsWith('allow')
      ? 'say where: --listen 127.0.0.1:9464'
      : 'judge with `cred-watch report`, or serve the report with --listen 127.0.0.1:9464',
  );
}

async function serve(
  flags: PollFlags & { interval: Seconds },
  source: CredentialSource,
  store: SampleStore,
  io: Io,
  debug: boolean,
): Promise<LiveReportServer | null> {
  if (flags.listen.length === 0) return null;
  const { startLiveReportServer } = await import('../live/live-report-server.ts');
  return startLiveReportServer({ flags, source, store, io, debug });
}

/** One line a poll. What stays the same from poll to poll is told once. */
async function tell(
  { outcome, identity }: RecordedPoll,
  flags: PollFlags,
  io: Io,
  told: Set<string>,
): Promise<void> {
  for (const note of outcome.notes.filter(({ code }) => code !== 'TOKEN_FILE_EXPIRES')) {
    const message = describePollNote(note);
    if (!told.has(message)) await printNote(io, message);
    told.add(message);
  }
  if (!outcome.ok) {
    const { message, hint } = describeFailure(outcome);
    await printError(io, message, hint);
    if (flags.format === 'text') return;
  }
  const { observedAt, clockOffset, notes } = outcome;
  const result: PollResult = {
    identity,
    observedAt,
    clockOffset,
    notes,
    accountId: outcome.ok ? outcome.accountId : '',
    credentials: outcome.ok ? outcome.credentials : null,
    failure: outcome.ok ? null : { reason: outcome.reason, detail: outcome.detail },
  };
  await io.stdout.write(`${flags.format === 'json' ? formatPollJson(result) : formatPollLine(result)}\n`);
}
