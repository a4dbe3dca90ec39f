import {
  createProvider,
  mapNames,
  PROFILE_PROVIDERS,
  type ProfileProviders,
  type Provider,
  type ProviderName,
} from '../../../domain/provider-chain/providers.ts';
import type { ParsedProfileFiles } from '../../profile/files.ts';
import type { SourceOptions } from '../../source.ts';
import { probeProfileProviders } from '../profile-providers.ts';
import { checkRoleBase } from '../role-base.ts';

interface ProbeContext {
  options: SourceOptions;
  /** The other providers, whose credentials may assume a role. */
  providers: ReadonlyMap<ProviderName, Provider>;
}

/** The providers of the selected profile, without network and without running a process. */
export async function probeProfileOffline(
  files: ParsedProfileFiles,
  { options, providers }: ProbeContext,
): Promise<ProfileProviders> {
  const probes = probeProfileProviders(options, files, { offline: true });
  const found = new Map<ProviderName, Provider>();
  for (const [name, probe] of probes) found.set(name, await probe);
  const role = found.get('profile-role');
  if (role !== undefined) {
    const all = new Map([...providers, ...found]);
    found.set('profile-role', await checkRoleBase(role, { files, options, providers: all }));
  }
  return mapNames(PROFILE_PROVIDERS, (name) => found.get(name) ?? createProvider(name));
}
