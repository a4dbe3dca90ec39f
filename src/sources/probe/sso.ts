import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { createProvider, type Provider } from '../../domain/provider-chain/providers.ts';
import { parseInstant } from '../../domain/time/instant.ts';
import { parseJsonObject, readText } from '../document/json-object.ts';
import { readSmallFile } from '../environment/small-file.ts';
import { isVariableSet } from '../environment/variables.ts';
import type { ParsedProfileFiles, Profile, SectionSettings } from '../profile/files.ts';
import type { SourceOptions } from '../source.ts';

const ROLE_SETTINGS = ['sso_account_id', 'sso_role_name'];
const SESSION_SETTINGS = ['sso_start_url', 'sso_region'];

/**
 * Checks whether the user is signed in to IAM Identity Center. Reads only the expiration from the file that
 * `aws sso login` caches, and whether the token can be renewed.
 */
export async function probeSso(
  profile: Profile,
  { ssoSessions }: ParsedProfileFiles,
  options: SourceOptions,
): Promise<Provider> {
  const settings: SectionSettings = { ...profile.config, ...profile.credentials };
  const read = (name: string) => readText(settings, name);
  if (![...ROLE_SETTINGS, ...SESSION_SETTINGS, 'sso_session'].some(read)) return createProvider('sso');
  const session = read('sso_session');
  const sessionSettings: SectionSettings = session === null ? settings : (ssoSessions.get(session) ?? {});
  const known = { role: read('sso_role_name'), accountId: read('sso_account_id') };
  const missing = [
    ...ROLE_SETTINGS.filter((name) => read(name) === null),
    ...SESSION_SETTINGS.filter((name) => readText(sessionSettings, name) === null),
  ];
  if (missing.length > 0) {
    const problem = { code: 'SETTINGS_MISSING', names: missing } as const;
    return createProvider('sso', { ...known, state: 'incomplete', problem });
  }
  const token = await readCachedToken(session ?? read('sso_start_url') ?? '', options);
  if (token === null) {
    return createProvider('sso', { ...known, state: 'fails', problem: { code: 'NOT_SIGNED_IN' } });
  }
  const { expiration } = token;
  if (expiration > options.clock.now()) {
    return createProvider('sso', { ...known, state: 'untried', tokenExpiration: expiration });
  }
  // SDKs renew tokens of sessions only.
  if (token.isRenewable && session !== null) return createProvider('sso', { ...known, state: 'untried' });
  const problem = { code: 'TOKEN_EXPIRED', at: expiration } as const;
  return createProvider('sso', { ...known, state: 'fails', problem, tokenExpiration: expiration });
}

/** @param cacheKey the name of the SSO session, or the start URL without one; its hash is the file name */
async function readCachedToken(cacheKey: string, { env, home, readFile = readSmallFile }: SourceOptions) {
  const folder = isVariableSet(env, 'HOME') ? env.HOME : home;
  if (folder === undefined || folder === '') return null;
  const file = `${createHash('sha1').update(cacheKey).digest('hex')}.json`;
  const text = await readFile(join(folder, '.aws', 'sso', 'cache', file)).catch(() => '');
  const object = parseJsonObject(text);
  if (object === null || readText(object, 'accessToken') === null) return null;
  const expiration = parseInstant(readText(object, 'expiresAt') ?? '')?.instant;
  if (expiration === undefined) return null;
  return { expiration, isRenewable: readText(object, 'refreshToken') !== null };
}
