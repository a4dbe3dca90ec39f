import { devNull } from 'node:os';
import { join } from 'node:path';
import { getSystemErrorCode } from '../../errors.ts';
import type { Environment } from '../environment/environment-variables.ts';
import { describeReadError, readSmallFile } from '../environment/small-file.ts';

/** What decides which shared files are read and which profile counts. */
export interface ProfileLocation {
  env: Environment;
  /** The folder of `.aws` if the environment has no HOME. */
  home?: string | undefined;
  /** Takes precedence over `AWS_PROFILE`. */
  profile?: string | undefined;
}

export interface ProfileFile {
  path: string;
  state: 'read' | 'missing' | 'unreadable';
  /** Why it is not `read`; else `''`. */
  problem: string;
}

export type SectionSettings = Readonly<Record<string, string>>;

/** One name in both files, kept apart: which of the two counts is not the same in every SDK. */
export interface Profile {
  name: string;
  config: SectionSettings;
  credentials: SectionSettings;
}

export interface ProfileFiles {
  configFile: ProfileFile;
  credentialsFile: ProfileFile;
  profiles: ReadonlyMap<string, Profile>;
  ssoSessions: ReadonlyMap<string, SectionSettings>;
  /** The name of the profile that counts, whether there is one of that name or not. */
  selectedName: string;
}

/** How the loader names the config file's other sections; profiles go by their bare names. */
const SSO_SESSION = 'sso-session.';
const SERVICES = 'services.';

/**
 * The shared config and credentials files, read anew at each call; it never fails. A file that cannot be read is as
 * good as empty, and says so. Values hold secrets, and are quoted nowhere.
 */
export async function readProfileFiles(options: ProfileLocation): Promise<ProfileFiles> {
  const { env } = options;
  const [configFile, credentialsFile] = await Promise.all([
    examine(pathOf(options, 'AWS_CONFIG_FILE', 'config')),
    examine(pathOf(options, 'AWS_SHARED_CREDENTIALS_FILE', 'credentials')),
  ]);
  const parsed = await parse(configFile, credentialsFile);
  const names = new Set([...Object.keys(parsed.config), ...Object.keys(parsed.credentials)]);
  const profiles = [...names]
    .filter((name) => !name.startsWith(SSO_SESSION) && !name.startsWith(SERVICES))
    .map((name): [string, Profile] => [
      name,
      { name, config: parsed.config[name] ?? {}, credentials: parsed.credentials[name] ?? {} },
    ]);
  const ssoSessions = Object.entries(parsed.config)
    .filter(([name]) => name.startsWith(SSO_SESSION))
    .map(([name, settings]): [string, SectionSettings] => [name.slice(SSO_SESSION.length), settings]);
  return {
    configFile,
    credentialsFile,
    profiles: new Map(profiles),
    ssoSessions: new Map(ssoSessions),
    selectedName: options.profile ?? nonBlank(env, 'AWS_PROFILE') ?? 'default',
  };
}

const nonBlank = (env: Environment, name: string): string | undefined => {
  const value = env[name];
  return value === undefined || value.trim() === '' ? undefined : value;
};

/** `~/` is expanded as botocore and JavaScript do: a variable set in a unit file comes without a shell. */
function pathOf({ env, home }: ProfileLocation, variable: string, file: string): string | null {
  const folder = nonBlank(env, 'HOME') ?? home ?? '';
  const path = nonBlank(env, variable) ?? join('~/.aws', file);
  if (!path.startsWith('~/')) return path;
  return folder === '' ? null : join(folder, path.slice(2));
}

/** Only a file that was read here is given to the loader: it swallows every error, and a pipe would hold it for ever. */
async function examine(path: string | null): Promise<ProfileFile> {
  if (path === null) return { path: '', state: 'missing', problem: 'there is no home folder' };
  // The usual way to say that there is to be none.
  if (path === devNull) return { path, state: 'missing', problem: devNull };
  try {
    await readSmallFile(path);
    return { path, state: 'read', problem: '' };
  } catch (error) {
    const missing = ['ENOENT', 'ENOTDIR'].includes(getSystemErrorCode(error));
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
  // No file has an empty name: to the loader that is one that is missing.
  const readable = ({ path, state }: ProfileFile) => (state === 'read' ? path : '');
  const { configFile, credentialsFile } = await loadSharedConfigFiles({
    configFilepath: readable(config),
    filepath: readable(credentials),
    ignoreCache: true,
  });
  // Its types allow for settings without a value, which its parser never makes.
  return { config: configFile as Sections, credentials: credentialsFile as Sections };
}
