import { devNull } from 'node:os';
import { join } from 'node:path';
import { getSystemErrorCode } from '../../errors.ts';
import { describeReadError, readSmallFile } from '../environment/small-file.ts';
import { type Environment, readVariable } from '../environment/variables.ts';
import { throwIfLocal } from '../local-errors.ts';

/** Decides which shared files are read and which profile is selected. */
export interface ProfileLocation {
  env: Environment;
  /** The folder of `.aws` if the environment has no HOME. */
  home?: string | undefined;
  /** Takes precedence over `AWS_PROFILE`. */
  profile?: string | undefined;
}

/** The problem says why the file was not read. The path is null if the home folder is unknown. */
export type ProfileFile =
  | { path: string; state: 'read'; problem: null }
  | { path: string | null; state: 'missing' | 'unreadable'; problem: string };

export type SectionSettings = Readonly<Record<string, string>>;

/** The sections of both files with the same name. Kept apart, because SDKs disagree about which one wins. */
export interface Profile {
  name: string;
  config: SectionSettings;
  credentials: SectionSettings;
}

export interface ParsedProfileFiles {
  configFile: ProfileFile;
  credentialsFile: ProfileFile;
  profiles: ReadonlyMap<string, Profile>;
  ssoSessions: ReadonlyMap<string, SectionSettings>;
  /** The sections `services`, with keys like `sts.endpoint_url`. */
  services: ReadonlyMap<string, SectionSettings>;
  /** A profile of this name does not have to exist. */
  selectedName: string;
}

/** Prefixes that the loader gives to other sections of the config file. Profiles have no prefix. */
const SSO_SESSION_PREFIX = 'sso-session.';
const SERVICES_PREFIX = 'services.';

/**
 * Reads the shared config and credentials files. A file that cannot be read counts as empty,
 * and its `problem` says why. Values can be secrets and must not be quoted in messages.
 */
export async function readProfileFiles(options: ProfileLocation): Promise<ParsedProfileFiles> {
  const { env } = options;
  const [configFile, credentialsFile] = await Promise.all([
    checkFile(resolvePath(options, 'AWS_CONFIG_FILE', 'config')),
    checkFile(resolvePath(options, 'AWS_SHARED_CREDENTIALS_FILE', 'credentials')),
  ]);
  const parsed = await parse(configFile, credentialsFile);
  const names = new Set([...Object.keys(parsed.config), ...Object.keys(parsed.credentials)]);
  const profiles = [...names]
    .filter((name) => !name.startsWith(SSO_SESSION_PREFIX) && !name.startsWith(SERVICES_PREFIX))
    .map((name): [string, Profile] => [
      name,
      { name, config: parsed.config[name] ?? {}, credentials: parsed.credentials[name] ?? {} },
    ]);
  const findSections = (prefix: string) =>
    Object.entries(parsed.config)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, settings]): [string, SectionSettings] => [name.slice(prefix.length), settings]);
  return {
    configFile,
    credentialsFile,
    profiles: new Map(profiles),
    ssoSessions: new Map(findSections(SSO_SESSION_PREFIX)),
    services: new Map(findSections(SERVICES_PREFIX)),
    selectedName: options.profile ?? readVariable(env, 'AWS_PROFILE') ?? 'default',
  };
}

/** Expands `~/`, like botocore and the JavaScript SDK: no shell does so in a variable of a systemd unit. */
function resolvePath({ env, home }: ProfileLocation, variable: string, file: string): string | null {
  const folder = readVariable(env, 'HOME') ?? home;
  // Blanks name a file that does not exist. Most SDKs read the default file only if the variable is empty.
  const path = env[variable] || join('~/.aws', file);
  if (!path.startsWith('~/')) return path;
  return folder ? join(folder, path.slice(2)) : null;
}

/** Checks a file first, because the loader ignores every error and would wait for ever on a pipe. */
async function checkFile(path: string | null): Promise<ProfileFile> {
  if (path === null) return { path, state: 'missing', problem: 'the home folder is unknown' };
  // The usual way to disable a file.
  if (path === devNull) return { path, state: 'missing', problem: devNull };
  try {
    await readSmallFile(path);
    return { path, state: 'read', problem: null };
  } catch (error) {
    throwIfLocal(error);
    const missing = ['ENOENT', 'ENOTDIR'].includes(getSystemErrorCode(error) ?? '');
    return { path, state: missing ? 'missing' : 'unreadable', problem: describeReadError(error) };
  }
}

type Sections = Record<string, SectionSettings>;

async function parse(
  config: ProfileFile,
  credentials: ProfileFile,
): Promise<{ config: Sections; credentials: Sections }> {
  if (config.state !== 'read' && credentials.state !== 'read') return { config: {}, credentials: {} };
  const { loadSharedConfigFiles } = await import('@smithy/shared-ini-file-loader');
  // For the loader, an empty path is a missing file.
  const readable = ({ path, state }: ProfileFile) => (state === 'read' ? path : '');
  const { configFile, credentialsFile } = await loadSharedConfigFiles({
    configFilepath: readable(config),
    filepath: readable(credentials),
    ignoreCache: true,
  });
  // Casts, because the types of the loader allow settings without a value, which its parser never returns.
  return { config: configFile as Sections, credentials: credentialsFile as Sections };
}
