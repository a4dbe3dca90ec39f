import {
  createProvider,
  mapNames,
  PROFILE_PROVIDERS,
  type ProfileProvider,
  type Provider,
  type ProviderName,
} from '../../../domain/provider-chain/providers.ts';
import type { ParsedProfileFiles } from '../../profile/files.ts';
import type { SourceOptions } from '../../source.ts';
import { probeProfileProviders } from '../profile-providers.ts';
import { probeRoleBase } from '../role-base.ts';

export type ProfileProviders = Readonly<Record<ProfileProvider, Provider>>;

interface ProbeContext {
  options: SourceOptions;
  /** The other providers, whose credentials may assume a role. */
  providers: ReadonlyMap<ProviderName, Provider>;
  runsProcesses?: boolean;
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

/** The role of the selected profile, which is incomplete without credentials that assume it. */
export async function checkRoleBase(
  role: Provider,
  { files, options, providers, runsProcesses = false }: ProbeContext & { files: ParsedProfileFiles },
): Promise<Provider> {
  if (role.state !== 'untried' && role.problem?.code !== 'MFA_REQUIRED') return role;
  const context = { files, providers, options, runsProcesses };
  const { problem, notes } = await probeRoleBase(files.selectedName, context);
  const withNotes = { ...role, notes: [...role.notes, ...notes] };
  return problem === null ? withNotes : { ...withNotes, state: 'incomplete', problem };
}
