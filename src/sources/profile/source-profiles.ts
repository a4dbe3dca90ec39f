import { readProfileSetting } from './credentials.ts';
import type { ParsedProfileFiles, Profile } from './files.ts';

/** The profile and the chain of its `source_profile`s, each once. */
export function listSourceProfiles(profile: Profile, profiles: ParsedProfileFiles['profiles']): Profile[] {
  const found = new Map<string, Profile>();
  for (let current: Profile | undefined = profile; current !== undefined && !found.has(current.name); ) {
    found.set(current.name, current);
    current = profiles.get(readProfileSetting(current, 'source_profile') ?? '');
  }
  return [...found.values()];
}
