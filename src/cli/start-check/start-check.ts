import type { CredentialValues } from '../../credential-formats/credential-values.ts';
import type { Instant } from '../../domain/model.ts';
import { describeFailure } from '../../report/messages/failures.ts';
import { describeWaiting } from '../../report/messages/now.ts';
import type { BestEffortStore } from '../../store/best-effort-store.ts';
import { resolveDatabasePath } from '../../store/database-path.ts';
import type { JudgedPoll } from '../../watch/judge-now.ts';
import type { PollContext } from '../../watch/poll-once.ts';
import type { RecordJobRunOptions } from '../../watch/record-job-run.ts';
import { openSource } from '../flags/source-flags.ts';
import { createCountdown } from '../process/countdown.ts';
import type { Io } from '../process/io.ts';
import { printError, printNote } from '../process/messages.ts';
import type { StartCheckFlags } from './flags.ts';

export interface StartCheckContext extends PollContext {
  store: BestEffortStore;
}

/** Opens source and database for `use`. If the database cannot be written, prints a note and continues. */
export async function withStartCheck<T>(
  flags: StartCheckFlags,
  io: Io,
  use: (context: StartCheckContext) => Promise<T>,
): Promise<T> {
  const { source, host } = await openSource(flags, io);
  const { BestEffortStore } = await import('../../store/best-effort-store.ts');
  const store = new BestEffortStore(resolveDatabasePath(flags.db, io), ({ message }) => {
    void printNote(io, `could not record this poll: ${message}`);
  });
  try {
    return await use({ source, store, host, machine: io.machine });
  } finally {
    store.close();
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
): Promise<StartCheck> {
  const { waitUntilSafe } = await import('../../watch/wait-until-safe.ts');
  const countdown = createCountdown(io);
  const printed = new Set<string>();
  const printOnce = async (key: string, print: () => Promise<void>) => {
    if (printed.has(key)) return;
    printed.add(key);
    await print();
  };
  const onWait = async (judged: JudgedPoll, nextPoll: Instant, limit: Instant) => {
    const { outcome } = judged.recordedPoll;
    if (!outcome.ok) {
      const { message, hint } = describeFailure(outcome);
      await printOnce(message, () => printError(io, message, hint));
    }
    const waiting = describeWaiting({ judgement: judged.judgement, limit });
    await printOnce('waiting', () => printNote(io, waiting));
    countdown.start(nextPoll, limit);
  };
  // Without --wait, a signal ends the program as usual.
  const stop = flags.wait === undefined ? new AbortController().signal : io.createStopSignal();
  try {
    const judged = await waitUntilSafe(context, {
      job: toJob(flags),
      maxWait: flags.wait ?? 0,
      clock: io.clock,
      random: io.random,
      stop,
      onPollStart: () => countdown.stop(),
      onWait,
    });
    const isInterrupted = stop.aborted && judged.judgement.verdict !== 'safe';
    // The reason is a signal by the contract of createStopSignal.
    return { ...judged, interruptedBy: isInterrupted ? (stop.reason as NodeJS.Signals) : null };
  } finally {
    countdown.stop();
  }
}

/** A job without a duration refreshes its credentials: any credentials that have not expired are safe. */
const toJob = ({ jobDuration, margin }: StartCheckFlags) =>
  jobDuration === undefined ? { duration: 0, margin: 0 } : { duration: jobDuration, margin };

export interface SafeStart {
  /** The credentials that were judged. */
  credentials: CredentialValues;
  /** For the record of the job run. */
  start: Omit<RecordJobRunOptions['start'], 'job'>;
}

/** Null unless the verdict is `safe`. */
export function findSafeStart({ recordedPoll: { outcome }, judgement }: JudgedPoll): SafeStart | null {
  if (judgement.verdict !== 'safe' || !outcome.ok) return null;
  const { credentials, identity, remaining, judgedAt } = judgement;
  const { secrets, accountId } = outcome;
  return {
    credentials: {
      ...secrets,
      accessKeyId: outcome.credentials.accessKeyId,
      // The earliest expiration that was ever stated for this key.
      expiration: credentials.expiration,
      accountId,
    },
    start: { identity, startedAt: judgedAt, remainingAtStart: remaining },
  };
}
