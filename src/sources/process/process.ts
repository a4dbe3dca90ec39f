import { type Found, type Look, look } from '../poll.ts';
import { processOf } from '../profile/keys.ts';
import { readSelectedProfile } from '../profile/selected-profile.ts';
import type { CredentialSource, SourceOptions } from '../source.ts';
import { readFromProcess, withPatience } from './credential-process.ts';
import { programName } from './program-name.ts';

/** A command that prints credentials: one that is given, or the `credential_process` of the profile. */
export function processSource(options: SourceOptions): CredentialSource {
  const patient = withPatience(options);
  return {
    name: 'process',
    endpoint: null,
    poll: (signal) => look(patient, signal, [], readProcess),
  };
}

async function readProcess(look: Look): Promise<Found> {
  const { command, label } = look.options;
  if (command === undefined) return readFromProcess(look, processOf(await readSelectedProfile(look)));
  look.identity.role = label ?? programName(command);
  return readFromProcess(look, command);
}
