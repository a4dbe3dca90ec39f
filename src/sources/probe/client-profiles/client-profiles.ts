import type {
  ChainFacts,
  ClientProfile,
  ProfileProviders,
} from '../../../domain/provider-chain/providers.ts';
import type { FileReader } from '../../../domain/provider-chain/rules/file-readers.ts';
import type { UnusualSettings } from '../../../domain/provider-chain/shared-files/unusual-settings.ts';
import type { ParsedProfileFiles } from '../../profile/files.ts';
import { applyComments } from './comments.ts';
import { applyEmptySettings } from './empty-settings.ts';
import { readLike } from './read-like-client.ts';
import { selectDiffering } from './select-differing.ts';
import { applySessionSettings } from './session-settings.ts';

interface Context {
  files: ParsedProfileFiles;
  botocoreProfiles: ParsedProfileFiles['profiles'] | null;
  unusual: UnusualSettings;
  readers: readonly FileReader[];
  /** An argument, because the bundle of this module does not contain the sources. */
  probe: (files: ParsedProfileFiles) => Promise<ProfileProviders>;
}

const FILES = [
  { variable: 'AWS_CONFIG_FILE', file: 'configFile' },
  { variable: 'AWS_SHARED_CREDENTIALS_FILE', file: 'credentialsFile' },
] as const;

/**
 * The profile as each group of clients reads it. The usual probe reads it with the loader of the JavaScript SDK, and
 * accepts names in any case. Runs no process, so a provider is replaced only if its settings differ.
 */
export async function probeClientProfiles(context: Context): Promise<ClientProfile[]> {
  const usual = await context.probe(context.files);
  return Promise.all(context.readers.map((reader) => probeLike(reader, usual, context)));
}

/** The providers that botocore finds in its profiles, if they differ. */
export async function probeBotocoreProviders(
  profiles: ParsedProfileFiles['profiles'],
  { files, probe }: Pick<Context, 'files' | 'probe'>,
): Promise<NonNullable<ChainFacts['botocoreProviders']>> {
  const profile = profiles.get(files.selectedName);
  const probed = await probe({ ...files, profiles });
  const providers = profile === undefined ? probed : applyComments(probed, profile);
  const usual = { providers: await probe(files), profile: files.profiles.get(files.selectedName) };
  return selectDiffering({ providers, profile }, usual);
}

async function probeLike(
  reader: FileReader,
  usual: ProfileProviders,
  context: Context,
): Promise<ClientProfile> {
  const { unusual, botocoreProfiles } = context;
  const files = readLike(reader, { ...context.files, botocoreProfiles, emptyPaths: unusual.emptyPaths });
  const profile = files.profiles.get(files.selectedName);
  const probed = await context.probe(files);
  const withEmpty =
    profile && reader.keepsEmpty
      ? applyEmptySettings(probed, profile, { reader, profiles: files.profiles })
      : probed;
  const withSession = applySessionSettings(withEmpty, unusual.sessionSettings, reader);
  const found = profile && reader.parser === 'botocore' ? applyComments(withSession, profile) : withSession;
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
