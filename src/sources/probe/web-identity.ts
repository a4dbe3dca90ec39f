import { type Place, type PlaceName, placeOf } from '../../domain/provider-chain/providers.ts';
import { jwtExpiry } from '../container/jwt.ts';
import { readSmallFile, unreadableBecause } from '../small-file.ts';
import type { SourceOptions } from '../source.ts';

const ROLE_ARN = /^arn:[\w-]+:iam::(\d{12}):role\/(?:[\w+=,.@/-]{1,512}\/)?([\w+=,.@-]{1,64})$/;

/** Account and name of a role, as far as the text is a role's. */
export function roleOf(arn: string): { accountId: string; role: string } {
  const [, accountId = '', role = ''] = ROLE_ARN.exec(arn) ?? [];
  return { accountId, role };
}

/** A token in a file, which would be shown to STS: EKS puts one there for IRSA, CI systems do. */
export async function webIdentityPlace(
  name: PlaceName,
  { tokenFile, roleArn }: { tokenFile: string; roleArn: string },
  { clock, readFile = readSmallFile }: Pick<SourceOptions, 'clock' | 'readFile'>,
): Promise<Place> {
  if (tokenFile.trim() === '') return placeOf(name);
  if (roleArn.trim() === '') return placeOf(name, { state: 'incomplete', fault: { code: 'NO_ROLE_ARN' } });
  const known = roleOf(roleArn);
  let token: string;
  try {
    token = await readFile(tokenFile);
  } catch (error) {
    const fault = { code: 'TOKEN_FILE_UNREADABLE', because: unreadableBecause(error) } as const;
    return placeOf(name, { ...known, state: 'fails', fault });
  }
  const tokenExpiration = jwtExpiry(token.trim());
  if (tokenExpiration !== null && tokenExpiration <= clock.now()) {
    return placeOf(name, {
      ...known,
      state: 'fails',
      fault: { code: 'TOKEN_EXPIRED', at: tokenExpiration },
      tokenExpiration,
    });
  }
  return placeOf(name, { ...known, state: 'untried', tokenExpiration });
}
