import type { OngoingPoll } from '../poll.ts';
import { PollError } from '../poll-error.ts';
import { type Profile, readProfileFiles } from './files.ts';

/** Reads the files again and returns the selected profile. @throws PollError if there is no such profile */
export async function readSelectedProfile(poll: OngoingPoll): Promise<Profile> {
  const { profiles, selectedName, configFile, credentialsFile } = await readProfileFiles(poll.options);
  poll.identity.role = poll.options.role ?? selectedName;
  const files = [
    { name: 'config', ...configFile },
    { name: 'credentials', ...credentialsFile },
  ] as const;
  const unreadable = files.filter(({ state }) => state === 'unreadable');
  const profile = profiles.get(selectedName);
  if (profile !== undefined) {
    for (const { name, problem } of unreadable) {
      poll.notes.add({ code: 'PROFILE_FILE_UNREADABLE', file: name, problem });
    }
    return profile;
  }
  if (unreadable.length > 0) {
    const problems = unreadable.map(
      ({ name, problem }) => `could not read the shared ${name} file: ${problem}`,
    );
    throw new PollError('invalid-configuration', problems.join('; '));
  }
  if (selectedName === 'default') {
    throw new PollError('not-configured', 'the default profile does not exist, and AWS_PROFILE is not set');
  }
  const detail = `the profile ${selectedName} does not exist; its section in the config file is [profile ${selectedName}]`;
  throw new PollError('invalid-configuration', detail);
}
