import type { Instant } from '../../domain/model.ts';
import { formatDuration } from '../../domain/time/duration.ts';
import type { Io } from './io.ts';
import { createProgress } from './progress.ts';

const EVERY = 1000;

/** On a terminal, how long it still is until the next look and until giving up; nothing elsewhere. */
export function createCountdown(io: Io) {
  const progress = createProgress(io);
  let timer: NodeJS.Timeout | undefined;
  const stop = () => {
    clearInterval(timer);
    progress.clear();
  };
  return {
    start(next: Instant, limit: Instant): void {
      stop();
      const left = (until: Instant) =>
        formatDuration(Math.max(0, Math.ceil((until - io.clock.now()) / 1000)));
      timer = setInterval(
        () => progress.show(`next look in ${left(next)} · giving up in ${left(limit)}`),
        EVERY,
      );
      timer.unref();
    },
    stop,
  };
}
