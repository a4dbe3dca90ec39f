/** The one place that chooses and opens a source: for the command line, the environment and the library. */
import type { SourceName } from '../domain/model.ts';
import { createContainerSource } from './container/container.ts';
import { isContainerEndpointSet } from './container/settings.ts';
import { createEnvironmentSource } from './environment/environment.ts';
import type { Environment } from './environment/environment-variables.ts';
import { createImdsSource } from './imds/imds.ts';
import { createProcessSource } from './process/process.ts';
import { readProfileFiles } from './profile/files.ts';
import { createProfileSource } from './profile/profile.ts';
import { type CredentialSource, SOURCE_KINDS, type SourceOptions, type SourceSetting } from './source.ts';

/** `auto` is the container endpoint if the environment names one, else IMDS. */
export type SourceChoice = 'auto' | SourceName;

type SourceFactory = (options: SourceOptions) => CredentialSource;

const FACTORIES: Readonly<Record<SourceName, SourceFactory>> = {
  imds: createImdsSource,
  container: createContainerSource,
  process: createProcessSource,
  environment: createEnvironmentSource,
  profile: createProfileSource,
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

/** The values that select a source or apply to some sources only. */
export interface SourceSelection extends Partial<Readonly<Record<SourceSetting, string | undefined>>> {
  env: Environment;
}

/** `auto` with a command means `process`, and with a profile `profile`. */
export function resolveSourceName(
  choice: SourceChoice,
  { command, profile, env }: SourceSelection,
): SourceName {
  if (choice !== 'auto') return choice;
  if (command !== undefined) return 'process';
  if (profile !== undefined) return 'profile';
  return isContainerEndpointSet(env) ? 'container' : 'imds';
}

/** Conflicting values. The caller writes the message, because flags and options have other names. */
export type SourceConflict =
  | { code: 'SETTING_NOT_SUPPORTED'; source: SourceName; setting: SourceSetting }
  | { code: 'COMMAND_AND_PROFILE' };

/** The first conflict between a choice and the settings given with it, or null. */
export function findSourceConflict(choice: SourceChoice, given: SourceSelection): SourceConflict | null {
  const source = resolveSourceName(choice, given);
  const supported = SOURCE_KINDS[source].settings;
  const settings = ['command', 'profile', 'role'] as const;
  const setting = settings.find((each) => given[each] !== undefined && !supported.includes(each));
  if (setting !== undefined) return { code: 'SETTING_NOT_SUPPORTED', source, setting };
  return given.command !== undefined && given.profile !== undefined ? { code: 'COMMAND_AND_PROFILE' } : null;
}
