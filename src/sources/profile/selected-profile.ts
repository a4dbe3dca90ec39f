import { findSimilarWords } from '../../domain/similar-words.ts';
import type { OngoingPoll } from '../poll.ts';
import { PollError } from '../poll-error.ts';
import { type ParsedProfileFiles, type Profile, readProfileFiles } from './files.ts';

/** Reads the files again and returns the selected profile. @throws PollError if the profile does not exist */
export async function readSelectedProfile(
  poll: OngoingPoll,
): Promise<{ profile: Profile; files: ParsedProfileFiles }> {
  const files = await readProfileFiles(poll.options);
  poll.identity.role = poll.options.role ?? files.selectedName;
  return { profile: findProfile(poll, files, files.selectedName), files };
}

/** @throws PollError if the profile does not exist */
export function findProfile(poll: OngoingPoll, files: ParsedProfileFiles, name: string): Profile {
  const { profiles, configFile, credentialsFile } = files;
  const named = [
    { name: 'config', ...configFile },
    { name: 'credentials', ...credentialsFile },
  ] as const;
  const unreadable = named.flatMap((file) => (file.state === 'unreadable' ? [file] : []));
  const profile = profiles.get(name);
  if (profile !== undefined) {
    for (const { name: file, problem } of unreadable) {
      poll.notes.add({ code: 'PROFILE_FILE_UNREADABLE', file, problem });
    }
    return profile;
  }
  if (unreadable.length > 0) {
    const problems = unreadable.map(
      ({ name: file, problem }) => `could not read the shared ${file} file: ${problem}`,
    );
    throw new PollError('invalid-configuration', problems.join('; '));
  }
  if (name === 'default') {
    throw new PollError('not-configured', 'the default profile does not exist, and AWS_PROFILE is not set');
  }
  const similarNames = findSimilarWords(name, [...profiles.keys()]);
  const misconfiguration = { code: 'SECTION_MISSING', section: `profile ${name}`, similarNames } as const;
  throw new PollError('invalid-configuration', `the profile ${name} does not exist`, { misconfiguration });
}
