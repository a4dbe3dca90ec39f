import { CredWatchError } from '../../errors.ts';
import type { PushReport } from '../../report/push-result.ts';
import type { SampleStore } from '../../store/sample-store.ts';
import { type PushDestination, PushInterrupted } from '../../watch/push/destination.ts';
import type { Io } from '../process/io.ts';
import { type DestinationFlags, type DestinationTarget, describeTarget } from './destination-target.ts';
import { openDestination } from './destinations.ts';

export interface PushRunOptions {
  flags: DestinationFlags;
  /** Sends again what the destination has rejected before. */
  retryRejected: boolean;
  signal: AbortSignal;
  onProgress(sent: number): void;
}

/** Pushes to one destination. Reports all errors that a user can fix or that pass by themselves. */
export async function runPush(
  target: DestinationTarget,
  store: SampleStore,
  options: PushRunOptions,
  io: Io,
): Promise<PushReport> {
  try {
    const destination = await openDestination(target, options.flags, io);
    try {
      return await pushTo(destination, store, options, io);
    } finally {
      await destination.close();
    }
  } catch (error) {
    if (!(error instanceof CredWatchError)) throw error;
    return createReport(describeTarget(target), 'failed', { error });
  }
}

/** As {@link runPush}, for a destination that is open. */
export async function pushTo(
  destination: PushDestination,
  store: SampleStore,
  { retryRejected, signal, onProgress }: Omit<PushRunOptions, 'flags'>,
  io: Io,
): Promise<PushReport> {
  const { name } = destination;
  const outbox = store.outbox(name);
  if (retryRejected) outbox.forget(outbox.listRejected());
  const startedAt = io.clock.now();
  const { lastCompleteAt } = outbox.readStatus();
  const report = await push();
  const lastError =
    report.error?.message ?? (report.status === 'rejected' ? 'some items were rejected' : null);
  outbox.writeStatus({
    lastAttemptAt: startedAt,
    lastCompleteAt: report.status === 'complete' ? startedAt : lastCompleteAt,
    lastError,
  });
  return report;

  async function push(): Promise<PushReport> {
    try {
      const { sent, rejected } = await destination.push(store, { now: startedAt, signal, onProgress });
      return createReport(name, rejected.length === 0 ? 'complete' : 'rejected', { sent, rejected });
    } catch (error) {
      if (error instanceof PushInterrupted)
        return createReport(name, 'interrupted', { sent: error.sent, error });
      if (error instanceof CredWatchError) return createReport(name, 'failed', { error });
      throw error;
    }
  }
}

function createReport(
  destination: string,
  status: PushReport['status'],
  { sent = 0, rejected = [], error }: { sent?: number; rejected?: PushReport['rejected']; error?: Error },
): PushReport {
  const hint =
    error instanceof CredWatchError
      ? error.hint
      : 'the rest is kept in the database, and the next push sends it';
  return {
    destination,
    status,
    sent,
    rejected,
    error: error === undefined ? null : { message: error.message, hint },
  };
}
