import { createProvider, type ProfileProviders } from '../../../domain/provider-chain/providers.ts';
import type { FileReader } from '../../../domain/provider-chain/rules/file-readers.ts';
import type { SsoSessionSetting } from '../../../domain/provider-chain/shared-files/unusual-settings.ts';

const COMPARED = ['sso_start_url', 'sso_region'];

/**
 * The providers of a client that fails if the profile repeats a setting of its section `sso-session`. Tested with
 * botocore, JavaScript and Ruby. The rules of the others were read from `SsoProfileCredentialsProviderFactory` (Java),
 * `shared_config.go`, `profile/credentials/repr.rs` (Rust), `SharedCredentialsFile` (.NET) and `CredentialProvider.php`.
 */
export function applySessionSettings(
  probed: ProfileProviders,
  settings: readonly SsoSessionSetting[],
  { rejectedInSsoSession, comparesWholeSession }: FileReader,
): ProfileProviders {
  const { sso } = probed;
  const rejected = settings.find(
    ({ name, difference }) =>
      rejectedInSsoSession.includes(difference) && (comparesWholeSession || COMPARED.includes(name)),
  );
  // Missing settings have a cause of their own.
  if (rejected === undefined || sso.state === 'absent' || sso.state === 'incomplete') return probed;
  const { name, session } = rejected;
  const problem = { code: 'SSO_SETTING_TWICE', name, session } as const;
  return { ...probed, sso: createProvider('sso', { ...sso, state: 'incomplete', problem }) };
}
