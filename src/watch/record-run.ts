import type { Clock } from '../clock.ts';
import { secondsBetween } from '../domain/instant.ts';
import type { Instant, JobRun } from '../domain/model.ts';
import type { SampleStore } from '../store/sample-store.ts';

export interface RunRecording {
  store: Pick<SampleStore, 'startJobRun' | 'endJobRun'>;
  clock: Clock;
  start: Pick<JobRun, 'job' | 'identity' | 'startedAt' | 'remainingAtStart'>;
  /** Of what the job holds when it ends: a job that fetches again may hold something newer. */
  expiration: () => Instant;
}

/** Runs a job and records the run: its start before it starts, so that a run that is cut off leaves a trace. */
export async function recordRun(
  { store, clock, start, expiration }: RunRecording,
  run: () => Promise<number>,
): Promise<number> {
  const id = store.startJobRun({ ...start, end: null });
  const begun = clock.now();
  const exitCode = await run();
  // Rounded up, because the next job is judged by it; and a clock that was set back makes no time negative.
  const duration = Math.max(0, Math.ceil((clock.now() - begun) / 1000));
  const remainingAtEnd = secondsBetween(start.startedAt + duration * 1000, expiration());
  store.endJobRun(id, { duration, exitCode, remainingAtEnd });
  return exitCode;
}
