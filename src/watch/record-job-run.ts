import type { Clock } from '../clock.ts';
import type { Instant, JobRun } from '../domain/model.ts';
import { secondsBetween } from '../domain/time/instant.ts';
import type { SampleStore } from '../store/sample-store.ts';

export interface RecordJobRunOptions {
  store: Pick<SampleStore, 'startJobRun' | 'endJobRun' | 'dropJobRun'>;
  clock: Clock;
  start: Pick<JobRun, 'job' | 'identity' | 'startedAt' | 'remainingAtStart'>;
  /** Of the copy that the job holds. */
  expiration: Instant;
}

/** What came of starting a command. */
export interface CommandResult {
  exitCode: number;
  /** False where the command could not be started: that is no run of the job. */
  wasStarted: boolean;
}

/** Runs a job and records the run: its start before it starts, so that a run that is cut off leaves a trace. */
export async function recordJobRun(
  { store, clock, start, expiration }: RecordJobRunOptions,
  run: () => Promise<CommandResult>,
): Promise<CommandResult> {
  const id = store.startJobRun({ ...start, end: null });
  const begun = clock.now();
  const ended = await run();
  if (!ended.wasStarted) {
    store.dropJobRun(id);
    return ended;
  }
  // Rounded up, because the next job is judged by it; and a clock that was set back makes no time negative.
  const duration = Math.max(0, Math.ceil((clock.now() - begun) / 1000));
  const remainingAtEnd = secondsBetween(start.startedAt + duration * 1000, expiration);
  store.endJobRun(id, { duration, exitCode: ended.exitCode, remainingAtEnd });
  return ended;
}
