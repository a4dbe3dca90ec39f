// Not part of the bundles of hot commands: usually, all variables are known.
import type { Command } from 'commander';
import { CredWatchError } from '../../../errors.ts';
import type { Io } from '../../process/io.ts';
import { printNote } from '../../process/messages.ts';
import { KNOWN_VARIABLES } from './flag-variables.ts';
import { findMisspeltVariables, findOtherVariables, isMisspellingFatal } from './misspelt-variables.ts';

const KNOWN_NAMES = `the variables are ${[...KNOWN_VARIABLES].join(', ')}`;

/**
 * A variable with a typing error would be ignored silently.
 * @throws CredWatchError if the variable would decide what the command does
 */
export async function reportUnknownVariables(command: Command, io: Io): Promise<void> {
  const misspelt = findMisspeltVariables(io.env);
  for (const variable of misspelt) {
    if (!isMisspellingFatal(command, io.env, variable)) continue;
    const hint = `did you mean ${variable.similar.join(' or ')}? Correct it or unset it`;
    throw new CredWatchError(`${variable.name} is not known`, hint, { code: 'INVALID_ARGUMENT' });
  }
  const notes = [
    ...misspelt.map(({ name, similar }) => [name, `did you mean ${similar.join(' or ')}?`] as const),
    ...findOtherVariables(command, io.env).map(
      ({ name, flag }) => [name, flag === null ? KNOWN_NAMES : `give ${flag}`] as const,
    ),
  ];
  for (const [name, hint] of notes) {
    const message = `no command reads the variable ${name}`;
    io.onVariablesNote?.(`${message}: ${hint}`);
    await printNote(io, message, hint);
  }
}
