import { END_OF_YEAR_9999 } from '../../domain/aws-limits.ts';
import type { Instant } from '../../domain/model.ts';
import type { PolledCredentials, PollFailure, PollOutcome } from '../../sources/source.ts';

/**
 * Keys that never expire must not be served: SDKs need a session token and an expiration.
 * @returns a failure instead of credentials without a session token
 */
export function rejectLongTermKeys(outcome: PollOutcome): PollOutcome {
  if (outcome.ok) return outcome.secrets.token === null ? fail(outcome, 'long-lived') : outcome;
  return outcome.reason === 'long-lived' ? { ...outcome, misconfiguration: LONG_TERM_KEYS } : outcome;
}

/**
 * @param now by AWS's clock
 * @returns a failure instead of credentials that have expired, or whose expiration no document can state
 */
export function rejectUnservable(poll: PolledCredentials, now: Instant): PollOutcome {
  const { expiration } = poll.credentials;
  if (expiration >= END_OF_YEAR_9999) return fail(poll, 'malformed', 'Expiration is after the year 9999');
  return expiration <= now ? fail(poll, 'expired') : poll;
}

const LONG_TERM_KEYS = { code: 'LONG_TERM_KEYS' } as const;

function fail(
  outcome: PolledCredentials,
  reason: 'long-lived' | 'expired' | 'malformed',
  detail = '',
): PollFailure {
  const { credentials, identity, observedAt, clockOffset, accountId, notes } = outcome;
  const { accessKeyId, expiration } = credentials;
  return {
    ok: false,
    reason,
    detail,
    misconfiguration: reason === 'long-lived' ? LONG_TERM_KEYS : null,
    possibleHopLimit: false,
    accessKeyId,
    expiration,
    identity,
    observedAt,
    clockOffset,
    accountId,
    notes,
  };
}
