import type { Command } from 'commander';
import type { HandedCredentials } from '../../credential-formats/handed-credentials.ts';
import type { Instant, Seconds } from '../../domain/model.ts';
import type { PollNoteCode } from '../../domain/poll-note.ts';
import { DEFAULT_MARGIN } from '../../domain/verdict/job.ts';
import { failureMessage } from '../../report/messages/failures.ts';
import {
  forecastMessage,
  nowAdvice,
  nowMessage,
  nowUnknownMessage,
  outlookMessage,
  waitingMessage,
} from '../../report/messages/now.ts';
import { pollNoteMessage } from '../../report/messages/poll-notes.ts';
import type { BestEffortStore } from '../../store/best-effort-store.ts';
import { databasePath } from '../../store/database-path.ts';
import type { Judged } from '../../watch/judge-now.ts';
import type { PollContext } from '../../watch/poll-once.ts';
import { databaseFlag, duration, positiveDuration, showDefaultDuration } from '../flags/flags.ts';
import { addSourceFlags, openSource, type SourceFlags } from '../flags/source-flags.ts';
import { countdownOn } from '../process/countdown.ts';
import type { Io } from '../process/io.ts';
import { sayError, sayNote } from '../process/messages.ts';

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
      duration,
    )
    .option('--margin <duration>', 'spare validity required at the end of the job', duration, DEFAULT_MARGIN)
    .option(
      '--wait <duration>',
      'if a start is not safe now, wait for this long until one is',
      positiveDuration,
    );
  showDefaultDuration(command, '--margin', DEFAULT_MARGIN);
  return addSourceFlags(command).addOption(databaseFlag());
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
  const store = BestEffortStore.open(databasePath(flags.db, io), ({ message }) => {
    void sayNote(io, `this look is judged and not recorded: ${message}`);
  });
  try {
    return await use({ source, store, host, machine: io.machine });
  } finally {
    store.close();
  }
}

export interface JudgedAtGate extends Judged {
  /** What ended the wait before its time; null where nothing did. */
  interrupted: NodeJS.Signals | null;
}

/** Looks once, or until a start is safe, and tells on stderr what is waited for. */
export async function judgeAtGate(gate: Gate, flags: GateFlags, io: Io): Promise<JudgedAtGate> {
  const { waitUntilSafe } = await import('../../watch/wait-until-safe.ts');
  const countdown = countdownOn(io);
  const told = new Set<string>();
  const once = async (text: string, say: () => Promise<void>) => {
    if (told.has(text)) return;
    told.add(text);
    await say();
  };
  const onWait = async (judged: Judged, next: Instant, limit: Instant) => {
    const { outcome } = judged.recorded;
    if (!outcome.ok) {
      const { message, hint } = failureMessage(outcome);
      await once(message, () => sayError(io, message, hint));
    }
    const waiting = waitingMessage({ verdict: judged.verdict, limit });
    await once('waiting', () => sayNote(io, waiting));
    countdown.start(next, limit);
  };
  const stop = flags.wait === undefined ? new AbortController().signal : io.stopSignal();
  try {
    const judged = await waitUntilSafe(gate, {
      job: jobOf(flags),
      wait: flags.wait ?? 0,
      clock: io.clock,
      random: io.random,
      stop,
      onLook: () => countdown.stop(),
      onWait,
    });
    const isCut = stop.aborted && judged.verdict.verdict !== 'safe';
    return { ...judged, interrupted: isCut ? (stop.reason as NodeJS.Signals) : null };
  } finally {
    countdown.stop();
  }
}

/** A job that fetches credentials again has no length that counts: whatever has not expired will do. */
const jobOf = ({ jobDuration, margin }: GateFlags) =>
  jobDuration === undefined ? { duration: 0, margin: 0 } : { duration: jobDuration, margin };

/** What the look noticed beside the credentials. */
export async function sayPollNotes({ recorded }: Judged, io: Io): Promise<void> {
  for (const note of recorded.outcome.notes.filter(({ code }) => code !== 'TOKEN_FILE_EXPIRES')) {
    await sayNote(io, pollNoteMessage(note));
  }
}

/** Where credentials are handed over it matters little what hides them, but much whether their end can be true. */
const DOUBTS: ReadonlySet<PollNoteCode> = new Set(['DATE_NOT_BELIEVED', 'IMPLAUSIBLE_EXPIRATION']);

export async function sayDoubts({ recorded }: Judged, io: Io): Promise<void> {
  for (const note of recorded.outcome.notes)
    if (DOUBTS.has(note.code)) await sayNote(io, pollNoteMessage(note));
}

/** `SIGTERM while waiting …`: no answer was reached. */
export const sayInterrupted = (signal: NodeJS.Signals, io: Io): Promise<void> =>
  sayError(io, `${signal} while waiting for a safe start`, 'run it again to go on waiting');

/** The credentials that were judged, for another program: those of a verdict that was safe. */
export function handedCredentials({ recorded: { outcome }, verdict }: Judged): HandedCredentials {
  if (!outcome.ok || verdict.verdict !== 'safe') throw new Error('only safe credentials are handed over');
  const { secrets, accountId, credentials } = outcome;
  return {
    ...secrets,
    accessKeyId: credentials.accessKeyId,
    expiration: verdict.credentials!.expiration,
    accountId,
  };
}

/** Why nothing is handed over, and what to do. */
export async function sayRefusal(
  { verdict, interrupted }: JudgedAtGate,
  flags: GateFlags,
  io: Io,
): Promise<void> {
  if (interrupted !== null) {
    await sayInterrupted(interrupted, io);
    return;
  }
  const { unknownReason } = verdict;
  if (unknownReason !== null) {
    const { message, hint } = nowUnknownMessage(unknownReason);
    await sayError(io, message, hint);
    return;
  }
  const waited = flags.wait !== undefined;
  await sayError(io, nowMessage(verdict), nowAdvice(verdict, { waited }));
  const { nextRotation, judgedAt } = verdict;
  const forecast =
    nextRotation === null || verdict.outlook === 'never'
      ? ''
      : `; it is ${forecastMessage(nextRotation, judgedAt)}`;
  await sayNote(io, `a safe start: ${outlookMessage(verdict)}${forecast}`);
}
