import { type Command, Option } from 'commander';
import type { Instant, Seconds } from '../../domain/model.ts';
import { isEndpointSource } from '../../domain/series-key.ts';
import type { JobRequirement } from '../../domain/verdict/job-verdict.ts';
import { describeFailure } from '../../report/messages/failures/describe-failure.ts';
import { describeWaiting } from '../../report/messages/now.ts';
import { type TimeFormat, UTC_TIMES } from '../../report/text/time-format.ts';
import type { SourceOptions } from '../../sources/source.ts';
import type { StartCheckStore } from '../../store/memory-store.ts';
import type { ChooseJob, JudgeContext, JudgedPoll } from '../../watch/judge-now.ts';
import { assertNotPostgres } from '../database/database-location.ts';
import { type GivenFlags, ignoreVariable } from '../flags/environment/flag-variables.ts';
import { toSignalExitCode } from '../flags/exit-codes.ts';
import { parseExpirationFlag } from '../flags/expiration-flag.ts';
import { createDatabaseFlag, createMarginFlag, createStartCheckDatabaseFlag } from '../flags/shared-flags.ts';
import {
  addSourceFlags,
  openSourceFromFlags,
  resolveJobSource,
  type SourceFlags,
} from '../flags/source-flags.ts';
import { parseName } from '../flags/value-parsers.ts';
import { addRequirement } from '../manual/command-help.ts';
import { openBestEffortStore } from '../process/best-effort-store.ts';
import type { Io } from '../process/io.ts';
import { createNewTextCheck, printError, printNote } from '../process/messages.ts';
import { createCountdown } from '../process/progress.ts';
import { findGeneralKnowledge } from './general-knowledge.ts';
import {
  isAutoDuration,
  type JobDurationFlags,
  parseJobDurationFlag,
  printMeasuredDuration,
  resolveJob,
  validateJobDuration,
} from './job-duration.ts';

/** The flags that check, exec and env share. */
export interface StartCheckFlags extends SourceFlags, JobDurationFlags {
  wait?: Seconds;
  db?: string;
}

/** When each command needs a duration. */
const REQUIREMENTS: Readonly<Record<string, string>> = {
  check: 'unless --pid is given',
  exec: 'unless --watch or --refresh is given',
};

/** @param jobFlagText what the command uses the name of the job for */
export function addStartCheckFlags(
  command: Command,
  jobFlagText = 'with -j auto: the job whose recorded runs give the duration',
): Command {
  ignoreVariable(command, '--job-duration', (text, given) =>
    isDurationIrrelevant(command.name(), text, given),
  );
  command
    .addOption(
      addRequirement(
        new Option(
          '-j, --job-duration <duration>',
          'how long the job uses its initial credentials, for example 4h; auto: as long as the longest run of --job',
        ).argParser(parseJobDurationFlag),
        REQUIREMENTS[command.name()],
      ),
    )
    .option('--job <name>', jobFlagText, parseName)
    .addOption(createMarginFlag())
    .option('--wait <duration>', 'wait up to this long for a safe start')
    .option(
      '--expires <time>',
      'expiration of keys that state none: 45m from now, or a time such as 2026-01-31T12:00:00Z; an earlier known expiration has priority',
      parseExpirationFlag,
    );
  return addSourceFlags(
    command,
    'the one that SDKs would use for the job',
    command.name() === 'check' ? '; with --offline: the host to judge' : '',
  ).addOption(
    command.name() === 'check' ? createStartCheckDatabaseFlag() : createDatabaseFlag(JUDGE_OFFLINE),
  );
}

/** A variable with a duration must not require a job of this duration where the flags describe another job. */
function isDurationIrrelevant(command: string, text: string, { has, get }: GivenFlags): boolean {
  if (has('--refresh')) return true;
  if (isAutoDuration(text)) return !has('--job');
  // There, the name of the job says nothing about its duration.
  const isNameOfRun = command === 'exec' || get('--judge') === 'once-per-job';
  return has('--job') && !isNameOfRun;
}

