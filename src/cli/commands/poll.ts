import type { SampleStore } from '../../store/sample-store.ts';
import type { PollContext } from '../../watch/poll-once.ts';
import { assertPollInterval } from '../../watch/poll-schedule.ts';
import { type CommandDefinition, type Invocation, rejectFlags } from '../command.ts';
import { resolveDatabaseFile } from '../database/database-location.ts';
import { ignoreVariable } from '../flags/environment/flag-variables.ts';
import { EXIT, WRONG_USAGE } from '../flags/exit-codes.ts';
import { addJudgingFlags, JUDGING_FLAGS } from '../flags/judging-flags.ts';
import { addListeningFlags } from '../flags/listening-flags.ts';
import { createDatabaseFlag, createFormatFlag } from '../flags/shared-flags.ts';
import { addSourceFlags, openSourceFromFlags, parseCommand } from '../flags/source-flags.ts';
import { parseRepeated } from '../flags/value-parsers.ts';
import { checkPollFlags } from '../poll/check-poll-flags.ts';
import type { PollFlags } from '../poll/poll-flags.ts';
import { createPollPrinter } from '../poll/poll-printer.ts';
import { openPush } from '../poll/poll-push.ts';
import { printExposedFiles } from '../process/exposed-files.ts';
import type { Io } from '../process/io.ts';
import { printVariablesNote } from '../process/messages.ts';
import { openRecordingStore } from '../process/recording-store.ts';
import { parseDestination } from '../push/destination-target.ts';
import { parseTag } from '../push/tags.ts';
import { createTimeZoneFlag, openTimeFormat } from '../time-zone/time-zone-flag.ts';

export const pollCommand: CommandDefinition = {
  name: 'poll',
  group: 'Measure',
  summary: 'record one sample; --interval keeps sampling',
  description: 'record one sample of the current credentials; --interval keeps sampling',
  readsFlagVariables: true,
  declare(command) {
    command
      .option('--targets <file>', 'poll the endpoints that this JSON file lists; see docs/targets.md')
      .option('--interval <duration>', 'keep polling at this interval, for example 5m')
      .option('--for <duration>', 'with --interval: stop after this time (default: until SIGINT or SIGTERM)')
      .option(
        '--on-change <command>',
        'run this shell command when the verdict (with -j), the role or the result of polls changes; see docs/samples.md',
        parseCommand,
      );
    // Each target has its own.
    for (const flag of ['--source', '--role'] as const)
      ignoreVariable(command, flag, (_, { has }) => has('--targets'));
    // Without these flags, poll judges no job, and a wrong variable must not stop the samples.
    for (const flag of ['--job-duration', '--margin'] as const)
      ignoreVariable(command, flag, (_, { has }) => !JUDGING_OUTPUTS.some(has));
    addSourceFlags(command, 'container if configured, else imds')
      .option(
        '--push <destination>',
        'push the history to this destination after each poll, like `cred-watch push --to`; may be repeated',
        parseRepeated(parseDestination),
      )
      .option(
        '--tag <name=value>',
        'with --push to PostgreSQL: tag of the hosts, for `report --group-by`; may be repeated',
        parseRepeated(parseTag),
      )
      .option(
        '--extended-api',
        'with IMDS: also request the extended API, which states the account id, and compare both responses',
      )
      .addOption(createDatabaseFlag())
      .addOption(createFormatFlag('format of the line for each poll'));
    addListeningFlags(
      command,
      'with --interval: serve the live report (/), /report.json, /metrics and /healthz on this address, for example 127.0.0.1:9464',
    );
    addJudgingFlags(command).addOption(
      createTimeZoneFlag('time zone of text output and of the page of --listen'),
    );
  },
  help: {
    commonFlags: [
      '--interval',
      '--for',
      '--job-duration',
      '--on-change',
      '--source',
      '--profile',
      '--listen',
      '--db',
      '--format',
    ],
    notes: [
      'The flags under Job and Evidence need --interval, --on-change or --push prometheus=URL. Their verdicts are in ' +
        'the summary at the end, in the variables of the --on-change command, on the page of --listen, and in the ' +
        'pushed metrics.',
    ],
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
      ['cred-watch poll -j 5h --on-change \'logger "$CRED_WATCH_CHANGE_MESSAGE"\''],
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
    await checkPollFlags(flags, io);
    if (targets !== undefined) {
      const { pollTargets } = await import('../targets/poll-targets.ts');
      return pollTargets({ ...flags, targets }, io);
    }
    const { source, host } = await openSourceFromFlags(flags, io);
    if (interval !== undefined) assertPollInterval('--interval', interval, source);
    const database = resolveDatabaseFile(flags.db, io);
    using store = await openRecordingStore(database, flags.db, io);
    const context = { source, store, host, machine: io.machine };
    if (interval !== undefined) {
      const { pollAtInterval } = await import('../poll/poll-at-interval.ts');
      const code = await pollAtInterval({ context, store, database }, { ...flags, interval }, io);
      if (code !== EXIT.ok) await printVariablesNote(invocation.command, io);
      return code;
    }
    await using _push = await openPush(flags, store, io);
    const code = await pollOneTime(context, flags, store, io);
    if (code !== EXIT.ok) await printVariablesNote(invocation.command, io);
    // An error of the poll comes first.
    await printExposedFiles(database, io);
    return code;
  },
};

