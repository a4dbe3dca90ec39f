import { createRoleSession, type RoleSession } from '../aws/role-session.ts';
import { readVariable } from '../environment/variables.ts';
import { PollError } from '../poll-error.ts';
import type { SourceOptions } from '../source.ts';

/** @throws PollError if no role is set, or if it is not the ARN of a role */
export function readGithubRole({ env, roleArn, sessionName, durationSeconds }: SourceOptions): RoleSession {
  const name = roleArn === undefined ? 'AWS_ROLE_ARN' : '--role-arn';
  const arn = roleArn ?? readVariable(env, 'AWS_ROLE_ARN');
  if (arn === null) {
    throw new PollError('invalid-configuration', 'neither --role-arn nor AWS_ROLE_ARN names the role');
  }
  return createRoleSession(
    { name, value: arn },
    sessionName ?? readVariable(env, 'AWS_ROLE_SESSION_NAME'),
    durationSeconds ?? null,
  );
}
