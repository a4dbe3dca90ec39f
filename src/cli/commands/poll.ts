import { selectJobNotes } from '../../domain/job-notes.ts';
import { NOTABLE_CLOCK_OFFSET } from '../../domain/measurement/clock-correction.ts';
import type { Seconds } from '../../domain/model.ts';
import { describeFailure } from '../../report/messages/failures/describe-failure.ts';
import { CORRECT_CLOCK_HINT, describeClockSkewNow } from '../../report/messages/now.ts';
import { formatPollJson, formatPollLine } from '../../report/poll-line.ts';
import type { SampleStore } from '../../store/sample-store.ts';
import type { PollContext, RecordedPoll } from '../../watch/poll-once.ts';
import { assertPollInterval } from '../../watch/poll-schedule.ts';
import { type CommandDefinition, type Invocation, rejectFlags } from '../command.ts';
import { resolveDatabaseFile } from '../database/database-location.ts';
import { EXIT, WRONG_USAGE } from '../flags/exit-codes.ts';
import { addJudgingFlags, JUDGING_FLAGS, type JudgingFlags } from '../flags/judging-flags.ts';
import { addListeningFlags, type ListeningFlags } from '../flags/listening-flags.ts';
import { createDatabaseFlag, createFormatFlag, type TextOrJson } from '../flags/shared-flags.ts';
import { addSourceFlags, openSourceFromFlags, type SourceFlags } from '../flags/source-flags.ts';
import { parseRepeated } from '../flags/value-parsers.ts';
import { printExposedFiles } from '../process/exposed-files.ts';
import type { Io } from '../process/io.ts';
import { printText } from '../process/io.ts';
import { createPollNotePrinter, printError, printNote } from '../process/messages.ts';
import { openRecordingStore } from '../process/recording-store.ts';
import { disableWasmTiering } from '../process/wasm-optimisation.ts';
import type { BackgroundPush } from '../push/background-push.ts';
import { type DestinationTarget, parseDestination } from '../push/destination-target.ts';
import { parseTag, type Tag } from '../push/tags.ts';

export interface PollFlags extends SourceFlags, ListeningFlags, JudgingFlags {
  targets?: string;
  interval?: Seconds;
  for?: Seconds;
  db?: string;
  format: TextOrJson;
  push?: readonly DestinationTarget[];
  tag?: readonly Tag[];
}

type IntervalFlags = PollFlags & { interval: Seconds };

export const pollCommand: CommandDefinition = {
  name: 'poll',
  group: 'Measure',
  description: 'record one sample of the current credentials; --interval keeps sampling',
  declare(command) {
    command
      .option('--targets <file>', 'poll the endpoints that this JSON file lists; see docs/targets.md')
      .option('--interval <duration>', 'keep polling at this interval')
      .option('--for <duration>', 'with --interval: stop after this time');
    addSourceFlags(command, 'container if configured, else imds')
      .option(
        '--push <destination>',
        'push to this destination after each round of polls, like `cred-watch push --to`; may be repeated',
        parseRepeated(parseDestination),
      )
      .option('--tag <name=value>', 'with --push: tag of the hosts; may be repeated', parseRepeated(parseTag))
      .option('--extended-api', 'also request the account id from IMDS, and compare both responses')
      .addOption(createDatabaseFlag())
      .addOption(createFormatFlag('format of the line for each poll'));
    addListeningFlags(
      command,
      'with --interval: serve /, /report.json, /metrics and /healthz on this address',
      'none',
    );
    addJudgingFlags(command);
  },
  help: {
    exitCodes: [
      [
        '0',
        'recorded, or the container endpoint is starting; with --interval: at least one sample was recorded',
      ],
      ['1', 'the poll failed, and the failed poll was recorded; with --targets: at least one poll failed'],
      WRONG_USAGE,
    ],
    examples: [
      ['cred-watch poll', 'record one sample, from cron'],
      ['cred-watch poll --interval 5m --for 24h', 'sample for a day'],
      ['cred-watch poll --targets targets.json', 'poll each endpoint of a list once'],
      ['cred-watch poll --profile loader', 'sample the credentials of a profile'],
      ['cred-watch poll --interval 5m --push postgres://db.example.com/fleet'],
      ['cred-watch poll --interval 5m --listen 127.0.0.1:9464 -j 5h'],
      ["cred-watch poll --process 'aws configure export-credentials --profile loader'"],
    ],
  },
  async run(flags: PollFlags, invocation) {
    validate(flags, invocation);
    const { io } = invocation;
    const { interval, targets } = flags;
    if (targets !== undefined) {
      const { pollTargets } = await import('../targets/poll-targets.ts');
      return pollTargets({ ...flags, targets }, io);
    }
    const { source, host } = await openSourceFromFlags(flags, io);
    if (interval !== undefined) assertPollInterval('--interval', interval, source);
    const database = resolveDatabaseFile(flags.db, io);
    using store = await openRecordingStore(database);
    const context = { source, store, host, machine: io.machine };
    await using push = await openPush(flags, store, io);
    if (interval !== undefined) await printExposedFiles(database, io);
    const code =
      interval === undefined
        ? await pollOneTime(context, flags, io)
        : await pollAtInterval(context, { ...flags, interval }, database, push, io);
    // An error of the poll comes first.
    if (interval === undefined) await printExposedFiles(database, io);
    return code;
  },
};

