/** The one place that chooses and opens a source: for the command line, the environment and the library. */
import type { SourceName } from '../domain/model.ts';
import { createContainerSource } from './container/container.ts';
import { isContainerEndpointSet } from './container/settings.ts';
import { createEnvironmentSource } from './environment/environment.ts';
import type { Environment } from './environment/variables.ts';
import { createImdsSource } from './imds/imds.ts';
import { createProcessSource } from './process/process.ts';
import { readProfileFiles } from './profile/files.ts';
import {
  type CredentialSource,
  SELECTED_SOURCES,
  SOURCE_KINDS,
  SOURCE_SETTINGS,
  type SourceOptions,
  type SourceSetting,
  type SourceSettings,
} from './source.ts';

/** `auto` is the container endpoint if the environment names one, else IMDS. */
export type SourceChoice = 'auto' | SourceName;

type SourceFactory = (options: SourceOptions) => CredentialSource;

/** The sources that never call AWS. */
const LOCAL_FACTORIES = {
  imds: createImdsSource,
  container: createContainerSource,
  process: createProcessSource,
  environment: createEnvironmentSource,
} as const satisfies Partial<Record<SourceName, SourceFactory>>;

export type LocalSourceName = keyof typeof LOCAL_FACTORIES;

/** Loaded when they are opened, because most polls need none of them. */
const OTHER_FACTORIES: Readonly<Record<Exclude<SourceName, LocalSourceName>, () => Promise<SourceFactory>>> =
  {
    profile: async () => (await import('./profile/profile.ts')).createProfileSource,
    'web-identity': async () => (await import('./web-identity/web-identity.ts')).createWebIdentitySource,
    role: async () => (await import('./role/role.ts')).createRoleSource,
    sso: async () => (await import('./sso/sso.ts')).createSsoSource,
    github: async () => (await import('./github/github.ts')).createGithubSource,
  };

export const isLocalSource = (name: SourceName): name is LocalSourceName =>
  Object.hasOwn(LOCAL_FACTORIES, name);

/** Opens a source. Reads the shared AWS config files if the source needs them. Sends no request. */
export async function openSource(choice: SourceChoice, options: SourceOptions): Promise<CredentialSource> {
  const name = resolveSourceName(choice, options);
  const create = isLocalSource(name) ? LOCAL_FACTORIES[name] : await OTHER_FACTORIES[name]();
  if (!SOURCE_KINDS[name].needsProfileFiles) return create(options);
  return create({ ...options, profileFiles: await readProfileFiles(options) });
}

/**
 * Like {@link openSource}, but reads no file. `options.profileFiles` can provide the shared files.
 * @param name null: the endpoint that the environment names
 */
export function createLocalSource(name: LocalSourceName | null, options: SourceOptions): CredentialSource {
  return LOCAL_FACTORIES[name ?? chooseEndpoint(options.env)](options);
}

/** `auto` is the source that a setting selects, else the endpoint that the environment names. */
export function resolveSourceName(
  choice: SourceChoice,
  { env, ...settings }: Partial<SourceSettings> & { env: Environment },
): SourceName {
  return findSelectedSource(choice, settings) ?? chooseEndpoint(env);
}

const chooseEndpoint = (env: Environment): 'container' | 'imds' =>
  isContainerEndpointSet(env) ? 'container' : 'imds';

/** The source that the choice or a setting selects. Null if neither does. */
export function findSelectedSource(
  choice: SourceChoice,
  settings: Partial<SourceSettings>,
): SourceName | null {
  if (choice !== 'auto') return choice;
  // The credentials of the profile assume the role.
  if (settings.roleArn !== undefined && settings.profile !== undefined) return 'role';
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