export interface StartCheckContext extends JudgeContext, Disposable {
  store: StartCheckStore;
  /** What a start has to satisfy. */
  job: JobRequirement;
  /** Instead of `job`: decides after each poll. */
  chooseJob?: ChooseJob;
}

const JUDGE_OFFLINE =
  'give a database file with --db; only `cred-watch check --offline` judges by samples of a PostgreSQL database';

/** Opens source and database. If the database cannot be written, prints a note and continues. */
export async function openStartCheck(
  flags: StartCheckFlags,
  io: Io,
  exchange?: SourceOptions['exchange'],
): Promise<StartCheckContext> {
  assertNotPostgres(flags.db, io, JUDGE_OFFLINE);
  validateJobDuration(flags);
  let findKnownKey: NonNullable<SourceOptions['findKnownKey']> = () => null;
  const { source, host } = await openSourceFromFlags(
    { ...flags, ...(await resolveJobSource(flags, io)) },
    io,
    { findKnownKey: (accessKeyId) => findKnownKey(accessKeyId), exchange },
  );
  const store = await openBestEffortStore(flags.db, io);
  const close = () => store.close();
  try {
    if (!isEndpointSource(source.name) && 'findKeys' in store) {
      const { openKeyLookup } = await import('./key-lookup.ts');
      findKnownKey = await openKeyLookup(store, io);
    }
    const job = await resolveJob(flags, store, io.clock.now());
    await printMeasuredDuration(flags, job, io);
    return {
      source,
      store,
      host,
      job,
      machine: io.machine,
      recordedFailures: 'measurable',
      [Symbol.dispose]: close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

export interface StartCheck extends JudgedPoll {
  /** The signal that ended the wait; null if no signal did. */
  interruptedBy: NodeJS.Signals | null;
}

/** Polls and judges once, or with `--wait` until a start is safe. Prints on stderr why it waits. */
export async function checkStart(
  context: StartCheckContext,
  flags: StartCheckFlags,
  io: Io,
  times: TimeFormat = UTC_TIMES,
): Promise<StartCheck> {
  const { waitUntilSafe } = await import('../../watch/wait-until-safe.ts');
  const countdown = createCountdown(io);
  const isNew = createNewTextCheck();
  const onWait = async ({ recordedPoll, judgement }: JudgedPoll, nextPoll: Instant, limit: Instant) => {
    const { outcome } = recordedPoll;
    if (!outcome.ok) {
      const { message, hint } = describeFailure(outcome);
      if (isNew(message)) await printError(io, message, hint);
    }
    if (isNew('waiting')) await printNote(io, describeWaiting({ judgement, limit }, times));
    countdown.start(nextPoll, limit);
  };
  // Without --wait, a signal ends the program as usual.
  const stop = flags.wait === undefined ? new AbortController().signal : io.createStopSignal();
  try {
    const judged = await waitUntilSafe(context, {
      job: context.chooseJob ?? context.job,
      maxWait: flags.wait ?? 0,
      clock: io.clock,
      random: io.random,
      stop,
      onPollStart: () => countdown.stop(),
      async isHopeless(judgement) {
        const [knowledge] = await findGeneralKnowledge(judgement, false, io);
        if (knowledge === undefined) return false;
        const { exceedsDocumentedValidity } = await import(
          '../../domain/general-knowledge/documented-validity.ts'
        );
        return exceedsDocumentedValidity(judgement, knowledge);
      },
      onWait,
    });
    const isInterrupted = stop.aborted && judged.judgement.verdict !== 'safe';
    // The reason is a signal by the contract of createStopSignal.
    return { ...judged, interruptedBy: isInterrupted ? (stop.reason as NodeJS.Signals) : null };
  } finally {
    countdown.stop();
  }
}

/** Returns the exit code. */
export async function printInterruption(signal: NodeJS.Signals, io: Io): Promise<number> {
  await printError(
    io,
    `${signal} received while waiting for a safe start`,
    'run the command again to keep waiting',
  );
  return toSignalExitCode(signal);
}
