import type { FileReader } from '../../../domain/provider-chain/rules/file-readers.ts';
import type { FileVariable } from '../../../domain/provider-chain/shared-files/unusual-settings.ts';
import { readText } from '../../document/json-object.ts';
import { omitSettings } from '../../profile/credentials.ts';
import type { ParsedProfileFiles, Profile, ProfileFile, SectionSettings } from '../../profile/files.ts';
import { areKeysSplit, hasPair, KEY_ID } from './find-unusual-settings.ts';

interface ReadFiles extends ParsedProfileFiles {
  botocoreProfiles: ParsedProfileFiles['profiles'] | null;
  emptyPaths: readonly FileVariable[];
}

type Change = (profile: Profile) => Profile;

/** The shared files as this client reads them. Settings without a value are kept only if the client keeps them. */
export function readLike(
  reader: FileReader,
  { botocoreProfiles, emptyPaths, ...files }: ReadFiles,
): ParsedProfileFiles {
  const { isCaseSensitive, keepsEmpty, usesEmptyPath, keys } = reader;
  const isUnread = (variable: FileVariable) => usesEmptyPath && emptyPaths.includes(variable);
  const changes: Change[] = [
    (profile) => omitSettings(profile, (name) => isCaseSensitive && name !== name.toLowerCase()),
    ({ name, config, credentials }) => ({
      name,
      config: isUnread('AWS_CONFIG_FILE') ? {} : config,
      credentials: isUnread('AWS_SHARED_CREDENTIALS_FILE') ? {} : credentials,
    }),
    (profile) => (areKeysSplit(profile) ? KEY_CHANGES[keys](profile) : profile),
  ];
  const source =
    keepsEmpty && botocoreProfiles !== null
      ? addEmptySettings(reader, files.profiles, botocoreProfiles)
      : files.profiles;
  const profiles = [...source.values()]
    .map((profile) => changes.reduce((changed, change) => change(changed), profile))
    .filter((changed) => isKept(changed, { isUnread }));
  const close = (file: ProfileFile, variable: FileVariable): ProfileFile =>
    file.state === 'read' && isUnread(variable) ? { ...file, state: 'missing', problem: 'empty path' } : file;
  const isConfigRead = !isUnread('AWS_CONFIG_FILE');
  return {
    ...files,
    configFile: close(files.configFile, 'AWS_CONFIG_FILE'),
    credentialsFile: close(files.credentialsFile, 'AWS_SHARED_CREDENTIALS_FILE'),
    profiles: new Map(profiles.map((profile) => [profile.name, profile])),
    ...(isConfigRead ? {} : { ssoSessions: new Map(), services: new Map() }),
  };
}

/** A profile without settings still exists, unless its file is not read. */
const isKept = (
  { config, credentials }: Profile,
  { isUnread }: { isUnread: (variable: FileVariable) => boolean },
): boolean =>
  Object.keys(config).length + Object.keys(credentials).length > 0 ||
  !(isUnread('AWS_CONFIG_FILE') || isUnread('AWS_SHARED_CREDENTIALS_FILE'));

/** botocore also reads comments and colons in its own way. The parsers of the other clients are not known here. */
function addEmptySettings(
  { parser }: FileReader,
  profiles: ParsedProfileFiles['profiles'],
  botocoreProfiles: ParsedProfileFiles['profiles'],
): ParsedProfileFiles['profiles'] {
  if (parser === 'botocore') return botocoreProfiles;
  const selectEmpty = (section: SectionSettings = {}) =>
    Object.fromEntries(Object.entries(section).filter(([, value]) => value.trim() === ''));
  const names = new Set([...profiles.keys(), ...botocoreProfiles.keys()]);
  return new Map(
    [...names].map((name) => {
      const known = profiles.get(name);
      const withEmpty = botocoreProfiles.get(name);
      return [
        name,
        {
          name,
          config: { ...selectEmpty(withEmpty?.config), ...known?.config },
          credentials: { ...selectEmpty(withEmpty?.credentials), ...known?.credentials },
        },
      ];
    }),
  );
}

const isKey = (name: string) => /^aws_(access_key_id|secret_access_key|session_token)$/i.test(name);

const omitKeys = (section: SectionSettings): SectionSettings =>
  Object.fromEntries(Object.entries(section).filter(([each]) => !isKey(each)));

const withoutKeys = ({ name, config, credentials }: Profile, file: 'config' | 'credentials'): Profile =>
  file === 'config'
    ? { name, config: omitKeys(config), credentials }
    : { name, config, credentials: omitKeys(credentials) };

/** How each client reads a profile with split keys. */
const KEY_CHANGES: Record<FileReader['keys'], (profile: Profile) => Profile> = {
  combined({ name, config, credentials }) {
    const keys = Object.fromEntries(Object.entries(config).filter(([each]) => isKey(each)));
    return { name, config: omitKeys(config), credentials: { ...keys, ...credentials } };
  },
  'with-id': (profile) =>
    withoutKeys(profile, readText(profile.credentials, KEY_ID) === null ? 'credentials' : 'config'),
  complete: (profile) => (hasPair(profile.config) ? withoutKeys(profile, 'credentials') : profile),
  strict: (profile) => profile,
};
