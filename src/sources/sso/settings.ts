import { findSimilarWords } from '../../domain/similar-words.ts';
import { readText } from '../document/json-object.ts';
import type { ParsedProfileFiles, Profile, SectionSettings } from '../profile/files.ts';

/** What a profile says about IAM Identity Center. A text is null if the setting is missing. */
export interface SsoSettings {
  /** The name of the section `sso-session`. Null in the older form, which has all settings in the profile. */
  session: string | null;
  startUrl: string | null;
  region: string | null;
  accountId: string | null;
  roleName: string | null;
  /** The names of the missing settings. */
  missing: readonly string[];
  /** The profile names a section `sso-session` that does not exist. */
  missingSession: MissingSession | null;
}

export interface MissingSession {
  name: string;
  similarNames: readonly string[];
}

const ROLE_SETTINGS = ['sso_account_id', 'sso_role_name'];
const SESSION_SETTINGS = ['sso_start_url', 'sso_region'];

/** Null if the profile has no setting of IAM Identity Center. */
export function readSsoSettings(profile: Profile, { ssoSessions }: ParsedProfileFiles): SsoSettings | null {
  const settings: SectionSettings = { ...profile.config, ...profile.credentials };
  const read = (name: string) => readText(settings, name);
  if (![...ROLE_SETTINGS, ...SESSION_SETTINGS, 'sso_session'].some(read)) return null;
  const session = read('sso_session');
  const sessionSettings = session === null ? settings : (ssoSessions.get(session) ?? {});
  const missingSession =
    session === null || ssoSessions.has(session)
      ? null
      : { name: session, similarNames: findSimilarWords(session, [...ssoSessions.keys()]) };
  return {
    session,
    startUrl: readText(sessionSettings, 'sso_start_url'),
    region: readText(sessionSettings, 'sso_region'),
    accountId: read('sso_account_id'),
    roleName: read('sso_role_name'),
    missingSession,
    missing: [
      ...ROLE_SETTINGS.filter((name) => read(name) === null),
      ...SESSION_SETTINGS.filter((name) => readText(sessionSettings, name) === null),
    ],
  };
}
