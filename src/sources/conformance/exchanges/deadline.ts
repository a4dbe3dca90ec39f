export interface Deadline {
  /** Aborted at the time limit, or with the other signal. */
  signal: AbortSignal;
  cancel(): void;
}

/**
 * Starts a time limit without `AbortSignal.timeout()`. Node.js can collect such a signal as garbage if only
 * `AbortSignal.any()` refers to it. The time limit then has no effect.
 */
export function createDeadline(milliseconds: number, other?: AbortSignal): Deadline {
  const controller = new AbortController();
  const end = () => controller.abort();
  const timer = setTimeout(end, milliseconds);
  other?.addEventListener('abort', end, { once: true });
  if (other?.aborted) end();
  return {
    signal: controller.signal,
    cancel() {
      clearTimeout(timer);
      other?.removeEventListener('abort', end);
    },
  };
}
