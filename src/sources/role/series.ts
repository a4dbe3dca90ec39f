import { type RoleSession, recordRole } from '../aws/role-session.ts';
import type { OngoingPoll } from '../poll.ts';

/**
 * Reads the credentials that assume a role. The poll is recorded under the name of the role, also if these credentials
 * belong to another role or cannot be read.
 */
export async function keepSeries<T>(
  poll: OngoingPoll,
  session: RoleSession,
  readBase: () => Promise<T>,
): Promise<T> {
  const { identity } = poll;
  const { source } = identity;
  recordRole(poll, session);
  const { role } = identity;
  const { accountId, session: requested, roleArn } = poll;
  try {
    return await readBase();
  } finally {
    identity.role = role;
    identity.source = source;
    poll.accountId = accountId;
    poll.session = requested;
    poll.roleArn = roleArn;
  }
}
