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
 * @returns a failure instead of credentials that have expired
 */
export const rejectExpired = (poll: PolledCredentials, now: Instant): PollOutcome =>
  poll.credentials.expiration <= now ? fail(poll, 'expired') : poll;

const LONG_TERM_KEYS = { code: 'LONG_TERM_KEYS' } as const;

function fail(outcome: PolledCredentials, reason: 'long-lived' | 'expired'): PollFailure {
  const { credentials, identity, observedAt, clockOffset, accountId, notes } = outcome;
  const { accessKeyId, expiration } = credentials;
  return {
    ok: false,
    reason,
    detail: '',
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
