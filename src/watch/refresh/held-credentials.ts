import { MAX_VALIDITY } from '../../domain/aws-limits.ts';
import { correctTime } from '../../domain/measurement/generations.ts';
import type { Instant, Seconds } from '../../domain/model.ts';
import type { PolledCredentials } from '../../sources/source.ts';

/**
 * When the credentials were issued, by AWS's clock: the source's `LastUpdated`, else the time of the first poll. Some
 * servers state the year 1, which is ignored because AWS issues no credentials for so long.
 */
export function findIssuedAt(poll: PolledCredentials): Instant {
  const observedAt = correctTime(poll);
  const { lastUpdated, expiration } = poll.credentials;
  const isCredible = lastUpdated !== null && expiration - lastUpdated <= MAX_VALIDITY * 1000;
  return isCredible ? Math.min(lastUpdated, observedAt) : observedAt;
}

/** The credentials to serve: those that are valid for longest, unless the source was changed to another role. */
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

/** A user can correct a wrong secret in a file, and keep the key id. */
const hasSameSecrets = ({ secrets: old }: PolledCredentials, { secrets }: PolledCredentials): boolean =>
  secrets.secretAccessKey.equals(old.secretAccessKey) && (secrets.token?.equals(old.token) ?? false);

/**
 * Whether the held credentials may be served although the source returns others. False if the source was changed to
 * another role or account. Also false if AWS cannot issue credentials for so long, because the expiration is then wrong.
 */
function mayOutlive(held: PolledCredentials, poll: PolledCredentials): boolean {
  const isCredible = held.credentials.expiration - findIssuedAt(held) <= MAX_VALIDITY * 1000;
  return isCredible && !isOtherRole(held, poll);
}

/** Whether two polls returned credentials of different roles or accounts, as far as these are known. */
export const isOtherRole = (one: PolledCredentials, other: PolledCredentials): boolean =>
  differ(one.accountId, other.accountId) || differ(one.identity.role, other.identity.role);

const differ = (one: string | null, other: string | null) => one !== null && other !== null && one !== other;
