import { PROFILE_PROVIDERS, type ProfileProviders } from '../../../domain/provider-chain/providers.ts';
import { readProfileSetting } from '../../profile/credentials.ts';
import type { Profile } from '../../profile/files.ts';

/** Providers that a probe without network found, and their profile. */
interface Probed {
  providers: Partial<ProfileProviders>;
  profile: Profile | undefined;
}

/** The providers that a client finds with other settings. Processes are compared by their command, because they are not run. */
export const selectDiffering = (found: Probed, usual: Probed): Partial<ProfileProviders> =>
  Object.fromEntries(
    PROFILE_PROVIDERS.flatMap((name) => {
      const provider = found.providers[name];
      const isSame =
        JSON.stringify(provider) === JSON.stringify(usual.providers[name]) &&
        (name !== 'process' || readProcess(found) === readProcess(usual));
      return provider === undefined || isSame ? [] : [[name, provider]];
    }),
  );

const readProcess = ({ profile }: Probed) => readProfileSetting(profile ?? null, 'credential_process');
