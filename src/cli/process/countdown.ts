import type { Instant } from '../../domain/model.ts';
import { formatDuration } from '../../domain/time/duration.ts';
import type { Io } from './io.ts';
import { createProgress } from './progress.ts';

const UPDATE_INTERVAL_MS = 1000;

/** Shows on a terminal the time until the next poll, and until the wait ends. */
export function createCountdown(io: Io) {
  const progress = createProgress(io);
  let timer: NodeJS.Timeout | undefined;
  const stop = () => {
    clearInterval(timer);
    progress.clear();
  };
  return {
    start(nextPoll: Instant, limit: Instant): void {
      stop();
      const formatLeft = (until: Instant) =>
        formatDuration(Math.max(0, Math.ceil((until - io.clock.now()) / 1000)));
      timer = setInterval(
        () => progress.show(`next poll in ${formatLeft(nextPoll)} · giving up in ${formatLeft(limit)}`),
        UPDATE_INTERVAL_MS,
      );
      timer.unref();
    },
    stop,
  };
}
