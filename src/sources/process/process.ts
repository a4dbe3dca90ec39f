import { type FoundDocument, type OngoingPoll, runPoll } from '../poll.ts';
import { readCredentialProcess } from '../profile/credentials.ts';
import { readSelectedProfile } from '../profile/selected-profile.ts';
import type { CredentialSource, SourceOptions } from '../source.ts';
import { runCredentialProcess, withProcessTimeout } from './credential-process.ts';
import { parseProgramName } from './program-name.ts';

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
    return runCredentialProcess(poll, readCredentialProcess(await readSelectedProfile(poll)));
  }
  poll.identity.role = role ?? parseProgramName(command);
  return runCredentialProcess(poll, command);
}
