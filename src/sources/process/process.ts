import { type FoundDocument, type OngoingPoll, runPoll } from '../poll.ts';
import { readCredentialProcess } from '../profile/credentials.ts';
import { readSelectedProfile } from '../profile/selected-profile.ts';
import type { CredentialSource, SourceOptions } from '../source.ts';
import { runCredentialProcess, withProcessTimeout } from './credential-process.ts';
import { parseProgramName } from './program-name.ts';

/** A command that prints credentials: one that is given, or the `credential_process` of the profile. */
export function createProcessSource(options: SourceOptions): CredentialSource {
  const patient = withProcessTimeout(options);
  return {
    name: 'process',
    endpoint: null,
    poll: (signal) => runPoll(patient, signal, [], readProcess),
  };
}

async function readProcess(look: OngoingPoll): Promise<FoundDocument> {
  const { command, role } = look.options;
  if (command === undefined)
    return runCredentialProcess(look, readCredentialProcess(await readSelectedProfile(look)));
  look.identity.role = role ?? parseProgramName(command);
  return runCredentialProcess(look, command);
}
