import {
  createProvider,
  type ProfileProvider,
  type ProfileProviders,
} from '../../../domain/provider-chain/providers.ts';
import type { FileReader } from '../../../domain/provider-chain/rules/file-readers.ts';
import type { ParsedProfileFiles, Profile, SectionSettings } from '../../profile/files.ts';
import { findSetting, KEY_ID, SECRET_KEY } from './find-unusual-settings.ts';

const TOKEN_FILE = 'web_identity_token_file';
const SSO_SETTINGS = ['sso_account_id', 'sso_role_name', 'sso_session', 'sso_start_url', 'sso_region'];

/**
 * The providers of a client that reads a setting without a value as an empty value. Tested with botocore 1.43.11. The
 * rules of Java and Rust were read from `ProfileCredentialsUtils` and `profile/credentials/repr.rs`.
 * @param probed the providers without these settings
 */
export function applyEmptySettings(
  probed: ProfileProviders,
  profile: Profile,
  { reader, profiles }: { reader: FileReader; profiles: ParsedProfileFiles['profiles'] },
): ProfileProviders {
  const isBotocore = reader.parser === 'botocore';
  const settings = { ...profile.config, ...profile.credentials };
  const has = (name: string) => findSetting(settings, name) !== undefined;
  const isEmpty = (name: string) => findSetting(settings, name)?.trim() === '';
  const empty: [ProfileProvider, string | null | undefined][] = [
    ['profile', findEmptyKey(profile, reader)],
    ['process', isEmpty('credential_process') ? 'credential_process' : null],
    ['login', isEmpty('login_session') ? 'login_session' : null],
  ];
  // botocore needs one of these settings to use SSO.
  if (!isBotocore || has('sso_account_id') || has('sso_role_name')) {
    empty.push(['sso', SSO_SETTINGS.find(isEmpty)]);
  }
  const isRole = has('role_arn') && !has(TOKEN_FILE);
  if (isRole) {
    const names = ['role_arn', 'source_profile', 'credential_source', 'external_id'];
    // botocore asks for a code even if the name of the device is empty.
    const ofRole = [...names, ...(isBotocore ? ['mfa_serial'] : [])].find(isEmpty);
    const base = profiles.get(findSetting(settings, 'source_profile') ?? '');
    empty.push(['profile-role', ofRole ?? (base && findEmptyProcess(base))]);
  }
  // With this setting, even empty, the profile is a web identity. botocore then skips the profile.
  const isTokenEmpty = has('role_arn') && isEmpty(TOKEN_FILE);
  const skipped: ProfileProvider[] = isTokenEmpty ? ['profile-role', 'profile-web-identity'] : [];
  if (isTokenEmpty && !isBotocore) empty.push(['profile-web-identity', TOKEN_FILE]);
  const fail = (provider: ProfileProvider, name: string) =>
    createProvider(provider, {
      state: 'incomplete',
      problem: { code: 'EMPTY_SETTING', name },
      profileFile: findSetting(profile.credentials, name) === undefined ? 'config' : 'credentials',
    });
  return {
    ...probed,
    ...Object.fromEntries(skipped.map((provider) => [provider, createProvider(provider)])),
    ...Object.fromEntries(
      empty.flatMap(([provider, name]) => (name ? [[provider, fail(provider, name)]] : [])),
    ),
  };
}

/** The empty key of the pair that this client reads. Null if it ignores the keys, or if neither is empty. */
function findEmptyKey({ config, credentials }: Profile, { keys }: FileReader): string | null {
  const sections: SectionSettings[] =
    keys === 'combined' ? [{ ...config, ...credentials }] : [credentials, config];
  const section = sections.find((each) => findSetting(each, KEY_ID) !== undefined);
  if (section === undefined) return null;
  // PHP ignores a key without the other one. For botocore, Java and Rust, even an empty key needs the other one.
  if (keys === 'complete' && findSetting(section, SECRET_KEY) === undefined) return null;
  return [KEY_ID, SECRET_KEY].find((name) => findSetting(section, name)?.trim() === '') ?? null;
}

/** The setting of an empty process. Null if the credentials file has keys, which come before the process. */
function findEmptyProcess({ config, credentials }: Profile): string | null {
  const name = 'credential_process';
  const isEmpty = findSetting({ ...config, ...credentials }, name)?.trim() === '';
  return isEmpty && findSetting(credentials, KEY_ID) === undefined ? name : null;
}
