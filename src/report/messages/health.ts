import { formatShortDuration } from '../../domain/time/duration.ts';
import type { PollHealth } from '../../domain/verdict/poll-health.ts';
import { escapeUnprintable } from '../text/untrusted-text.ts';
import { describeFailure } from './failures.ts';

/** One line for a monitor that watches the poller. */
export function describePollHealth(health: PollHealth): string {
  switch (health.code) {
    case 'HEALTHY':
      return 'ok';
    case 'NO_POLL_YET':
      return 'no poll has finished yet';
    case 'POLL_FAILED':
      return `the last poll failed: ${escapeUnprintable(describeFailure(health.failure).message)}`;
    case 'POLL_OVERDUE':
      return `no poll has finished for ${formatShortDuration(health.sinceLastPoll)}; expected one within ${formatShortDuration(health.allowed)}`;
  }
}
