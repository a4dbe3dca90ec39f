import { readProcessKeys } from '../credential-process/credential-process.ts';
import type { UnvalidatedKeys } from '../document/unvalidated-keys.ts';
import type { OngoingPoll } from '../poll.ts';
import { PollError } from '../poll-error.ts';
import { findShellSyntax } from './shell-syntax.ts';

/** Runs the `credential_process` of a profile in a shell, as every SDK except botocore does. */
export function runProfileProcess(poll: OngoingPoll, command: string): Promise<UnvalidatedKeys> {
  if (poll.options.withoutProcesses) {
    throw new PollError('invalid-configuration', 'a credential_process of another process is not run');
  }
  const syntax = findShellSyntax(command);
  if (syntax !== null) poll.notes.add({ code: 'PROCESS_NEEDS_SHELL', name: syntax });
  return readProcessKeys(poll, command);
}
