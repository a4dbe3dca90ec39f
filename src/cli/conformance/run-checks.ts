import type { ConformanceRun } from '../../domain/conformance/check-result.ts';
import type { Seconds } from '../../domain/model.ts';
import type { ConformanceTarget } from '../../sources/conformance/target.ts';
import type { Io } from '../process/io.ts';
import { createProgress } from '../process/progress.ts';
import { createWatchProgress, printWatchNote } from './watch-progress.ts';

/**
 * Makes the checks, with progress on a terminal.
 * @param watch how long to watch the endpoint afterwards; undefined: not at all
 */
export async function runChecks(
  target: ConformanceTarget,
  role: string | null,
  watch: Seconds | undefined,
  io: Io,
): Promise<ConformanceRun> {
  const { runConformance } = await import('../../sources/conformance/run-conformance.ts');
  const { env, clock } = io;
  using progress = createProgress(io);
  const onResult = ({ id }: { id: string }) => progress.show(`checked ${id}`);
  const options = { ...target, env, clock, role, onResult };
  // Without --watch, a signal ends the program.
  if (watch === undefined) return runConformance(options);
  const signal = io.createStopSignal();
  const watching = createWatchProgress(io);
  const onProgress: typeof watching.show = (summary) => {
    progress.clear();
    watching.show(summary);
  };
  const run = await runConformance({ ...options, signal, watch: { seconds: watch, onProgress } }).finally(
    watching.clear,
  );
  await printWatchNote(run, signal, io);
  return run;
}
