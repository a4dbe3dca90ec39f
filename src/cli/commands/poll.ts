import { Option } from 'commander';
import type { Seconds } from '../../domain/model.ts';
import { DEFAULT_MARGIN } from '../../domain/verdict/job.ts';
import { CredWatchError } from '../../errors.ts';
import { describeFailure } from '../../report/messages/failures.ts';
import { describePollNote } from '../../report/messages/poll-notes.ts';
import { formatPollJson, formatPollLine, type PollResult } from '../../report/poll-line.ts';
import type { CredentialSource } from '../../sources/source.ts';
import { resolveDatabasePath } from '../../store/database-path.ts';
import type { SampleStore } from '../../store/sample-store.ts';
import type { PollContext, RecordedPoll } from '../../watch/poll-once.ts';
import { assertPollInterval } from '../../watch/poll-schedule.ts';
import type { CommandDefinition } from '../command.ts';
import { EXIT } from '../flags/exit-codes.ts';
import { addJudgingFlags, type JudgingFlags } from '../flags/judging-flags.ts';
import {
  createAllowHostFlag,
  createAllowRemoteFlag,
  createListenFlag,
  type ListeningFlags,
} from '../flags/listening-flags.ts';
import { createDatabaseFlag, createExitCodesFlag } from '../flags/shared-flags.ts';
import { addSourceFlags, openSource, type SourceFlags } from '../flags/source-flags.ts';
import { parsePositiveDurationFlag } from '../flags/value-parsers.ts';
import type { LiveReportServer } from '../live/live-report-server.ts';
import { addHelp, WRONG_USAGE } from '../manual/command-help.ts';
import type { Io } from '../process/io.ts';
import { printError, printNote } from '../process/messages.ts';

interface PollFlags extends SourceFlags, ListeningFlags, JudgingFlags {
  interval?: Seconds;
  for?: Seconds;
  db?: string;
  format: 'text' | 'json';
}

type IntervalFlags = PollFlags & { interval: Seconds };

export const pollCommand: CommandDefinition = {
  name: 'poll',
  declare(program, perform) {
    const command = program
      .command('poll')
      .helpGroup('Measure:')
      .description('record one sample of the current credentials; --interval keeps sampling')
      .option('--interval <duration>', 'keep polling at this interval', parsePositiveDurationFlag)
      .option('--for <duration>', 'with --interval: stop after this time', parsePositiveDurationFlag);
    addSourceFlags(command)
      .option('--extended-api', 'also request the account id from IMDS, and compare both responses')
      .addOption(createDatabaseFlag())
      .addOption(
        new Option('-f, --format <format>', 'format of the line for each poll')
          .choices(['text', 'json'])
          .default('text'),
      )
      .addOption(createExitCodesFlag())
      .addOption(
        createListenFlag(
          'with --interval: serve /, /report.json, /metrics and /healthz on this address',
          'none',
        ),
      )
      .addOption(createAllowRemoteFlag())
      .addOption(createAllowHostFlag());
    addJudgingFlags(command).action((flags: PollFlags) =>
      perform(({ io, debug }) => runPoll(flags, io, debug)),
    );
    addHelp(command, () => ({
      exitCodes: [
        ['0', 'recorded; with --interval: at least one sample was recorded'],
        ['1', 'the poll failed, and the failed poll was recorded'],
        WRONG_USAGE,
      ],
      examples: [
        ['cred-watch poll', 'record one sample, from cron'],
        ['cred-watch poll --interval 5m --for 24h', 'sample for a day'],
        ['cred-watch poll --profile loader', 'sample the credentials of a profile'],
        ['cred-watch poll --interval 5m --listen 127.0.0.1:9464 -j 5h', ''],
        ["cred-watch poll --process 'aws configure export-credentials --profile loader'", ''],
      ],
    }));
  },
};

async function runPoll(flags: PollFlags, io: Io, debug: boolean): Promise<number> {
  validate(flags);
  const { interval } = flags;
  const { source, host } = await openSource(flags, io);
  if (interval !== undefined) assertPollInterval('--interval', interval, source);
  const { SampleStore } = await import('../../store/sample-store.ts');
  const store = SampleStore.open(resolveDatabasePath(flags.db, io));
  try {
    const context = { source, store, host, machine: io.machine };
    return interval === undefined
      ? await pollOneTime(context, flags, io)
      : await pollAtInterval(context, store, { ...flags, interval }, io, debug);
  } finally {
    store.close();
  }
}

