import type { FailureFacts, Instant, SourceName } from '../model.ts';
import type { RefreshReason } from '../sdk-refresh/refresh-reason.ts';
import { SAFE_REMAINING } from '../sdk-refresh/refresh-time.ts';

/** Credentials that `serve` holds for a role, without secrets. */
export interface HeldKey {
  /** A digest if the key id has an unknown form. */
  accessKeyId: string;
  issuedAt: Instant;
  expiration: Instant;
}

/** The state of a role that `serve` serves. Instants are by AWS's clock. */
export interface ServedRoleFacts {
  /** The name in paths, logs and `/healthz`. */
  name: string;
  /** `''` if it is unknown. */
  role: string;
  accountId: string | null;
  source: SourceName;
  /** The last credentials of the source, perhaps expired. Null if it has returned none. */
  key: HeldKey | null;
  /** Null if no credentials were read. */
  refreshReason: RefreshReason | null;
  lastRefreshAt: Instant | null;
  /** Null while the source is polled, and while refreshing is stopped. */
  nextRefreshAt: Instant | null;
  /** Refreshing is stopped, because no client has requested the credentials for one lifetime. */
  isIdle: boolean;
  /** Failed refreshes in a row. */
  failureCount: number;
  /** Why the last refresh failed. */
  failure: FailureFacts | null;
}

/**
 * - `starting`: the source has not returned credentials yet
 * - `valid`: the last refresh worked
 * - `refresh-failing`: valid, but the last refresh failed
 * - `idle`: expired, because no client has requested the credentials. The next request refreshes them
 * - `expired`: clients get errors
 */
export const SERVED_ROLE_STATES = ['starting', 'valid', 'refresh-failing', 'idle', 'expired'] as const;
export type ServedRoleState = (typeof SERVED_ROLE_STATES)[number];

/** @param now by AWS's clock */
export function getServedRoleState(
  { key, isIdle, failureCount }: ServedRoleFacts,
  now: Instant,
): ServedRoleState {
  if (key === null) return 'starting';
  if (key.expiration <= now) return isIdle && failureCount === 0 ? 'idle' : 'expired';
  return failureCount > 0 ? 'refresh-failing' : 'valid';
}

export const isServable = (facts: ServedRoleFacts, now: Instant): boolean => {
  const state = getServedRoleState(facts, now);
  return state === 'valid' || state === 'refresh-failing';
};

/** An idle role counts as healthy, because a monitor would otherwise restart the server. */
export const isHealthy = (facts: ServedRoleFacts, now: Instant): boolean =>
  isServable(facts, now) || getServedRoleState(facts, now) === 'idle';

/** What a failed refresh means for clients. */
export type RefreshFailureLevel = 'note' | 'warning' | 'error';

/**
 * Clients notice nothing while credentials have enough validity left for every SDK.
 * @param now by AWS's clock
 */
export function rateRefreshFailure({ key }: Pick<ServedRoleFacts, 'key'>, now: Instant): RefreshFailureLevel {
  if (key === null || key.expiration <= now) return 'error';
  return (key.expiration - now) / 1000 < SAFE_REMAINING ? 'warning' : 'note';
}
