import type { FailureReason, Instant, Seconds } from '../../domain/model.ts';
import { chooseRefreshRemaining } from '../../domain/sdk-refresh/refresh-time.ts';
import { MAX_BACKOFF } from '../../domain/verdict/poll-health.ts';
import type { CredentialSource } from '../../sources/source.ts';
import { chooseJitterFactor, computeBackoff, getMinPollInterval } from '../poll-schedule.ts';

/** The shortest pause between two polls of a source that is not on this host. */
const MIN_PAUSE: Seconds = 10;

/** The first pause after a failed poll. It doubles with each further failed poll. */
const FIRST_RETRY_PAUSE: Seconds = 2;

/** The first pause after a response that asks for fewer requests. */
const FIRST_THROTTLED_PAUSE: Seconds = 30;

/** The longest pause if the credentials have expired, because requests fail until the next poll. */
const MAX_PAUSE_WITHOUT_CREDENTIALS: Seconds = 30;

/** The longest pause after a failure that ends when a person signs in or edits a file. */
const MAX_PAUSE_FOR_PERSON: Seconds = 50;

/** These failures need no request and no process, or one cheap request. */
const NEEDS_PERSON: ReadonlySet<FailureReason> = new Set<FailureReason>([
  'sso-login-required',
  'mfa-required',
  'invalid-configuration',
  'not-configured',
  'region-missing',
  'identity-token-unreadable',
  'auth-token-unreadable',
]);

/** A refresh starts early by at most this time and by at most this share of the time in which a key is served. */
const MAX_EARLY: Seconds = 120;
const MAX_EARLY_SHARE = 0.2;

export interface RefreshOptions {
  /** Returns a number from 0 to less than 1. */
  random: () => number;
  minRemaining: Seconds | undefined;
}

/**
 * When to refresh valid credentials. It is a little earlier than {@link chooseRefreshRemaining} demands, because the
 * response takes time, and at random, because hosts that were started together must not refresh at the same time.
 */
export function chooseRefreshTime(
  { expiration, lifetime }: { expiration: Instant; lifetime: Seconds },
  { random, minRemaining }: RefreshOptions,
): Instant {
  const remaining = chooseRefreshRemaining(lifetime, minRemaining);
  const early = Math.min(MAX_EARLY, (lifetime - remaining) * MAX_EARLY_SHARE);
  return expiration - (remaining + early * (0.5 + random() / 2)) * 1000;
}

/**
 * The pause after a poll that should have replaced the credentials, but returned none that are valid for longer.
 * @param remaining of the served credentials
 */
export function chooseRepeatPause(
  remaining: Seconds,
  source: CredentialSource,
  { random }: RefreshOptions,
): Seconds {
  const shortest = Math.min(MIN_PAUSE, getMinPollInterval(source));
  return Math.max(shortest, Math.min(remaining / 10, MAX_BACKOFF) * chooseJitterFactor(random));
}

/**
 * The pause after failed polls: some seconds at first, at most five minutes, and shorter if the served credentials
 * expire soon. A random part keeps clients of a server that recovers from polling at the same time.
 * @param failures failed polls in a row, at least 1
 * @param remaining of the served credentials; 0 or less if there are none
 */
export function chooseRetryPause(
  { reason, failures, remaining }: { reason: FailureReason | null; failures: number; remaining: Seconds },
  { random }: RefreshOptions,
): Seconds {
  const isThrottled = reason === 'throttled';
  const first = isThrottled ? FIRST_THROTTLED_PAUSE : FIRST_RETRY_PAUSE;
  const limits = [
    computeBackoff(first, failures - 1),
    remaining > 0 ? Math.max(remaining / 10, MIN_PAUSE) : MAX_PAUSE_WITHOUT_CREDENTIALS,
    reason !== null && NEEDS_PERSON.has(reason) ? MAX_PAUSE_FOR_PERSON : MAX_BACKOFF,
  ];
  const pause = Math.min(...limits) * (0.5 + random() / 2);
  return isThrottled ? Math.max(FIRST_THROTTLED_PAUSE, pause) : pause;
}
