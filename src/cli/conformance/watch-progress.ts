import type { ConformanceRun } from '../../domain/conformance/check-result.ts';
import type { WatchSummary } from '../../domain/conformance/watch/watched-read.ts';
import { formatShortDuration } from '../../domain/time/duration.ts';
import { formatCount } from '../../report/text/format-values.ts';
import type { Io } from '../process/io.ts';
import { printNote } from '../process/messages.ts';
import { createProgress } from '../process/progress.ts';

/** Shows on a terminal what was seen, and for how long the endpoint is still watched. */
export function createWatchProgress(io: Io) {
  const progress = createProgress(io);
  return {
    show: ({ plannedSeconds, watchedSeconds, readCount, rotationCount }: WatchSummary) => {
      const left = formatShortDuration(Math.max(0, plannedSeconds - watchedSeconds));
      const counts = [formatCount(readCount, 'read'), formatCount(rotationCount, 'rotation')];
      progress.show([`watching for another ${left}`, ...counts].join(' · '));
    },
    clear: progress.clear,
  };
}

/** Says why the endpoint was not watched, or not for the whole time. */
export async function printWatchNote({ watch, unreachable }: ConformanceRun, signal: AbortSignal, io: Io) {
  if (unreachable !== null) return;
  if (watch === null && signal.aborted) {
    await printNote(io, `${String(signal.reason)} received: not every check was made`);
  } else if (watch === null) {
    await printNote(io, 'the endpoint was not watched, because it serves no credentials');
  } else if (signal.aborted) {
    const [watched, planned] = [watch.watchedSeconds, watch.plannedSeconds].map(formatShortDuration);
    await printNote(
      io,
      `${String(signal.reason)} received: the endpoint was watched for ${watched} of ${planned}`,
    );
  }
}
