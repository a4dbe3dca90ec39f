import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Instant } from '../../domain/model.ts';
import { parseInstant } from '../../domain/time/instant.ts';
import { Secret } from '../../secret.ts';
import { parseJsonObject, readText } from '../document/json-object.ts';
import { readSmallFile } from '../environment/small-file.ts';
import { isVariableSet } from '../environment/variables.ts';
import type { SourceOptions } from '../source.ts';

export interface CachedSsoToken {
  accessToken: Secret;
  expiration: Instant;
  /** The file also has a token with which SDKs renew this one. */
  isRenewable: boolean;
}

/**
 * The token that `aws sso login` has stored. Null if there is none.
 * @param cacheKey the name of the SSO session, or the start URL without one; its hash is the file name
 */
export async function readCachedSsoToken(
  cacheKey: string,
  { env, home, readFile = readSmallFile }: Pick<SourceOptions, 'env' | 'home' | 'readFile'>,
): Promise<CachedSsoToken | null> {
  const folder = isVariableSet(env, 'HOME') ? env.HOME : home;
  if (folder === undefined || folder === '') return null;
  const file = `${createHash('sha1').update(cacheKey).digest('hex')}.json`;
  const text = await readFile(join(folder, '.aws', 'sso', 'cache', file)).catch(() => '');
  const object = parseJsonObject(text);
  if (object === null) return null;
  const accessToken = readText(object, 'accessToken');
  const expiration = parseInstant(readText(object, 'expiresAt') ?? '')?.instant;
  if (accessToken === null || expiration === undefined) return null;
  const isRenewable = readText(object, 'refreshToken') !== null;
  return { accessToken: new Secret(accessToken), expiration, isRenewable };
}
