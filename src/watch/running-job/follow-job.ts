import type { Instant, Seconds, Span } from '../../domain/model.ts';
import { planWarnings } from '../../domain/running-job/judge-running-job.ts';
import type { ExpiryWarningCode } from '../../domain/running-job/running-job.ts';
import type { CorrectedClock } from './corrected-clock.ts';

export interface FollowOptions {
  clock: CorrectedClock;
  expiration: Instant;
  /** Null: the default of `planWarnings`. */
  warnBefore: Seconds | null;
  onWarning: (code: ExpiryWarningCode, now: Instant) => void | Promise<void>;
}

/** Warns before and at the expiration for as long as `waitForEnd` takes. Resolves to its result. */
export async function followJob<T>(options: FollowOptions, waitForEnd: () => Promise<T>): Promise<T> {
  const ended = new AbortController();
  const warnings = warnUntil(ended.signal, options);
  try {
    return await waitForEnd();
  } finally {
    ended.abort();
    await warnings;
  }
}

async function warnUntil(
  ended: AbortSignal,
  { clock, expiration, warnBefore, onWarning }: FollowOptions,
): Promise<void> {
  for (const { code, at } of planWarnings(expiration, clock.now(), warnBefore)) {
    await clock.sleepUntil(at, ended);
    if (ended.aborted) return;
    const now = clock.now();
    // The machine was suspended until after the expiration.
    if (code === 'EXPIRES_SOON' && now >= expiration) continue;
    await onWarning(code, now);
  }
}

/** Linux reports the end of a process only to its parent. Reading one small file takes less than a millisecond. */
const CHECK_INTERVAL_MS = 1000;

/**
 * Waits for the end of a process.
 * @param isRunning reads the state of the process
 * @returns when the process was last seen running, and when its end was noticed. Null if `stop` was aborted before
 */
export async function waitForProcessEnd(
  isRunning: () => Promise<boolean>,
  clock: CorrectedClock,
  stop: AbortSignal,
): Promise<Span | null> {
  let from = clock.now();
  while (!stop.aborted) {
    const now = clock.now();
    if (!(await isRunning())) return { from, to: clock.now() };
    from = now;
    await clock.sleepUntil(now + CHECK_INTERVAL_MS, stop);
  }
  return null;
}
