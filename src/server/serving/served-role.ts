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
   * Called for each request for credentials. Null: the server responds at once. Otherwise, the server waits for the
   * promise, because a poll may bring credentials. The promise resolves within a second.
   */
  noteRequest(): Promise<void> | null;
  /** After this time, clients should retry a request that got 503. */
  getRetryAfter(): Seconds;
  /** The host's clock minus AWS's, for the `Date` header. 0 if unknown. */
  getClockOffset(): Seconds;
}