async function pollOneTime(context: PollContext, flags: PollFlags, io: Io): Promise<number> {
  const { pollOnce } = await import('../../watch/poll-once.ts');
  // A child process must be ended before we exit. A request needs no clean-up.
  const stop = context.source.endpoint === null ? io.createStopSignal() : undefined;
  const recorded = await pollOnce(context, stop);
  await createPollPrinter(flags, io)(recorded);
  return recorded.outcome.ok ? EXIT.ok : EXIT.failed;
}

async function pollAtInterval(
  context: PollContext,
  store: SampleStore,
  flags: IntervalFlags,
  io: Io,
  debug: boolean,
): Promise<number> {
  const { watch } = await import('../../watch/watch.ts');
  const printPoll = createPollPrinter(flags, io);
  const stop = io.createStopSignal();
  const server = await startServer(flags, context.source, store, io, debug);
  try {
    const sampleCount = await watch(
      { ...context, source: server?.source ?? context.source },
      {
        interval: flags.interval,
        duration: flags.for ?? null,
        clock: io.clock,
        random: io.random,
        stop,
        onPoll: (recorded) => {
          server?.onPoll(recorded);
          return printPoll(recorded);
        },
      },
    );
    return sampleCount > 0 ? EXIT.ok : EXIT.failed;
  } finally {
    await server?.close();
  }
}

/** Null without `--listen`. */
async function startServer(
  flags: IntervalFlags,
  source: CredentialSource,
  store: SampleStore,
  io: Io,
  debug: boolean,
): Promise<LiveReportServer | null> {
  if (flags.listen.length === 0) return null;
  const { startLiveReportServer } = await import('../live/live-report-server.ts');
  return startLiveReportServer({ flags, source, store, io, debug });
}

function validate(flags: PollFlags): void {
  const example = 'add --interval: `cred-watch poll --interval 5m';
  if (flags.interval === undefined && flags.for !== undefined) {
    throw new CredWatchError('--for needs --interval', `${example} --for 24h\``);
  }
  if (flags.interval === undefined && flags.listen.length > 0) {
    throw new CredWatchError('--listen needs --interval', `${example} --listen 127.0.0.1:9464\``);
  }
  const flag = flags.listen.length > 0 ? null : findServerFlag(flags);
  if (flag === null) return;
  throw new CredWatchError(
    `${flag} needs --listen`,
    flag.startsWith('--allow')
      ? 'add --listen 127.0.0.1:9464'
      : 'judge with `cred-watch report`, or serve the report with --listen 127.0.0.1:9464',
  );
}

/** The first given flag that affects only the server. */
function findServerFlag(flags: PollFlags): string | null {
  const given: [flag: string, isGiven: boolean][] = [
    ['--allow-remote', flags.allowRemote !== undefined],
    ['--allow-host', flags.allowHost.length > 0],
    ['--job-duration', flags.jobDuration !== undefined],
    ['--job', flags.job !== undefined],
    ['--margin', flags.margin !== DEFAULT_MARGIN],
    ['--max-age', flags.maxAge !== undefined],
    ['--confidence', flags.confidence !== undefined],
  ];
  return given.find(([, isGiven]) => isGiven)?.[0] ?? null;
}

/** Prints one line per poll. Prints a note only when its text is new. */
function createPollPrinter({ format }: PollFlags, io: Io) {
  const printed = new Set<string>();
  return async ({ outcome, identity }: RecordedPoll): Promise<void> => {
    for (const note of outcome.notes) {
      if (note.code === 'TOKEN_FILE_EXPIRES') continue;
      const message = describePollNote(note);
      if (!printed.has(message)) await printNote(io, message);
      printed.add(message);
    }
    if (!outcome.ok) {
      const { message, hint } = describeFailure(outcome);
      await printError(io, message, hint);
      if (format === 'text') return;
    }
    const { observedAt, clockOffset, notes } = outcome;
    const result: PollResult = {
      identity,
      observedAt,
      clockOffset,
      notes,
      accountId: outcome.ok ? outcome.accountId : null,
      credentials: outcome.ok ? outcome.credentials : null,
      failure: outcome.ok ? null : { reason: outcome.reason, detail: outcome.detail },
    };
    await io.stdout.write(`${format === 'json' ? formatPollJson(result) : formatPollLine(result)}\n`);
  };
}
