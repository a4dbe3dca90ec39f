import { documentFromKeys } from '../document/unvalidated-keys.ts';
import { addShadowingNotes } from '../environment/shadowing.ts';
import { Notes } from '../notes.ts';
import { type FoundDocument, type OngoingPoll, runPoll } from '../poll.ts';
import { runCredentialProcess, withProcessTimeout } from '../process/credential-process.ts';
import type { CredentialSource, SourceOptions } from '../source.ts';
import { readProfileCredentials } from './credentials.ts';
import { readSelectedProfile } from './selected-profile.ts';

/** The keys of a profile, or the output of its `credential_process`. Every poll reads the files again. */
export function createProfileSource(options: SourceOptions): CredentialSource {
  const notes = new Notes();
  addShadowingNotes('profile', options, notes);
  const optionsWithTimeout = withProcessTimeout(options);
  return {
    name: 'profile',
    endpoint: null,
    poll: (signal) => runPoll(optionsWithTimeout, signal, notes.list, readProfile),
  };
}

async function readProfile(poll: OngoingPoll): Promise<FoundDocument> {
  const credentials = readProfileCredentials(await readSelectedProfile(poll), poll.notes);
  return credentials.kind === 'keys'
    ? documentFromKeys(credentials.keys, poll)
    : runCredentialProcess(poll, credentials.command);
}
