import type { Command } from 'commander';
import { SOURCE_NAMES } from '../../../domain/model.ts';
import { isContainerEndpointSet } from '../../../sources/container/settings.ts';
import { SOURCE_KINDS, SOURCE_SETTINGS, type SourceSetting } from '../../../sources/source.ts';
import { type GivenFlags, ignoreVariable } from './flag-variables.ts';

type SettingFlags = Readonly<Record<SourceSetting, { flag: string }>>;

/** Ignores the variables of `--source` and `--role` if other flags select other credentials. */
export function ignoreContradictedSource(command: Command, settingFlags: SettingFlags): void {
  ignoreVariable(command, '--source', (text, given) => isSourceContradicted(text, given, settingFlags));
  ignoreVariable(command, '--role', (_, given) => !hasChoiceOfRoles(given));
}

function isSourceContradicted(text: string, { has }: GivenFlags, settingFlags: SettingFlags): boolean {
  const source = SOURCE_NAMES.find((name) => name === text);
  // `auto` is the default. Any other text is an error.
  if (source === undefined) return text === 'auto';
  // The profile would only have settings of IMDS then. Without the variable, it gives the credentials.
  if (source === 'imds' && has('--profile')) return true;
  const { settings } = SOURCE_KINDS[source];
  return SOURCE_SETTINGS.some((setting) => has(settingFlags[setting].flag) && !settings.includes(setting));
}

/** Whether the source can have several roles. A container endpoint has one role. */
function hasChoiceOfRoles({ env, has, get }: GivenFlags): boolean {
  const source = get('--source');
  if (source !== 'auto') return source !== 'container';
  return !isContainerEndpointSet(env) || has('--profile') || has('--process');
}
