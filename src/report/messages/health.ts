import { formatShortDuration } from '../../domain/time/duration.ts';
import type { PollHealth } from '../../domain/verdict/poll-health.ts';
import { printable } from '../text/printable.ts';
import { type FailureFacts, failureMessage } from './failures.ts';

/** One line for whoever watches the poller. */
export function healthMessage(health: PollHealth<FailureFacts>): string {
  switch (health.code) {
    case 'HEALTHY':
      return 'ok';
    case 'NO_POLL_YET':
      return 'no poll has ended yet';
    case 'POLL_FAILED':
      return `the last poll failed: ${printable(failureMessage(health.failure).message)}`;
    case 'POLL_OVERDUE':
      return `no poll has ended for ${formatShortDuration(health.ago)}, and ${formatShortDuration(health.allowed)} is the longest that is usual`;
  }
}
