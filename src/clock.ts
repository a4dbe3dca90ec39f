/** The clock is an argument, so that tests can replace it. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z, by the host's clock. */
  now(): number;
  /** Resolves after `milliseconds`, or when `signal` is aborted. Never rejects. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/**
 * Aborts an action after a time, with the reason of `AbortSignal.timeout()`, or with another signal. Node.js can
 * collect a signal of `AbortSignal.timeout()` as garbage if only `AbortSignal.any()` refers to it. The time limit
 * then has no effect.
 */
export async function withTimeLimit<T>(
  milliseconds: number,
  signal: AbortSignal,
  action: (limit: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const stop = () => controller.abort(signal.reason);
  const end = () => controller.abort(new DOMException('the time limit has passed', 'TimeoutError'));
  const timer = setTimeout(end, Math.min(milliseconds, MAX_TIMER_MS));
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await action(controller.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

/** The longest delay of `setTimeout`. A longer delay would fire immediately. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(milliseconds, signal) {
    for (let left = milliseconds; left > 0 && !signal?.aborted; left -= MAX_TIMER_MS) {
      await pause(Math.min(left, MAX_TIMER_MS), signal);
    }
  },
};

function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener('abort', done, { once: true });
  });
}
