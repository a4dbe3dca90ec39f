import { type Command, Option } from 'commander';
import type { Seconds } from '../domain/model.ts';
import { CredWatchError } from '../errors.ts';
import { failureMessage } from '../report/messages/failures.ts';
import { pollNoteMessage } from '../report/messages/poll-notes.ts';
import { type PollResult, pollJson, pollLine } from '../report/poll-line.ts';
import type { CredentialSource } from '../sources/source.ts';
import { databasePath } from '../store/database-path.ts';
import type { Recorded } from '../watch/poll-once.ts';
import { EXIT } from './exit-codes.ts';
import { databaseFlag, exitCodesFlag, positiveDuration } from './flags.ts';
import type { Io } from './io.ts';
import { addSourceFlags, openSource, type SourceFlags } from './source-flags.ts';
import { sayError, sayNote } from './speech.ts';

interface PollFlags extends SourceFlags {
  interval?: Seconds;
  for?: Seconds;
  db?: string;
  format: 'text' | 'json';
}

/** Real endpoints are throttled, and shared with everything on the instance. */
const SHORTEST_INTERVAL: Seconds = 10;

export function declarePoll(program: Command, run: (flags: PollFlags) => Promise<void>): void {
  const command = program
    .command('poll')
    .helpGroup('Measure:')
    .description('record one sample of the current credentials; --interval keeps sampling')
    .option('--interval <duration>', 'poll again and again, this far apart', positiveDuration)
    .option('--for <duration>', 'with --interval: stop after this time', positiveDuration);
  addSourceFlags(command)
    .option('--extended-api', 'ask IMDS for the account id as well, and compare both answers')
    .addOption(databaseFlag())
    .addOption(
      new Option('-f, --format <format>', 'one line a poll').choices(['text', 'json']).default('text'),
    )
    .addOption(exitCodesFlag())
    .addHelpText(
      'after',
      `
Exit codes: 0 recorded · 1 the poll failed, and that was recorded ·
2 wrong usage; with --interval 0 if there is any sample

Examples:
  cred-watch poll                          one sample: for cron
  cred-watch poll --interval 5m --for 24h  a day of samples
  cred-watch poll --profile loader         the keys of a profile
  cred-watch poll --process 'aws configure export-credentials --profile loader'`,
    )
    .action(run);
}

/** 0: recorded; 1: a poll failed and was recorded as failed. With --interval, 0 if any sample was recorded. */
export async function runPoll(flags: PollFlags, io: Io): Promise<number> {
  if (flags.for !== undefined && flags.interval === undefined) {
    throw new CredWatchError(
      '--for needs --interval',
      'say how often: `cred-watch poll --interval 5m --for 24h`',
    );
  }
  const { source, host } = await openSource(flags, io);
  assertPace(flags.interval, source);
  const { SampleStore } = await import('../store/sample-store.ts');
  const store = SampleStore.open(databasePath(flags.db, io));
  try {
    const context = { source, store, host, machine: io.machine };
    if (flags.interval === undefined) {
      const { pollOnce } = await import('../watch/poll-once.ts');
      // A process that was started has to be ended with us; any other source may be left where it stands.
      const stop = source.endpoint === null ? io.stopSignal() : undefined;
      const recorded = await pollOnce(context, stop);
      await tell(recorded, source, flags, io, new Set());
      return recorded.outcome.ok ? EXIT.ok : EXIT.failed;
    }
    const { watch } = await import('../watch/watch.ts');
    const told = new Set<string>();
    const samples = await watch(context, {
      interval: flags.interval,
      duration: flags.for ?? null,
      clock: io.clock,
      random: io.random,
      stop: io.stopSignal(),
      onPoll: (recorded) => tell(recorded, source, flags, io, told),
    });
    return samples > 0 ? EXIT.ok : EXIT.failed;
  } finally {
    store.close();
  }
}

function assertPace(interval: Seconds | undefined, { endpoint }: CredentialSource): void {
  if (interval === undefined || interval >= SHORTEST_INTERVAL || endpoint === null || endpoint.loopback)
    return;
  throw new CredWatchError(
    `--interval ${interval}s is too often for ${endpoint.url}, which others depend on`,
    `use ${SHORTEST_INTERVAL}s or more; only endpoints on this machine may be asked faster`,
  );
}

/** One line a poll. What stays the same from poll to poll is told once. */
async function tell(
  { outcome, host }: Recorded,
  source: CredentialSource,
  flags: PollFlags,
  io: Io,
  told: Set<string>,
): Promise<void> {
  for (const note of outcome.notes.filter(({ code }) => code !== 'TOKEN_FILE_EXPIRES')) {
    const message = pollNoteMessage(note);
    if (!told.has(message)) await sayNote(io, message);
    told.add(message);
  }
  if (!outcome.ok) {
    const { message, hint } = failureMessage(outcome);
    await sayError(io, message, hint);
    if (flags.format === 'text') return;
  }
  const { identity, observedAt, clockOffset, notes } = outcome;
  const result: PollResult = {
    identity: { host, source: source.name, apiVersion: identity.apiVersion, role: identity.role },
    observedAt,
    clockOffset,
    notes,
    accountId: outcome.ok ? outcome.accountId : '',
    credentials: outcome.ok ? outcome.credentials : null,
    failure: outcome.ok ? null : { reason: outcome.reason, detail: outcome.detail },
  };
  await io.stdout.write(`${flags.format === 'json' ? pollJson(result) : pollLine(result)}\n`);
}
