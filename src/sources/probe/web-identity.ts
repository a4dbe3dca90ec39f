import { createProvider, type Provider, type ProviderName } from '../../domain/provider-chain/providers.ts';
import { parseRoleArn } from '../aws/role-arn.ts';
import { parseJwtExpiration } from '../document/jwt.ts';
import { describeReadError, readSmallFile } from '../environment/small-file.ts';
import { createInvalidSettingError } from '../poll-error.ts';
import type { SourceOptions } from '../source.ts';

/** Checks the token file without a call to STS. EKS (IRSA) and CI systems write such files. */
export async function probeWebIdentity(
  name: ProviderName,
  { tokenFile, roleArn }: Record<'tokenFile' | 'roleArn', string | null>,
  { clock, readFile = readSmallFile }: Pick<SourceOptions, 'clock' | 'readFile'>,
): Promise<Provider> {
  if (tokenFile === null) return createProvider(name);
  if (roleArn === null) {
    return createProvider(name, { state: 'incomplete', problem: { code: 'NO_ROLE_ARN' } });
  }
  const known = parseRoleArn(roleArn);
  if (known.role === null) {
    const setting = name === 'web-identity' ? 'AWS_ROLE_ARN' : 'role_arn';
    const error = createInvalidSettingError(setting, 'is not the ARN of a role');
    const { reason, detail, misconfiguration } = error;
    const failure = { reason, detail, misconfiguration, possibleHopLimit: false };
    return createProvider(name, { state: 'fails', problem: { code: 'POLL_FAILED', ...failure } });
  }
  let token: string;
  try {
    token = await readFile(tokenFile);
  } catch (error) {
    const problem = { code: 'TOKEN_FILE_UNREADABLE', detail: describeReadError(error) } as const;
    return createProvider(name, { ...known, state: 'fails', problem });
  }
  const tokenExpiration = parseJwtExpiration(token.trim());
  if (tokenExpiration !== null && tokenExpiration <= clock.now()) {
    const problem = { code: 'TOKEN_EXPIRED', at: tokenExpiration } as const;
    return createProvider(name, { ...known, state: 'fails', problem, tokenExpiration });
  }
  return createProvider(name, { ...known, state: 'untried', tokenExpiration });
}
