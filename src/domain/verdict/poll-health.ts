import type { Instant, Seconds } from '../model.ts';

/** How a poller is doing, by its last poll. */
export interface PollProgress<Failure> {
  interval: Seconds;
  /** Null before the first poll has ended. `failure` is null where it brought a sample. */
  lastOutcome: { endedAt: Instant; failure: Failure | null } | null;
}

export type PollHealth<Failure> =
  | { code: 'HEALTHY' }
  | { code: 'NO_POLL_YET' }
  | { code: 'POLL_FAILED'; failure: Failure }
  | { code: 'POLL_OVERDUE'; sinceLastPoll: Seconds; allowed: Seconds };

/** For jitter, and for an endpoint that takes its time: one poll may be missed before somebody is told. */
const allowedBetween = (interval: Seconds): Seconds => 2 * interval + 60;

/** Whether samples come in as they should. By one clock: that of the poller. */
export function checkPollHealth<Failure>(
  { interval, lastOutcome }: PollProgress<Failure>,
  now: Instant,
): PollHealth<Failure> {
  if (lastOutcome === null) return { code: 'NO_POLL_YET' };
  const ago = Math.floor((now - lastOutcome.endedAt) / 1000);
  const allowed = allowedBetween(interval);
  if (ago > allowed) return { code: 'POLL_OVERDUE', sinceLastPoll: ago, allowed };
  return lastOutcome.failure === null
    ? { code: 'HEALTHY' }
    : { code: 'POLL_FAILED', failure: lastOutcome.failure };
}
