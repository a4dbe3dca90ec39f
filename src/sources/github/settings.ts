import type { Seconds } from '../../domain/model.ts';
import { parseRoleArn } from '../aws/role-arn.ts';
import { readVariable } from '../environment/variables.ts';
import { createInvalidSettingError, PollError } from '../poll-error.ts';
import type { SourceOptions } from '../source.ts';
import { DEFAULT_SESSION_NAME } from '../web-identity/settings.ts';

export interface GithubRole {
  roleArn: string;
  role: string;
  accountId: string | null;
  sessionName: string;
  durationSeconds: Seconds | null;
}

/** @throws PollError if no role is set, or if it is not the ARN of a role */
export function readGithubRole({ env, roleArn, sessionName, durationSeconds }: SourceOptions): GithubRole {
  const name = roleArn === undefined ? 'AWS_ROLE_ARN' : '--role-arn';
  const arn = roleArn ?? readVariable(env, 'AWS_ROLE_ARN');
  if (arn === null) {
    throw new PollError('invalid-configuration', 'neither --role-arn nor AWS_ROLE_ARN names the role');
  }
  const { role, accountId } = parseRoleArn(arn);
  if (role === null) throw createInvalidSettingError(name, 'is not the ARN of a role');
  return {
    roleArn: arn,
    role,
    accountId,
    sessionName: sessionName ?? readVariable(env, 'AWS_ROLE_SESSION_NAME') ?? DEFAULT_SESSION_NAME,
    durationSeconds: durationSeconds ?? null,
  };
}
