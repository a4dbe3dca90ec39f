import {
  createProvider,
  type ProfileProvider,
  type Provider,
} from '../../../domain/provider-chain/providers.ts';
import type { FileReader } from '../../../domain/provider-chain/shared-files/unusual-settings.ts';
import type { Profile, SectionSettings } from '../../profile/files.ts';
import { findSetting, KEY_ID, SECRET_KEY } from './unusual-settings.ts';

type ProfileProviders = Record<ProfileProvider, Provider>;

/**
 * The providers of a client that reads a setting without a value as an empty value.
 * @param probed the providers without these settings
 */
export function applyEmptySettings(
  probed: ProfileProviders,
  profile: Profile,
  reader: FileReader,
): ProfileProviders {
  const settings = { ...profile.config, ...profile.credentials };
  const has = (name: string) => findSetting(settings, name) !== undefined;
  const isEmpty = (name: string) => findSetting(settings, name)?.trim() === '';
  const fail = (provider: ProfileProvider, name: string): Partial<ProfileProviders> => ({
    [provider]: createProvider(provider, {
      state: 'incomplete',
      problem: { code: 'EMPTY_SETTING', name },
      profileFile: findSetting(profile.credentials, name) === undefined ? 'config' : 'credentials',
    }),
  });
  const emptyKey = findEmptyKey(profile, reader);
  // botocore asks for a code even if the name of the device is empty.
  const ofRole = ['role_arn', 'source_profile', 'credential_source'];
  const emptyOfRole = [...ofRole, ...(reader.clients.includes('botocore') ? ['mfa_serial'] : [])].find(
    isEmpty,
  );
  const tokenFile = 'web_identity_token_file';
  return {
    ...probed,
    ...(emptyKey === null ? {} : fail('profile', emptyKey)),
    ...(isEmpty('credential_process') ? fail('process', 'credential_process') : {}),
    ...(has('role_arn') && !has(tokenFile) && emptyOfRole !== undefined
      ? fail('profile-role', emptyOfRole)
      : {}),
    ...(has('role_arn') && isEmpty(tokenFile) ? applyEmptyTokenFile(reader, fail) : {}),
  };
}

/** The token file decides the kind of the profile even if it is empty. botocore then skips the profile. */
function applyEmptyTokenFile(
  { clients }: FileReader,
  fail: (provider: ProfileProvider, name: string) => Partial<ProfileProviders>,
): Partial<ProfileProviders> {
  const noRole = { 'profile-role': createProvider('profile-role') };
  return clients.includes('botocore')
    ? { ...noRole, 'profile-web-identity': createProvider('profile-web-identity') }
    : { ...noRole, ...fail('profile-web-identity', 'web_identity_token_file') };
}

/** The empty key of the pair that this client reads. Null if it ignores the keys, or if neither is empty. */
function findEmptyKey({ config, credentials }: Profile, { combinesKeys }: FileReader): string | null {
  const sections: SectionSettings[] = combinesKeys ? [{ ...config, ...credentials }] : [credentials, config];
  const section = sections.find((each) => findSetting(each, KEY_ID) !== undefined);
  if (section === undefined || findSetting(section, SECRET_KEY) === undefined) return null;
  return [KEY_ID, SECRET_KEY].find((name) => findSetting(section, name)?.trim() === '') ?? null;
}
