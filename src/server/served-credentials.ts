import type { Instant } from '../domain/model.ts';
import type { Secret } from '../secret.ts';

/** One set of credentials as an endpoint serves it: false or real. */
export interface ServedCredentials {
  /** For logs and records. A digest if the key id has an unknown form. */
  loggedKeyId: string;
  accessKeyId: Secret;
  secretAccessKey: Secret;
  sessionToken: Secret;
  /** Not later than the present by AWS's clock. */
  issuedAt: Instant;
  expiration: Instant;
  /** Null if unknown. */
  accountId: string | null;
  roleArn: string | null;
}
