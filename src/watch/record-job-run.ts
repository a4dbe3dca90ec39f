import type { Clock } from '../clock.ts';
import type { Instant, JobRun } from '../domain/model.ts';
import { secondsBetween } from '../domain/time/instant.ts';
import type { SampleStore } from '../store/sample-store.ts';

export interface RecordJobRunOptions {
  store: Pick<SampleStore, 'startJobRun' | 'endJobRun' | 'dropJobRun'>;
  clock: Clock;
  start: Pick<JobRun, 'job' | 'identity' | 'startedAt' | 'remainingAtStart'>;
  /** The id of this process, `''` if it is unknown. */
  process: string;
  /** The expiration of the credentials that the job got. */
  expiration: Instant;
  /** Called if the end could not be recorded. The result of the command must not depend on the database. */
  onRecordError: (error: unknown) => void;
}

export interface CommandResult {
  exitCode: number;
  /** False if the command could not be started. Then there is no job run. */
  wasStarted: boolean;
  /** When the command ended, if something has reported that time already. The record then has the same time. */
  endedAt?: Instant;
}

/** Runs a job and records its run. The start is recorded first, so that a killed run leaves a record. */
export async function recordJobRun(
  { store, clock, start, process, expiration, onRecordError }: RecordJobRunOptions,
  run: () => Promise<CommandResult>,
): Promise<CommandResult> {
  const id = store.startJobRun({ ...start, end: null }, process);
  const startedAt = clock.now();
  const result = await run();
  // Not negative, even if the clock was set back.
  const elapsedMs = Math.max(0, clock.now() - startedAt);
  // Rounded up, because later runs are judged by this duration.
  const duration = Math.ceil(elapsedMs / 1000);
  const endedAt = result.endedAt ?? start.startedAt + elapsedMs;
  const remainingAtEnd = secondsBetween(endedAt, expiration);
  try {
    if (result.wasStarted) store.endJobRun(id, { duration, exitCode: result.exitCode, remainingAtEnd });
    else store.dropJobRun(id);
  } catch (error) {
    onRecordError(error);
  }
  return result;
}
