import type { Command } from 'commander';
import type { CredentialValues } from '../../credential-formats/credential-values.ts';
import type { Instant, Seconds } from '../../domain/model.ts';
import type { PollNoteCode } from '../../domain/poll-note.ts';
import { DEFAULT_MARGIN } from '../../domain/verdict/job.ts';
import { describeFailure } from '../../report/messages/failures.ts';
import {
  buildNowAdvice,
  describeForecast,
  describeNowUnknownReason,
  describeNowVerdict,
  describeOutlook,
  describeWaiting,
} from '../../report/messages/now.ts';
import { describePollNote } from '../../report/messages/poll-notes.ts';
import type { BestEffortStore } from '../../store/best-effort-store.ts';
import { resolveDatabasePath } from '../../store/database-path.ts';
import type { JudgedPoll } from '../../watch/judge-now.ts';
import type { PollContext } from '../../watch/poll-once.ts';
import {
  createDatabaseFlag,
  parseDurationFlag,
  parsePositiveDurationFlag,
  showDefaultDuration,
} from '../flags/flags.ts';
import { addSourceFlags, openSource, type SourceFlags } from '../flags/source-flags.ts';
import { createCountdown } from '../process/countdown.ts';
import type { Io } from '../process/io.ts';
import { printError, printNote } from '../process/messages.ts';

/** What check, exec and env have in common: a job, the credentials in hand, and the wait for better ones. */
export interface GateFlags extends SourceFlags {
  jobDuration?: Seconds;
  margin: Seconds;
  wait?: Seconds;
  db?: string;
}

export function addGateFlags(command: Command): Command {
  command
    .option(
      '-j, --job-duration <duration>',
      'how long the job takes that keeps the credentials of its start',
      parseDurationFlag,
    )
    .option(
      '--margin <duration>',
      'spare validity required at the end of the job',
      parseDurationFlag,
      DEFAULT_MARGIN,
    )
    .option(
      '--wait <duration>',
      'if a start is not safe now, wait for this long until one is',
      parsePositiveDurationFlag,
    );
  showDefaultDuration(command, '--margin', DEFAULT_MARGIN);
  return addSourceFlags(command).addOption(createDatabaseFlag());
}

export interface Gate extends PollContext {
  store: BestEffortStore;
}

/**
 * Opens what a judgement needs, and closes it after `use`. A database that cannot be written is no obstacle: the
 * credentials in hand are judged all the same.
 */
export async function withGate<T>(flags: GateFlags, io: Io, use: (gate: Gate) => Promise<T>): Promise<T> {
  const { source, host } = await openSource(flags, io);
  const { BestEffortStore } = await import('../../store/best-effort-store.ts');
  const store = BestEffortStore.open(resolveDatabasePath(flags.db, io), ({ message }) => {
    void printNote(io, `this look is judged and not recorded: ${message}`);
  });
  try {
    return await use({ source, store, host, machine: io.machine });
  } finally {
    store.close();
  }
}

export interface GateResult extends JudgedPoll {
  /** What ended the wait before its time; null where nothing did. */
  interruptedBy: NodeJS.Signals | null;
}

/** Looks once, or until a start is safe, and tells on stderr what is waited for. */
export async function judgeAtGate(gate: Gate, flags: GateFlags, io: Io): Promise<GateResult> {
  const { waitUntilSafe } = await import('../../watch/wait-until-safe.ts');
  const countdown = createCountdown(io);
  const told = new Set<string>();
  const once = async (text: string, say: () => Promise<void>) => {
    if (told.has(text)) return;
    told.add(text);
    await say();
  };
  const onWait = async (judged: JudgedPoll, next: Instant, limit: Instant) => {
    const { outcome } = judged.recordedPoll;
    if (!outcome.ok) {
      const { message, hint } = describeFailure(outcome);
      await once(message, () => printError(io, message, hint));
    }
    const waiting = describeWaiting({ judgement: judged.judgement, limit });
    await once('waiting', () => printNote(io, waiting));
    countdown.start(next, limit);
  };
  const stop = flags.wait === undefined ? new AbortController().signal : io.createStopSignal();
  try {
    const judged = await waitUntilSafe(gate, {
      job: jobOf(flags),
      maxWait: flags.wait ?? 0,
      clock: io.clock,
      random: io.random,
      stop,
      onPollStart: () => countdown.stop(),
      onWait,
    });
    const isCut = stop.aborted && judged.judgement.verdict !== 'safe';
    return { ...judged, interruptedBy: isCut ? (stop.reason as NodeJS.Signals) : null };
  } finally {
    countdown.stop();
  }
}

/** A job that fetches credentials again has no length that counts: whatever has not expired will do. */
const jobOf = ({ jobDuration, margin }: GateFlags) =>
  jobDuration === undefined ? { duration: 0, margin: 0 } : { duration: jobDuration, margin };

/** What the look noticed beside the credentials. */
export async function printPollNotes({ recordedPoll }: JudgedPoll, io: Io): Promise<void> {
  for (const note of recordedPoll.outcome.notes.filter(({ code }) => code !== 'TOKEN_FILE_EXPIRES')) {
    await printNote(io, describePollNote(note));
  }
}

/** Where credentials are handed over it matters little what hides them, but much whether their end can be true. */
const DOUBTS: ReadonlySet<PollNoteCode> = new Set(['DATE_NOT_BELIEVED', 'IMPLAUSIBLE_EXPIRATION']);

export async function printExpirationWarnings({ recordedPoll }: JudgedPoll, io: Io): Promise<void> {
  for (const note of recordedPoll.outcome.notes)
    if (DOUBTS.has(note.code)) await printNote(io, describePollNote(note));
}

/** `SIGTERM while waiting …`: no answer was reached. */
export const printInterruption = (signal: NodeJS.Signals, io: Io): Promise<void> =>
  printError(io, `${signal} while waiting for a safe start`, 'run it again to go on waiting');

/** The credentials that were judged, for another program: those of a verdict that was safe. */
export function toCredentialValues({ recordedPoll: { outcome }, judgement }: JudgedPoll): CredentialValues {
  if (!outcome.ok || judgement.verdict !== 'safe') throw new Error('only safe credentials are handed over');
  const { secrets, accountId, credentials } = outcome;
  return {
    ...secrets,
    accessKeyId: credentials.accessKeyId,
    expiration: judgement.credentials.expiration,
    accountId: accountId || null,
  };
}

/** Why nothing is handed over, and what to do. */
export async function printRefusal(
  { judgement, interruptedBy }: GateResult,
  flags: GateFlags,
  io: Io,
): Promise<void> {
  if (interruptedBy !== null) {
    await printInterruption(interruptedBy, io);
    return;
  }
  const { unknownReason } = judgement;
  if (unknownReason !== null) {
    const { message, hint } = describeNowUnknownReason(unknownReason);
    await printError(io, message, hint);
    return;
  }
  const waited = flags.wait !== undefined;
  await printError(io, describeNowVerdict(judgement), buildNowAdvice(judgement, { hasWaited: waited }));
  const { nextRotation, judgedAt } = judgement;
  const forecast =
    nextRotation === null || judgement.outlook === 'never'
      ? ''
      : `; it is ${describeForecast(nextRotation, judgedAt)}`;
  await printNote(io, `a safe start: ${describeOutlook(judgement)}${forecast}`);
}
