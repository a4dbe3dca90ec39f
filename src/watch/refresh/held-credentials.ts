import { MAX_VALIDITY } from '../../domain/aws-limits.ts';
import { correctTime } from '../../domain/measurement/generations.ts';
import type { Instant, Seconds } from '../../domain/model.ts';
import type { PolledCredentials } from '../../sources/source.ts';

/**
 * When the credentials were issued, by AWS's clock: the source's `LastUpdated`, else the time of the first poll. Some
 * servers state the year 1, which no credentials outlive.
 */
export function findIssuedAt(poll: PolledCredentials): Instant {
  const observedAt = correctTime(poll);
  const { lastUpdated, expiration } = poll.credentials;
  const isCredible = lastUpdated !== null && expiration - lastUpdated <= MAX_VALIDITY * 1000;
  return isCredible ? Math.min(lastUpdated, observedAt) : observedAt;
}

/** The credentials that are served: of all that a source has returned, those that are valid for longest. */
export class HeldCredentials {
  #held: PolledCredentials | null = null;
  #lifetime: Seconds | null = null;

  /** Null if nothing was accepted yet. May have expired. */
  get poll(): PolledCredentials | null {
    return this.#held;
  }

  /** Validity when issued of the credentials that the source returns at present. Null if nothing was accepted yet. */
  get lifetime(): Seconds | null {
    return this.#lifetime;
  }

  /** For a known key, the earliest stated expiration counts, because AWS does not extend the validity of a key. */
  limitExpiration(poll: PolledCredentials): PolledCredentials {
    const held = this.#held?.credentials;
    if (held?.accessKeyId !== poll.credentials.accessKeyId) return poll;
    const expiration = Math.min(held.expiration, poll.credentials.expiration);
    return { ...poll, credentials: { ...poll.credentials, expiration } };
  }

  /**
   * Accepts valid credentials, unless they expire earlier than the present ones.
   * @param issues the source makes AWS issue new credentials for each poll
   */
  accept(poll: PolledCredentials, issues: boolean): void {
    const { accessKeyId, expiration } = poll.credentials;
    const held = this.#held;
    if (held?.credentials.accessKeyId === accessKeyId) {
      // The same object as long as nothing changes, because a server caches its document.
      if (!hasSameSecrets(held, poll)) this.#held = poll;
      else if (expiration !== held.credentials.expiration)
        this.#held = { ...held, credentials: { ...held.credentials, expiration } };
      return;
    }
    const isShorter = held !== null && expiration < held.credentials.expiration && mayOutlive(held, poll);
    // The next session will be as short, so the lifetime decides when the source is polled again.
    if (!isShorter || issues) this.#lifetime = (expiration - findIssuedAt(poll)) / 1000;
    if (!isShorter) this.#held = poll;
  }
}

/** False if a wrong secret in a file was corrected. */
const hasSameSecrets = ({ secrets: old }: PolledCredentials, { secrets }: PolledCredentials): boolean =>
  secrets.secretAccessKey.equals(old.secretAccessKey) && (secrets.token?.equals(old.token) ?? false);

/**
 * Whether credentials may be served longer than newer ones. Not if the source was changed to another role or account, and
 * not if their expiration is impossible for AWS: nobody knows when they really expire.
 */
function mayOutlive(held: PolledCredentials, poll: PolledCredentials): boolean {
  const isCredible = held.credentials.expiration - findIssuedAt(held) <= MAX_VALIDITY * 1000;
  return isCredible && !isOtherRole(held, poll);
}

/** Whether two polls returned credentials of different roles or accounts, as far as these are known. */
export const isOtherRole = (one: PolledCredentials, other: PolledCredentials): boolean =>
  differ(one.accountId, other.accountId) || differ(one.identity.role, other.identity.role);

const differ = (one: string | null, other: string | null) => one !== null && other !== null && one !== other;
