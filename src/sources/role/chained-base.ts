import type { ProviderName, RoleBaseKind } from '../../domain/provider-chain/providers.ts';
import { Notes } from '../notes.ts';
import { PollError } from '../poll-error.ts';
import { readBaseCredentials, readProfileCredentials } from '../profile/credentials.ts';
import type { ParsedProfileFiles, Profile } from '../profile/files.ts';
import { readRoleBase } from './settings.ts';

/** Keys and processes may be of a user, whose role sessions AWS does not limit to one hour. */
const ROLE_KINDS: readonly RoleBaseKind[] = ['role', 'web-identity', 'sso', 'container', 'imds'];

const isRoleKind = (kind: string): kind is RoleBaseKind => ROLE_KINDS.some((each) => each === kind);

/**
 * What assumes the role of a profile, if these are credentials of a role themselves. Null for other credentials, and
 * if the settings are invalid. Reads no further file.
 */
export function findChainedBase(profile: Profile, files: ParsedProfileFiles): RoleBaseKind | null {
  try {
    const base = readRoleBase(profile);
    if (base.kind === 'source') return isRoleKind(base.source) ? base.source : null;
    // A profile that names itself uses its own keys.
    const named = base.name === profile.name ? undefined : files.profiles.get(base.name);
    return named === undefined ? null : findRoleKind(named, readBaseCredentials);
  } catch (error) {
    if (error instanceof PollError) return null;
    throw error;
  }
}

/** Null if the credentials of the profile are not known to be those of a role. */
export function findRoleKind(profile: Profile, read = readProfileCredentials): RoleBaseKind | null {
  try {
    const { kind } = read(profile, new Notes());
    return isRoleKind(kind) ? kind : null;
  } catch (error) {
    if (error instanceof PollError) return null;
    throw error;
  }
}

/** Whether a provider has credentials of a role. */
export const isRoleProvider = (name: ProviderName): boolean =>
  ['web-identity', 'profile-role', 'profile-web-identity', 'sso', 'container', 'imds'].includes(name);
