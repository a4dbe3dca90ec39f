import type { Instant } from '../domain/model.ts';
import type { Secret } from '../secret.ts';

/** Credentials on their way to another program: the only ones that may leave this one. */
export interface CredentialValues {
  accessKeyId: string;
  secretAccessKey: Secret;
  /** Null for keys that came without one. */
  token: Secret | null;
  expiration: Instant;
  /** `''` where it is not known. */
  accountId: string;
}
