import type { ProviderName, RoleBaseKind } from '../../domain/provider-chain/providers.ts';
import { PollError } from '../poll-error.ts';
import { findCredentialKind, readBaseCredentials, readProfileSetting } from '../profile/credentials.ts';
import type { ParsedProfileFiles, Profile } from '../profile/files.ts';
import { listSourceProfiles } from '../profile/source-profiles.ts';
import { findCredentialSource } from './credential-source.ts';
import { readRoleBase } from './settings.ts';

/** Keys and processes may be of a user, whose role sessions AWS does not limit to one hour. */
const ROLE_KINDS: readonly RoleBaseKind[] = ['role', 'web-identity', 'sso', 'container', 'imds'];

const selectRoleKind = (kind: string | null): RoleBaseKind | null =>
  ROLE_KINDS.find((each) => each === kind) ?? null;

/**
 * What assumes the role of a profile, if these are credentials of a role themselves. Null for other credentials, and
 * if the settings are invalid. Reads no further file.
 */
export function findChainedBase(profile: Profile, files: ParsedProfileFiles): RoleBaseKind | null {
  try {
    const base = readRoleBase(profile);
    if (base.kind === 'source') return selectRoleKind(base.source);
    // A profile that names itself uses its own keys.
    const named = base.name === profile.name ? undefined : files.profiles.get(base.name);
    return named === undefined ? null : selectRoleKind(findCredentialKind(named, readBaseCredentials));
  } catch (error) {
    if (error instanceof PollError) return null;
    throw error;
  }
}

/**
 * The first profile whose role needs a code of an MFA device: this profile, or one that assumes its role. Null if no
 * role needs a code.
 * @param read the credentials of a profile that assumes a role
 */
export function findMfaProfile(
  profile: Profile,
  files: ParsedProfileFiles,
  read = readBaseCredentials,
): string | null {
  for (const each of iterateRoles(profile, files, read)) {
    if (readProfileSetting(each, 'mfa_serial') !== null) return each.name;
  }
  return null;
}

/**
 * The endpoint that the `credential_source` of a profile names, or of a profile that assumes its role. Null if another
 * provider has the first credentials.
 */
export function findChainEndpoint(profile: Profile, files: ParsedProfileFiles): 'container' | 'imds' | null {
  for (const each of iterateRoles(profile, files)) {
    const setting = readProfileSetting(each, 'credential_source');
    const source = findCredentialSource(setting);
    if (setting !== null) return source === 'environment' ? null : source;
  }
  return null;
}

/** The profile, and the profiles whose roles assume its role. */
function* iterateRoles(
  profile: Profile,
  { profiles }: ParsedProfileFiles,
  read = readBaseCredentials,
): Generator<Profile> {
  const [, ...bases] = listSourceProfiles(profile, profiles);
  yield profile;
  for (const base of bases) {
    if (findCredentialKind(base, read) !== 'role') return;
    yield base;
  }
}

/** Null if the credentials of the profile are not known to be those of a role. */
export const findRoleKind = (profile: Profile): RoleBaseKind | null =>
  selectRoleKind(findCredentialKind(profile));

/** Whether a provider has credentials of a role. */
export const isRoleProvider = (name: ProviderName): boolean =>
  ['web-identity', 'profile-role', 'profile-web-identity', 'sso', 'container', 'imds'].includes(name);
