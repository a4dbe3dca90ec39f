import type { Seconds } from '../../domain/model.ts';
import type { ServedCredentials } from '../served-credentials.ts';

/** A role whose real credentials the server serves. */
export interface ServedRole {
  /** The name in paths, logs and `/healthz`. */
  name: string;
  /** The role name that IMDS lists. `''` until it is known. */
  roleName: string;
  /** From memory. Null if no valid credentials are available. */
  getCredentials(): ServedCredentials | null;
  /**
   * Called for each request for credentials. Null: the server responds at once. Otherwise it waits for the promise
   * first, which resolves within a second, because refreshing was stopped while no client sent requests.
   */
  noteRequest(): Promise<void> | null;
  /** When clients should try again after a 503. */
  getRetryAfter(): Seconds;
  /** The host's clock minus AWS's, for the `Date` header. 0 if unknown. */
  getClockOffset(): Seconds;
}
