import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Instant } from '../../domain/model.ts';
import { parseInstant } from '../../domain/time/instant.ts';
import { getSystemErrorCode } from '../../errors.ts';
import { Secret } from '../../secret.ts';
import { parseJsonObject, readText } from '../document/json-object.ts';
import { describeReadError, readSmallFile } from '../environment/small-file.ts';
import { isVariableSet } from '../environment/variables.ts';
import { throwIfLocal } from '../local-errors.ts';
import { PollError } from '../poll-error.ts';
import type { SourceOptions } from '../source.ts';

export interface CachedSsoToken {
  accessToken: Secret;
  expiration: Instant;
  /** The file also has all with which SDKs renew this token. */
  isRenewable: boolean;
}

/** botocore needs all of them to renew a token. The JavaScript SDK does not read the last one. */
const RENEWAL_MEMBERS = ['refreshToken', 'clientId', 'clientSecret', 'registrationExpiresAt'];

/**
 * The token that `aws sso login` has stored. Null if there is none.
 * @throws PollError if the file exists and cannot be read, or has no token
 * @param cacheKey the name of the SSO session, or the start URL without one; its hash is the file name
 */
export async function readCachedSsoToken(
  cacheKey: string,
  { clock, env, home, readFile = readSmallFile }: Pick<SourceOptions, 'clock' | 'env' | 'home' | 'readFile'>,
): Promise<CachedSsoToken | null> {
  const folder = isVariableSet(env, 'HOME') ? env.HOME : home;
  if (folder === undefined || folder === '') return null;
  const file = `${createHash('sha1').update(cacheKey).digest('hex')}.json`;
  const text = await readFile(join(folder, '.aws', 'sso', 'cache', file)).catch(throwUnlessMissing);
  if (text === '') return null;
  const object = parseJsonObject(text) ?? {};
  const accessToken = readText(object, 'accessToken');
  const expiration = parseInstant(readText(object, 'expiresAt') ?? '')?.instant;
  if (accessToken === null || expiration === undefined) {
    throw new PollError('sso-login-required', 'the file with the stored token is damaged');
  }
  const registrationEnd = parseInstant(readText(object, 'registrationExpiresAt') ?? '')?.instant ?? 0;
  const isRenewable =
    RENEWAL_MEMBERS.every((name) => readText(object, name) !== null) && registrationEnd > clock.now();
  return { accessToken: new Secret(accessToken), expiration, isRenewable };
}

/** A missing file is an empty one. */
function throwUnlessMissing(error: unknown): string {
  throwIfLocal(error);
  if (['ENOENT', 'ENOTDIR'].includes(getSystemErrorCode(error) ?? '')) return '';
  const detail = `could not read the stored token: ${describeReadError(error)}`;
  throw new PollError('sso-login-required', detail, { misconfiguration: { code: 'SSO_CACHE_UNREADABLE' } });
}
