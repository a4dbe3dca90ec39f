import type { Instant } from '../../domain/model.ts';
import { formatDuration } from '../../domain/time/duration.ts';
import { getUpdatedLineLength, type Io } from './io.ts';

const MIN_UPDATE_INTERVAL_MS = 100;
const COUNTDOWN_INTERVAL_MS = 1000;

export type Progress = ReturnType<typeof createProgress>;

/** Shows one line that replaces itself, if stderr is a terminal that can do so. */
export function createProgress({ stderr, clock, env }: Io) {
  const isPossible = stderr.isTerminal && env.TERM !== 'dumb';
  let shownAt = clock.now();
  let isShown = false;
  const clear = () => {
    if (isShown) void stderr.write('\r\u001b[K');
    isShown = false;
  };
  return {
    show(text: string): void {
      if (!isPossible || clock.now() - shownAt < MIN_UPDATE_INTERVAL_MS) return;
      shownAt = clock.now();
      isShown = true;
      // Of a line that wraps, only the last part could be erased.
      void stderr.write(`\r\u001b[K${truncateStart(text, getUpdatedLineLength(stderr))}`);
    },
    clear,
    [Symbol.dispose]: clear,
  };
}

/** Keeps the end of the text, because names of files are at the start. */
const truncateStart = (text: string, length: number): string =>
  text.length <= length ? text : `...${text.slice(text.length - length + 3)}`;

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
        COUNTDOWN_INTERVAL_MS,
      );
      timer.unref();
    },
    stop,
  };
}
