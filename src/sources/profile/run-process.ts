import { readProcessKeys } from '../credential-process/credential-process.ts';
import type { UnvalidatedKeys } from '../document/unvalidated-keys.ts';
import type { OngoingPoll } from '../poll.ts';
import { PollError } from '../poll-error.ts';
import { findProcessNotes } from './process-notes.ts';

/** Runs the `credential_process` of a profile in a shell, as every SDK except botocore does. */
export async function runProfileProcess(poll: OngoingPoll, command: string): Promise<UnvalidatedKeys> {
  if (poll.options.withoutProcesses) {
    throw new PollError('invalid-configuration', 'a credential_process of another process is not run');
  }
  for (const note of await findProcessNotes(command, poll.options.env)) poll.notes.add(note);
  return readProcessKeys(poll, command);
}
