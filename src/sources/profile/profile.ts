import { findSimilarWords } from '../../domain/similar-words.ts';
import { runCredentialProcess, withProcessTimeout } from '../credential-process/credential-process.ts';
import { createKeysDocument } from '../document/unvalidated-keys.ts';
import { addShadowingNotes } from '../environment/shadowing.ts';
import { Notes } from '../notes.ts';
import { type FoundDocument, type OngoingPoll, runPoll } from '../poll.ts';
import { PollError } from '../poll-error.ts';
import type { CredentialSource, SourceOptions } from '../source.ts';
import { readProfileCredentials } from './credentials.ts';
import { type Profile, readProfileFiles } from './files.ts';
import { findShellSyntax } from './shell-syntax.ts';

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
    ? createKeysDocument(credentials.keys, poll)
    : runProfileProcess(poll, credentials.command);
}

/** Runs the `credential_process` of a profile in a shell, as every SDK except botocore does. */
export function runProfileProcess(poll: OngoingPoll, command: string): Promise<FoundDocument> {
  const syntax = findShellSyntax(command);
  if (syntax !== null) poll.notes.add({ code: 'PROCESS_NEEDS_SHELL', name: syntax });
  return runCredentialProcess(poll, command);
}

/** Reads the files again and returns the selected profile. @throws PollError if there is no such profile */
export async function readSelectedProfile(poll: OngoingPoll): Promise<Profile> {
  const { profiles, selectedName, configFile, credentialsFile } = await readProfileFiles(poll.options);
  poll.identity.role = poll.options.role ?? selectedName;
  const files = [
    { name: 'config', ...configFile },
    { name: 'credentials', ...credentialsFile },
  ] as const;
  const unreadable = files.flatMap((file) => (file.state === 'unreadable' ? [file] : []));
  const profile = profiles.get(selectedName);
  if (profile !== undefined) {
    for (const { name, problem } of unreadable) {
      poll.notes.add({ code: 'PROFILE_FILE_UNREADABLE', file: name, problem });
    }
    return profile;
  }
  if (unreadable.length > 0) {
    const problems = unreadable.map(
      ({ name, problem }) => `could not read the shared ${name} file: ${problem}`,
    );
    throw new PollError('invalid-configuration', problems.join('; '));
  }
  if (selectedName === 'default') {
    throw new PollError('not-configured', 'the default profile does not exist, and AWS_PROFILE is not set');
  }
  const [similar] = findSimilarWords(selectedName, [...profiles.keys()]);
  const detail =
    `the profile ${selectedName} does not exist; ` +
    (similar === undefined
      ? `its section in the config file is [profile ${selectedName}]`
      : `did you mean ${similar}?`);
  throw new PollError('invalid-configuration', detail);
}
