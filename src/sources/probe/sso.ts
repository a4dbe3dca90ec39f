import { createProvider, type Provider } from '../../domain/provider-chain/providers.ts';
import { PollError } from '../poll-error.ts';
import type { ParsedProfileFiles, Profile } from '../profile/files.ts';
import type { SourceOptions } from '../source.ts';
import { readCachedSsoToken } from '../sso/cached-token.ts';
import { readSsoSettings } from '../sso/settings.ts';

/** Checks whether the user is signed in to IAM Identity Center. Sends no request. */
export async function probeSso(
  profile: Profile,
  files: ParsedProfileFiles,
  options: SourceOptions,
): Promise<Provider> {
  const settings = readSsoSettings(profile, files);
  if (settings === null) return createProvider('sso');
  const { session, startUrl, roleName, accountId, missing, missingSession } = settings;
  const known = { role: roleName, accountId };
  if (missing.length > 0) {
    const section = missingSession === null ? {} : { session: missingSession };
    const problem = { code: 'SETTINGS_MISSING', names: missing, ...section } as const;
    return createProvider('sso', { ...known, state: 'incomplete', problem });
  }
  const token = await readCachedSsoToken(session ?? startUrl ?? '', options).catch((error: unknown) => {
    if (error instanceof PollError) return null;
    throw error;
  });
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
