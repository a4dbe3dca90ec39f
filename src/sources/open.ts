/** The one place that chooses and opens a source: for the command line, the environment and the library. */
import type { SourceName } from '../domain/model.ts';
import { createContainerSource } from './container/container.ts';
import { isContainerEndpointSet } from './container/settings.ts';
import { createEnvironmentSource } from './environment/environment.ts';
import type { Environment } from './environment/variables.ts';
import { createGithubSource } from './github/github.ts';
import { createImdsSource } from './imds/imds.ts';
import { createProcessSource } from './process/process.ts';
import { readProfileFiles } from './profile/files.ts';
import { createProfileSource } from './profile/profile.ts';
import { createRoleSource } from './role/role.ts';
import {
  type CredentialSource,
  SELECTED_SOURCES,
  SOURCE_KINDS,
  SOURCE_SETTINGS,
  type SourceOptions,
  type SourceSetting,
  type SourceSettings,
} from './source.ts';
import { createSsoSource } from './sso/sso.ts';
import { createWebIdentitySource } from './web-identity/web-identity.ts';

/** `auto` is the container endpoint if the environment names one, else IMDS. */
export type SourceChoice = 'auto' | SourceName;

type SourceFactory = (options: SourceOptions) => CredentialSource;

const FACTORIES: Readonly<Record<SourceName, SourceFactory>> = {
  imds: createImdsSource,
  container: createContainerSource,
  process: createProcessSource,
  environment: createEnvironmentSource,
  profile: createProfileSource,
  'web-identity': createWebIdentitySource,
  role: createRoleSource,
  sso: createSsoSource,
  github: createGithubSource,
};

/** Opens a source. Reads the shared AWS config files if the source needs them. Sends no request. */
export async function openSource(choice: SourceChoice, options: SourceOptions): Promise<CredentialSource> {
  const name = resolveSourceName(choice, options);
  if (!SOURCE_KINDS[name].needsProfileFiles) return FACTORIES[name](options);
  return FACTORIES[name]({ ...options, profileFiles: await readProfileFiles(options) });
}

/** Like {@link openSource}, but reads no file. `options.profileFiles` can provide the shared files. */
export function createSource(choice: SourceChoice, options: SourceOptions): CredentialSource {
  return FACTORIES[resolveSourceName(choice, options)](options);
}

/** `auto` is the source that a setting selects, else the endpoint that the environment names. */
export function resolveSourceName(
  choice: SourceChoice,
  { env, ...settings }: Partial<SourceSettings> & { env: Environment },
): SourceName {
  return findSelectedSource(choice, settings) ?? (isContainerEndpointSet(env) ? 'container' : 'imds');
}

/** The source that the choice or a setting selects. Null if neither does. */
export function findSelectedSource(
  choice: SourceChoice,
  settings: Partial<SourceSettings>,
): SourceName | null {
  if (choice !== 'auto') return choice;
  const setting = SOURCE_SETTINGS.find(
    (each) => settings[each] !== undefined && SELECTED_SOURCES[each] !== null,
  );
  return setting === undefined ? null : SELECTED_SOURCES[setting];
}

/** Conflicting values. The caller writes the message, because flags and options have other names. */
export type SourceConflict =
  | { code: 'SETTING_NOT_SUPPORTED'; source: SourceName; setting: SourceSetting }
  | { code: 'COMMAND_AND_PROFILE' };

/** The first conflict between a choice and the settings given with it, or null. */
export function findSourceConflict(
  choice: SourceChoice,
  given: SourceSettings & { env: Environment },
): SourceConflict | null {
  const source = resolveSourceName(choice, given);
  const supported = SOURCE_KINDS[source].settings;
  const setting = SOURCE_SETTINGS.find((each) => given[each] !== undefined && !supported.includes(each));
  if (setting !== undefined) return { code: 'SETTING_NOT_SUPPORTED', source, setting };
  return given.command !== undefined && given.profile !== undefined ? { code: 'COMMAND_AND_PROFILE' } : null;
}
