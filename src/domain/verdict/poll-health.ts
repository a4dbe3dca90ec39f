import type { FailureFacts, Instant, Seconds } from '../model.ts';

/** While polls fail, the pauses between them grow at most up to this one, or stay at a longer interval. */
export const MAX_BACKOFF: Seconds = 300;

/** The state of a poller of one source after its last poll. */
export interface PollProgress {
  interval: Seconds;
  /** Null before the end of the first poll. `failure` is null if the poll recorded a sample. */
  lastOutcome: { endedAt: Instant; failure: FailureFacts | null } | null;
}

export type PollHealth =
  | { code: 'HEALTHY' }
  | { code: 'NO_POLL_YET' }
  | { code: 'POLL_FAILED'; failure: FailureFacts }
  | { code: 'POLL_OVERDUE'; sinceLastPoll: Seconds; allowed: Seconds };

/**
 * Checks whether polls succeed and are on time. A poller of several sources is healthy while one of them works: a
 * restart of the poller would not repair the others. `now` is by the poller's clock.
 */
export function checkPollHealth(sources: readonly PollProgress[], now: Instant): PollHealth {
  let failure: FailureFacts | null = null;
  let hasSuccess = false;
  for (const { interval, lastOutcome } of sources) {
    if (lastOutcome === null) continue;
    const ago = Math.floor((now - lastOutcome.endedAt) / 1000);
    // One poll may be missed. One more minute allows for jitter and slow endpoints.
    const pause = lastOutcome.failure === null ? interval : Math.max(interval, MAX_BACKOFF);
    const allowed = 2 * pause + 60;
    if (ago > allowed) return { code: 'POLL_OVERDUE', sinceLastPoll: ago, allowed };
    if (lastOutcome.failure === null) hasSuccess = true;
    else failure = lastOutcome.failure;
  }
  if (hasSuccess) return { code: 'HEALTHY' };
  return failure === null ? { code: 'NO_POLL_YET' } : { code: 'POLL_FAILED', failure };
}
