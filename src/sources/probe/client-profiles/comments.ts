import {
  createProvider,
  PROFILE_PROVIDERS,
  type ProfileProvider,
  type ProfileProviders,
} from '../../../domain/provider-chain/providers.ts';
import { readProfileSetting } from '../../profile/credentials.ts';
import type { Profile } from '../../profile/files.ts';

/** The settings that a comment makes useless. A comment after other settings changes less, for example a duration. */
const SETTINGS: Readonly<Record<ProfileProvider, readonly string[]>> = {
  profile: ['aws_access_key_id', 'aws_secret_access_key', 'aws_session_token'],
  'profile-role': ['role_arn', 'source_profile', 'credential_source'],
  'profile-web-identity': ['role_arn', 'web_identity_token_file'],
  sso: ['sso_session', 'sso_start_url', 'sso_region', 'sso_account_id', 'sso_role_name'],
  login: ['login_session'],
  // Without a shell, the words of the comment are arguments of the program.
  process: ['credential_process'],
};

/**
 * The providers of botocore, which reads a comment after a value as part of the value.
 * @param profile with the comments
 */
export function applyComments<Providers extends Partial<ProfileProviders>>(
  providers: Providers,
  profile: Profile,
): Providers {
  const broken = PROFILE_PROVIDERS.flatMap((name) => {
    const provider = providers[name];
    if (provider === undefined || provider.state === 'absent') return [];
    const [problem] = SETTINGS[name].flatMap((key) => {
      const mark = /\s([#;])/.exec(readProfileSetting(profile, key) ?? '')?.[1];
      return mark === '#' || mark === ';' ? [{ code: 'COMMENT_IN_VALUE', name: key, mark } as const] : [];
    });
    if (problem === undefined) return [];
    const { profileFile } = provider;
    return [[name, createProvider(name, { profileFile, state: 'incomplete', problem })]];
  });
  return { ...providers, ...Object.fromEntries(broken) };
}
