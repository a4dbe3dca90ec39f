import type { Clock } from '../clock.ts';

/**
 * Running polls may take this long after a signal to stop. systemd and Docker kill a process after ten seconds or
 * more, and a working endpoint responds much faster.
 */
const GRACE_PERIOD_MS = 2000;

/**
 * Creates a signal that is aborted two seconds after `stop`.
 * @returns `end` releases the timer
 */
export function createGracePeriod(stop: AbortSignal, clock: Clock): { over: AbortSignal; end(): void } {
  const over = new AbortController();
  const ended = new AbortController();
  const start = () => void clock.sleep(GRACE_PERIOD_MS, ended.signal).then(() => over.abort());
  stop.addEventListener('abort', start);
  return {
    over: over.signal,
    end() {
      stop.removeEventListener('abort', start);
      ended.abort();
    },
  };
}
