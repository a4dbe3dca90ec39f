import { readText } from '../document/json-object.ts';
import type { Notes } from '../notes.ts';
import type { SourceOptions } from '../source.ts';
import type { Environment } from './environment-variables.ts';

/**
 * A variable, or null if not set or blank. Most SDKs ignore a blank variable too. botocore and the Rust SDK
 * use a blank URI or endpoint and fail, so a blank variable adds a note.
 */
export function readVariable(env: Environment, name: string, notes: Notes): string | null {
  const value = env[name];
  if (value === undefined) return null;
  if (value.trim() !== '') return value;
  notes.add({ code: 'BLANK_ENV', name });
  return null;
}

/** A value, and its name for messages, which says where the value was found. */
export interface Setting {
  name: string;
  value: string;
}

/** An environment variable, else a setting of the selected profile. */
export function readSetting(
  { env, profileFiles }: Pick<SourceOptions, 'env' | 'profileFiles'>,
  variable: string,
  key: string,
  notes: Notes,
): Setting | null {
  const fromEnv = readVariable(env, variable, notes);
  if (fromEnv !== null) return { name: variable, value: fromEnv };
  const profile = profileFiles?.profiles.get(profileFiles.selectedName);
  if (profile === undefined) return null;
  const value = readText(profile.config, key) || readText(profile.credentials, key);
  return value === '' ? null : { name: `${key} of profile ${profile.name}`, value };
}
