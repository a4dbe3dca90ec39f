import type { FailureFacts, Instant, Seconds } from '../model.ts';

/** The state of a poller after its last poll. */
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

/** Checks whether polls succeed and are on time. `now` is by the poller's clock. */
export function checkPollHealth({ interval, lastOutcome }: PollProgress, now: Instant): PollHealth {
  if (lastOutcome === null) return { code: 'NO_POLL_YET' };
  const ago = Math.floor((now - lastOutcome.endedAt) / 1000);
  // One poll may be missed. One more minute allows for jitter and slow endpoints.
  const allowed = 2 * interval + 60;
  if (ago > allowed) return { code: 'POLL_OVERDUE', sinceLastPoll: ago, allowed };
  const { failure } = lastOutcome;
  return failure === null ? { code: 'HEALTHY' } : { code: 'POLL_FAILED', failure };
}
