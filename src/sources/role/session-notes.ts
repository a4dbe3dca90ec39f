import { DEFAULT_ROLE_SESSION, MAX_ROLE_SESSION } from '../../domain/aws-limits.ts';
import type { Seconds } from '../../domain/model.ts';
import type { OngoingPoll } from '../poll.ts';

/**
 * Records the session of the polled role and notes its limits. Called before the request, because AWS rejects longer
 * sessions.
 */
export function addSessionNotes(
  poll: OngoingPoll,
  { durationSeconds, isChained }: { durationSeconds: Seconds | null; isChained: boolean },
): void {
  poll.session = { durationSeconds: durationSeconds ?? DEFAULT_ROLE_SESSION, isChained };
  if (isChained) poll.notes.add({ code: 'ROLE_CHAIN_CAPPED' });
  else if (durationSeconds === null) poll.notes.add({ code: 'DURATION_NOT_SET' });
  else if (durationSeconds > MAX_ROLE_SESSION) {
    poll.notes.add({ code: 'SESSION_LONGER_THAN_ROLE', durationSeconds, limitSeconds: MAX_ROLE_SESSION });
  }
}
