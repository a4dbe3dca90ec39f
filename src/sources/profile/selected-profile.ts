import type { Look } from '../poll.ts';
import { FailedLook } from '../poll-error.ts';
import { type Profile, readProfileFiles } from './files.ts';

/** The profile that counts, read anew; or a {@link FailedLook} that says why there is none. */
export async function readSelectedProfile(look: Look): Promise<Profile> {
  const { profiles, selected, configFile, credentialsFile } = await readProfileFiles(look.options);
  look.identity.role = look.options.label ?? selected;
  const profile = profiles.get(selected);
  const unreadable = [
    { name: 'the config file', file: configFile },
    { name: 'the credentials file', file: credentialsFile },
  ].filter(({ file }) => file.state === 'unreadable');
  if (profile !== undefined) {
    for (const { name, file } of unreadable) {
      look.notes.add('PROFILE_FILE_UNREADABLE', { name, because: file.because });
    }
    return profile;
  }
  if (unreadable.length > 0) {
    const files = unreadable.map(({ name, file }) => `${name} cannot be read: ${file.because}`);
    throw new FailedLook('invalid-configuration', files.join('; '));
  }
  // Nobody asked for one of that name.
  if (selected === 'default') {
    throw new FailedLook('not-configured', 'there is no default profile, and AWS_PROFILE names no other');
  }
  const detail = `there is no profile ${selected}; in the config file it would be [profile ${selected}]`;
  throw new FailedLook('invalid-configuration', detail);
}
