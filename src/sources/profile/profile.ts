import { documentFromKeys } from '../document/unvalidated-keys.ts';
import { addShadowingNotes } from '../environment/shadowing.ts';
import { Notes } from '../notes.ts';
import { type FoundDocument, type OngoingPoll, runPoll } from '../poll.ts';
import { runCredentialProcess, withProcessTimeout } from '../process/credential-process.ts';
import type { CredentialSource, SourceOptions } from '../source.ts';
import { readProfileCredentials } from './credentials.ts';
import { readSelectedProfile } from './selected-profile.ts';

/** A profile of the shared files, read anew at every poll: its keys, or what its `credential_process` prints. */
export function createProfileSource(options: SourceOptions): CredentialSource {
  const patient = withProcessTimeout(options);
  const notes = new Notes();
  addShadowingNotes('profile', options, notes);
  return {
    name: 'profile',
    endpoint: null,
    poll: (signal) => runPoll(patient, signal, notes.list, readProfile),
  };
}

async function readProfile(look: OngoingPoll): Promise<FoundDocument> {
  const given = readProfileCredentials(await readSelectedProfile(look), look.notes);
  return given.kind === 'keys'
    ? documentFromKeys(given.keys, look)
    : runCredentialProcess(look, given.command);
}
