import { runCredentialProcess, withProcessTimeout } from '../credential-process/credential-process.ts';
import { parseProgramName } from '../credential-process/program-name.ts';
import { createKeysDocument } from '../document/unvalidated-keys.ts';
import { type FoundDocument, type OngoingPoll, runPoll } from '../poll.ts';
import { readCredentialProcess } from '../profile/credentials.ts';
import { runProfileProcess } from '../profile/run-process.ts';
import { readSelectedProfile } from '../profile/selected-profile.ts';
import type { CredentialSource, SourceOptions } from '../source.ts';

/** A command that prints credentials: the given one, or the `credential_process` of the profile. */
export function createProcessSource(options: SourceOptions): CredentialSource {
  const optionsWithTimeout = withProcessTimeout(options);
  return {
    name: 'process',
    endpoint: null,
    poll: (signal) => runPoll(optionsWithTimeout, signal, [], readProcess),
  };
}

async function readProcess(poll: OngoingPoll): Promise<FoundDocument> {
  const { command, role } = poll.options;
  if (command === undefined) {
    const { profile } = await readSelectedProfile(poll);
    return createKeysDocument(await runProfileProcess(poll, readCredentialProcess(profile)), poll);
  }
  poll.identity.role = role ?? parseProgramName(command);
  return runCredentialProcess(poll, command);
}
