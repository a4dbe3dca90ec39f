import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { createProvider, type Provider } from '../../domain/provider-chain/providers.ts';
import { parseInstant } from '../../domain/time/instant.ts';
import { parseJsonObject, readText } from '../document/json-object.ts';
import { readSmallFile } from '../environment/small-file.ts';
import type { Profile, ProfileFiles, SectionSettings } from '../profile/files.ts';
import type { SourceOptions } from '../source.ts';

const OWN = ['sso_account_id', 'sso_role_name'];
const SESSIONS = ['sso_start_url', 'sso_region'];

/**
 * Single sign-on: whether somebody has signed in, by the token that `aws sso login` left in its cache. Of that file no
 * more is taken than when it ends and whether it can be renewed.
 */
export async function probeSso(
  profile: Profile,
  { ssoSessions }: ProfileFiles,
  options: SourceOptions,
): Promise<Provider> {
  const settings: SectionSettings = { ...profile.config, ...profile.credentials };
  const read = (name: string) => readText(settings, name);
  if (![...OWN, ...SESSIONS, 'sso_session'].some((name) => read(name) !== '')) return createProvider('sso');
  const session = read('sso_session');
  const shared: SectionSettings = session === '' ? settings : (ssoSessions.get(session) ?? {});
  const known = { role: read('sso_role_name'), accountId: read('sso_account_id') };
  const missing = [
    ...OWN.filter((name) => read(name) === ''),
    ...SESSIONS.filter((name) => readText(shared, name) === ''),
  ];
  if (missing.length > 0) {
    const fault = { code: 'SETTINGS_MISSING', names: missing } as const;
    return createProvider('sso', { ...known, state: 'incomplete', problem: fault });
  }
  const token = await readToken(session === '' ? readText(shared, 'sso_start_url') : session, options);
  if (token === null)
    return createProvider('sso', { ...known, state: 'fails', problem: { code: 'NOT_SIGNED_IN' } });
  const { expiration, isRenewable } = token;
  const isOver = expiration <= options.clock.now();
  if (isOver && !(isRenewable && session !== '')) {
    const fault = { code: 'TOKEN_EXPIRED', at: expiration } as const;
    return createProvider('sso', { ...known, state: 'fails', problem: fault, tokenExpiration: expiration });
  }
  return createProvider('sso', { ...known, state: 'untried', tokenExpiration: isOver ? null : expiration });
}

/** @param name of the session, or the start URL where there is none: its hash is the name of the file */
async function readToken(name: string, { env, home, readFile = readSmallFile }: SourceOptions) {
  const folder = (env.HOME ?? '').trim() === '' ? home : env.HOME;
  if (folder === undefined || folder === '') return null;
  const file = `${createHash('sha1').update(name).digest('hex')}.json`;
  const text = await readFile(join(folder, '.aws', 'sso', 'cache', file)).catch(() => '');
  const object = parseJsonObject(text);
  if (object === null || readText(object, 'accessToken') === '') return null;
  const expiration = parseInstant(readText(object, 'expiresAt'))?.instant;
  if (expiration === undefined) return null;
  return { expiration, isRenewable: readText(object, 'refreshToken') !== '' };
}
