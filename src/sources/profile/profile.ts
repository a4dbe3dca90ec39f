import { found } from '../document/written-keys.ts';
import { Notes } from '../notes.ts';
import { type Found, type Look, look } from '../poll.ts';
import { readFromProcess, withPatience } from '../process/credential-process.ts';
import { noteShadowing } from '../shadowing.ts';
import type { CredentialSource, SourceOptions } from '../source.ts';
import { profileCredentials } from './keys.ts';
import { readSelectedProfile } from './selected-profile.ts';

/** A profile of the shared files, read anew at every poll: its keys, or what its `credential_process` prints. */
export function profileSource(options: SourceOptions): CredentialSource {
  const patient = withPatience(options);
  const notes = new Notes();
  noteShadowing('profile', options, notes);
  return {
    name: 'profile',
    endpoint: null,
    poll: (signal) => look(patient, signal, notes.list, readProfile),
  };
}

async function readProfile(look: Look): Promise<Found> {
  const given = profileCredentials(await readSelectedProfile(look), look.notes);
  return given.kind === 'keys' ? found(given.keys, look) : readFromProcess(look, given.command);
}