async function pollOneTime(
  context: PollContext,
  flags: PollFlags,
  store: SampleStore,
  io: Io,
): Promise<number> {
  const { pollOnce } = await import('../../watch/poll-once.ts');
  const times = await openTimeFormat(flags, io);
  const changes = await openChangeNotifier(flags, context, store, io);
  // A child process must be ended before we exit. A request needs no clean-up.
  const stop = context.source.endpoint === null ? io.createStopSignal() : undefined;
  const recorded = await pollOnce(context, stop);
  await createPollPrinter(flags.format, io, times)(recorded);
  if (changes !== null) {
    // The command has a process group of its own, so it would survive a signal that ends this process. A signal can
    // arrive as soon as it starts.
    const commandStop = stop ?? io.createStopSignal();
    changes.onPoll(recorded);
    await changes.end(commandStop, io);
  }
  return recorded.outcome.ok || recorded.isStarting ? EXIT.ok : EXIT.failed;
}

/** Null without `--on-change`. */
async function openChangeNotifier(flags: PollFlags, context: PollContext, store: SampleStore, io: Io) {
  if (flags.onChange === undefined) return null;
  const { ChangeNotifier } = await import('../poll/change-notifier.ts');
  return new ChangeNotifier(flags.onChange, flags, context, store, io);
}

/** With one of these flags, poll can judge jobs. */
const JUDGING_OUTPUTS = ['--interval', '--listen', '--push', '--on-change'];

/** The flags that affect only the server of `--listen`. */
const SERVER_FLAGS = ['--allow-remote', '--allow-host'];

/** One poll judges nothing, so the user expects one of these. */
const HOW_TO_JUDGE =
  '`cred-watch report` judges the stored samples; `cred-watch check` judges a start now; with poll, --interval 5m ' +
  'judges at the end, --on-change COMMAND reports each change, and --interval 5m --listen 127.0.0.1:9464 serves a page';

/** The flags that describe the endpoint. */
const SOURCE_FLAGS = ['--source', '--role', '--profile', '--process', '--host', '--extended-api'];

function validate({ interval, listen, targets, push, onChange }: PollFlags, invocation: Invocation): void {
  if (targets !== undefined) {
    const hint = 'give each target its own settings in the file of --targets';
    rejectFlags(invocation, SOURCE_FLAGS, 'and --targets cannot be combined', hint);
    const other =
      'start a poller for each endpoint, or alert on the metrics of --listen; see docs/metrics.md in the package';
    rejectFlags(invocation, ['--on-change'], 'and --targets cannot be combined', other);
  }
  if (interval === undefined) {
    const example = 'add --interval: `cred-watch poll --interval 5m';
    rejectFlags(invocation, ['--for'], 'needs --interval', `${example} --for 24h\``);
    rejectFlags(invocation, ['--listen'], 'needs --interval', `${example} --listen 127.0.0.1:9464\``);
  }
  rejectFlags(invocation, push === undefined ? ['--tag'] : [], 'needs --push', 'add --push, or remove --tag');
  if (listen.length > 0) return;
  rejectFlags(invocation, SERVER_FLAGS, 'needs --listen', 'add --listen 127.0.0.1:9464');
  const isJudging = onChange !== undefined || (interval !== undefined && targets === undefined);
  if (isJudging || push?.some(({ kind }) => kind === 'prometheus')) return;
  if (targets === undefined)
    rejectFlags(invocation, JUDGING_FLAGS, 'needs --interval or --on-change', HOW_TO_JUDGE);
  const hint = 'judge with `cred-watch report`, or serve the report with --listen 127.0.0.1:9464';
  rejectFlags(invocation, JUDGING_FLAGS, 'needs --listen', hint);
}
