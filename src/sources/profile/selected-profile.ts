import type { OngoingPoll } from '../poll.ts';
import { PollError } from '../poll-error.ts';
import { type Profile, readProfileFiles } from './files.ts';

/** The profile that counts, read anew; or a {@link PollError} that says why there is none. */
export async function readSelectedProfile(look: OngoingPoll): Promise<Profile> {
  const { profiles, selectedName, configFile, credentialsFile } = await readProfileFiles(look.options);
  look.identity.role = look.options.role ?? selectedName;
  const profile = profiles.get(selectedName);
  const unreadable = (
    [
      { name: 'config', file: configFile },
      { name: 'credentials', file: credentialsFile },
    ] as const
  ).filter(({ file }) => file.state === 'unreadable');
  if (profile !== undefined) {
    for (const { name, file } of unreadable) {
      look.notes.add({ code: 'PROFILE_FILE_UNREADABLE', file: name, problem: file.problem });
    }
    return profile;
  }
  if (unreadable.length > 0) {
    const files = unreadable.map(
      ({ name, file }) => `could not read the shared ${name} file: ${file.problem}`,
    );
    throw new PollError('invalid-configuration', files.join('; '));
  }
  // Nobody asked for one of that name.
  if (selectedName === 'default') {
    throw new PollError('not-configured', 'there is no default profile, and AWS_PROFILE names no other');
  }
  const detail = `there is no profile ${selectedName}; in the config file it would be [profile ${selectedName}]`;
  throw new PollError('invalid-configuration', detail);
}
