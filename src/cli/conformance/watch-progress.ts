import type { ConformanceRun } from '../../domain/conformance/check-result.ts';
import type { WatchSummary } from '../../domain/conformance/watch/watched-read.ts';
import { formatDuration } from '../../domain/time/duration.ts';
import { formatCount } from '../../report/text/format-values.ts';
import type { Io } from '../process/io.ts';
import { printNote } from '../process/messages.ts';
import { createProgress } from '../process/progress.ts';

/**
 * Shows on a terminal what was seen, and for how long the endpoint is still watched. Elsewhere, a note says once that
 * the checks have ended.
 */
export function createWatchProgress(io: Io) {
  const progress = createProgress(io);
  let isNoted = io.stderr.isTerminal;
  return {
    show: ({ plannedSeconds, watchedSeconds, readCount, rotationCount }: WatchSummary) => {
      if (!isNoted) {
        isNoted = true;
        const duration = formatDuration(plannedSeconds);
        void printNote(io, `the checks have ended; watching the endpoint for ${duration}`);
      }
      const left = formatDuration(Math.max(0, plannedSeconds - watchedSeconds));
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
    const [watched, planned] = [watch.watchedSeconds, watch.plannedSeconds].map(formatDuration);
    await printNote(
      io,
      `${String(signal.reason)} received: the endpoint was watched for ${watched} of ${planned}`,
    );
  }
}
