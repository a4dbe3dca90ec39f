import { createProvider, type Provider, type ProviderName } from '../../domain/provider-chain/providers.ts';
import { parseJwtExpiration } from '../container/jwt.ts';
import { describeReadError, readSmallFile } from '../environment/small-file.ts';
import type { SourceOptions } from '../source.ts';

const ROLE_ARN = /^arn:[\w-]+:iam::(\d{12}):role\/(?:[\w+=,.@/-]{1,512}\/)?([\w+=,.@-]{1,64})$/;

/** Account and name of a role, as far as the text is a role's. */
export function parseRoleArn(arn: string): { accountId: string; role: string } {
  const [, accountId = '', role = ''] = ROLE_ARN.exec(arn) ?? [];
  return { accountId, role };
}

/** A token in a file, which would be shown to STS: EKS puts one there for IRSA, CI systems do. */
export async function probeWebIdentity(
  name: ProviderName,
  { tokenFile, roleArn }: { tokenFile: string; roleArn: string },
  { clock, readFile = readSmallFile }: Pick<SourceOptions, 'clock' | 'readFile'>,
): Promise<Provider> {
  if (tokenFile.trim() === '') return createProvider(name);
  if (roleArn.trim() === '')
    return createProvider(name, { state: 'incomplete', problem: { code: 'NO_ROLE_ARN' } });
  const known = parseRoleArn(roleArn);
  let token: string;
  try {
    token = await readFile(tokenFile);
  } catch (error) {
    const fault = { code: 'TOKEN_FILE_UNREADABLE', detail: describeReadError(error) } as const;
    return createProvider(name, { ...known, state: 'fails', problem: fault });
  }
  const tokenExpiration = parseJwtExpiration(token.trim());
  if (tokenExpiration !== null && tokenExpiration <= clock.now()) {
    return createProvider(name, {
      ...known,
      state: 'fails',
      problem: { code: 'TOKEN_EXPIRED', at: tokenExpiration },
      tokenExpiration,
    });
  }
  return createProvider(name, { ...known, state: 'untried', tokenExpiration });
}
