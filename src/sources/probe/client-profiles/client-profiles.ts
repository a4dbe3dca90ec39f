import {
  type ClientProfile,
  createProvider,
  type ProfileProvider,
  type Provider,
  type ProviderName,
} from '../../../domain/provider-chain/providers.ts';
import {
  FILE_READERS,
  type FileReader,
  type UnusualSettings,
} from '../../../domain/provider-chain/shared-files/unusual-settings.ts';
import type { ParsedProfileFiles } from '../../profile/files.ts';
import type { SourceOptions } from '../../source.ts';
import { probeProfileProviders } from '../profile-providers.ts';
import { findMissingBase } from '../role-base.ts';
import { applyComments } from './comments.ts';
import { applyEmptySettings } from './empty-settings.ts';
import { readLike } from './file-readers.ts';
import { selectDiffering } from './select-differing.ts';

interface Context {
  options: SourceOptions;
  files: ParsedProfileFiles;
  botocoreProfiles: ParsedProfileFiles['profiles'] | null;
  unusual: UnusualSettings;
  /** The providers that the probe found. */
  providers: ReadonlyMap<ProviderName, Provider>;
}

const FILES = [
  { variable: 'AWS_CONFIG_FILE', file: 'configFile' },
  { variable: 'AWS_SHARED_CREDENTIALS_FILE', file: 'credentialsFile' },
] as const;

type ProfileProviders = Record<ProfileProvider, Provider>;

/**
 * What clients find that read the shared files in another way than the loader of the JavaScript SDK with names in any
 * case. Runs no process, so a provider is replaced only if its settings differ.
 */
export async function probeClientProfiles(context: Context): Promise<ClientProfile[]> {
  const usual = await probe(context.files, context);
  return Promise.all(FILE_READERS.map((reader) => probeLike(reader, usual, context)));
}

async function probeLike(
  reader: FileReader,
  usual: ProfileProviders,
  context: Context,
): Promise<ClientProfile> {
  const { unusual, botocoreProfiles } = context;
  const files = readLike(reader, { ...context.files, botocoreProfiles, emptyPaths: unusual.emptyPaths });
  const profile = files.profiles.get(files.selectedName);
  const probed = await probe(files, context);
  const withEmpty =
    profile && reader.keepsEmpty
      ? applyEmptySettings(probed, profile, { reader, profiles: files.profiles })
      : probed;
  const found =
    profile && reader.clients.includes('botocore') ? applyComments(withEmpty, profile) : withEmpty;
  const known = context.files.profiles.get(context.files.selectedName);
  const unreadFiles = FILES.flatMap(({ variable, file }) => {
    const { state, path } = context.files[file];
    return state === 'read' && files[file].state !== 'read' ? [{ variable, path }] : [];
  });
  return {
    clients: reader.clients,
    providers: selectDiffering({ providers: found, profile }, { providers: usual, profile: known }),
    profile:
      unreadFiles.length === 0 ? null : { exists: profile !== undefined, anyExist: files.profiles.size > 0 },
    unreadFiles,
  };
}

async function probe(files: ParsedProfileFiles, { options, providers }: Context): Promise<ProfileProviders> {
  const probes = probeProfileProviders(options, files, { offline: true });
  const found = new Map(
    await Promise.all(
      probes.map(async ([name, each]): Promise<[ProviderName, Provider]> => [name, await each]),
    ),
  );
  const role = found.get('profile-role');
  if (role?.state === 'untried' || role?.problem?.code === 'MFA_REQUIRED') {
    const all = new Map([...providers, ...found]);
    const problem = await findMissingBase(files.selectedName, { files, providers: all, options });
    if (problem !== null) found.set('profile-role', { ...role, state: 'incomplete', problem });
  }
  const get = <Name extends ProfileProvider>(name: Name) => found.get(name) ?? createProvider(name);
  return {
    profile: get('profile'),
    'profile-role': get('profile-role'),
    'profile-web-identity': get('profile-web-identity'),
    sso: get('sso'),
    login: get('login'),
    process: get('process'),
  };
}
