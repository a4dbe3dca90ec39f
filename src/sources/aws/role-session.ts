import type { Seconds } from '../../domain/model.ts';
import type { OngoingPoll } from '../poll.ts';
import { createInvalidSettingError } from '../poll-error.ts';
import { parseRoleArn } from './role-arn.ts';

/** The role to assume, and the session that this creates. */
export interface RoleSession {
  roleArn: string;
  role: string;
  accountId: string | null;
  sessionName: string;
  /** Null: the default of AWS, one hour. */
  durationSeconds: Seconds | null;
}

/** CloudTrail shows this name. The SDKs use a random one. */
const DEFAULT_SESSION_NAME = 'cred-watch';

/**
 * @param arn `name` is the flag, variable or setting that has the value
 * @throws PollError if the value is not the ARN of a role
 */
export function createRoleSession(
  arn: { name: string; value: string },
  sessionName: string | null,
  durationSeconds: Seconds | null,
): RoleSession {
  const { role, accountId } = parseRoleArn(arn.value);
  if (role === null) throw createInvalidSettingError(arn.name, 'is not the ARN of a role');
  return {
    roleArn: arn.value,
    role,
    accountId,
    sessionName: sessionName ?? DEFAULT_SESSION_NAME,
    durationSeconds,
  };
}

/** Sets the role and account of the poll before the first error, so that a failed poll has them too. */
export function recordRole(
  poll: OngoingPoll,
  { role, accountId, roleArn }: Pick<RoleSession, 'role' | 'accountId'> & { roleArn: string | null },
): void {
  poll.identity.role = poll.options.role ?? role;
  poll.accountId = accountId;
  poll.roleArn = roleArn;
}