async function pollOneTime(context: PollContext, flags: PollFlags, io: Io): Promise<number> {
  const { pollOnce } = await import('../../watch/poll-once.ts');
  // A child process must be ended before we exit. A request needs no clean-up.
  const stop = context.source.endpoint === null ? io.createStopSignal() : undefined;
  const recorded = await pollOnce(context, stop);
  await createPollPrinter(flags, io)(recorded);
  return recorded.outcome.ok || recorded.isStarting ? EXIT.ok : EXIT.failed;
}

async function pollAtInterval(
  context: PollContext,
  flags: IntervalFlags,
  database: string,
  push: BackgroundPush | null,
  io: Io,
): Promise<number> {
  using _ = disableWasmTiering();
  const { watch } = await import('../../watch/watch.ts');
  const printPoll = createPollPrinter(flags, io);
  const stop = io.createStopSignal();
  await using server = flags.listen.length === 0 ? null : await startServer(flags, database, io);
  const observed = server?.observe(context.source, flags.interval) ?? null;
  const sampleCount = await watch(observed === null ? context : { ...context, source: observed.source }, {
    interval: flags.interval,
    duration: flags.for ?? null,
    clock: io.clock,
    random: io.random,
    stop,
    onPoll: async (recorded) => {
      observed?.onPoll(recorded);
      await printPoll(recorded);
      push?.request();
    },
  });
  return sampleCount > 0 ? EXIT.ok : EXIT.failed;
}

/** Null without `--push`. Pushes a last time when it is disposed. */
async function openPush(flags: PollFlags, store: SampleStore, io: Io): Promise<BackgroundPush | null> {
  const { push } = flags;
  if (push === undefined) return null;
  const { BackgroundPush } = await import('../push/background-push.ts');
  return BackgroundPush.open({ ...flags, push }, store, io);
}

async function startServer(flags: IntervalFlags, database: string, io: Io) {
  const { startLiveReportServer } = await import('../live-report/live-report-server.ts');
  return startLiveReportServer(flags, database, io);
}

/** The flags that affect only the server of `--listen`. */
const SERVER_FLAGS = ['--allow-remote', '--allow-host'];

/** The flags that describe the endpoint. */
const SOURCE_FLAGS = ['--source', '--role', '--profile', '--process', '--host', '--extended-api'];

function validate({ interval, listen, targets, push }: PollFlags, invocation: Invocation): void {
  if (targets !== undefined) {
    const hint = 'give each target its own settings in the file of --targets';
    rejectFlags(invocation, SOURCE_FLAGS, 'and --targets cannot be combined', hint);
  }
  if (interval === undefined) {
    const example = 'add --interval: `cred-watch poll --interval 5m';
    rejectFlags(invocation, ['--for'], 'needs --interval', `${example} --for 24h\``);
    rejectFlags(invocation, ['--listen'], 'needs --interval', `${example} --listen 127.0.0.1:9464\``);
  }
  rejectFlags(invocation, push === undefined ? ['--tag'] : [], 'needs --push', 'add --push, or remove --tag');
  if (listen.length > 0) return;
  rejectFlags(invocation, SERVER_FLAGS, 'needs --listen', 'add --listen 127.0.0.1:9464');
  if (push?.some(({ kind }) => kind === 'prometheus')) return;
  const hint = 'judge with `cred-watch report`, or serve the report with --listen 127.0.0.1:9464';
  rejectFlags(invocation, JUDGING_FLAGS, 'needs --listen', hint);
}

/** Prints one line per poll. Prints a note only when its text is new. */
function createPollPrinter({ format }: PollFlags, io: Io) {
  const printNotes = createPollNotePrinter(io);
  let isSkewReported = false;
  return async ({ outcome, identity, isStarting }: RecordedPoll): Promise<void> => {
    await printNotes(selectJobNotes(outcome.notes, null));
    const offset = outcome.clockOffset ?? 0;
    if (Math.abs(offset) > NOTABLE_CLOCK_OFFSET && !isSkewReported) {
      isSkewReported = true;
      await printNote(io, describeClockSkewNow(offset), CORRECT_CLOCK_HINT);
    }
    if (!outcome.ok) {
      const { message, hint } = describeFailure(outcome);
      if (isStarting) await printNote(io, message, 'this counts as a failed poll after two minutes');
      else await printError(io, message, hint);
    }
    if (format === 'json') await io.stdout.write(`${formatPollJson(identity, outcome)}\n`);
    else if (outcome.ok) await printText(io, `${formatPollLine(identity, outcome)}\n`);
  };
}
