import type { Clock } from '../../clock.ts';
import type { Seconds } from '../../domain/model.ts';
import { floorToSecond } from '../../domain/time/instant.ts';
import type { ServedCredentials } from '../../server/served-credentials.ts';
import type { ServedRole } from '../../server/serving/served-role.ts';
import type { PolledCredentials } from '../../sources/source.ts';
import type { CredentialRefresher } from '../../watch/refresh/credential-refresher.ts';
import { findIssuedAt } from '../../watch/refresh/held-credentials.ts';

/** What the credentials of a role do not state. */
export interface RoleNames {
  /** The name in paths, logs and `/healthz`. */
  name: string;
  /** The role name that IMDS lists. */
  roleName: string;
}

/** A role that serves what a refresher holds. */
export function createRefreshedRole(
  refresher: CredentialRefresher,
  clock: Clock,
  { name, roleName }: RoleNames,
): ServedRole {
  // The server caches documents by credentials.
  const converted = new WeakMap<PolledCredentials, ServedCredentials>();
  return {
    name,
    roleName,
    getCredentials() {
      const poll = refresher.getCurrent();
      if (poll === null) return null;
      const known = converted.get(poll);
      if (known !== undefined) return known;
      const credentials = toServedCredentials(poll);
      if (credentials !== null) converted.set(poll, credentials);
      return credentials;
    },
    noteRequest: () => refresher.noteRequest(),
    getRetryAfter(): Seconds {
      const { nextAttemptAt } = refresher.getStatus();
      const now = clock.now() - refresher.getClockOffset() * 1000;
      return nextAttemptAt === null ? 1 : Math.max(1, Math.ceil((nextAttemptAt - now) / 1000));
    },
    getClockOffset: () => refresher.getClockOffset(),
  };
}

/** Null for keys without a session token. A refresher rejects such keys. */
function toServedCredentials(poll: PolledCredentials): ServedCredentials | null {
  const { credentials, secrets, accountId, roleArn = null } = poll;
  const { accessKeyId, secretAccessKey, token } = secrets;
  if (token === null) return null;
  return {
    loggedKeyId: credentials.accessKeyId,
    accessKeyId,
    secretAccessKey,
    sessionToken: token,
    issuedAt: floorToSecond(findIssuedAt(poll)),
    expiration: credentials.expiration,
    accountId,
    roleArn,
  };
}
