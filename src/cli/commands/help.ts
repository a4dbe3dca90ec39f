import type { Command } from 'commander';
import { CredWatchError } from '../../errors.ts';
import { commandHint } from '../flags/did-you-mean.ts';

export function declareHelp(program: Command, run: (name: string | undefined) => Promise<void>): void {
  program
    .command('help')
    .helpGroup('Help:')
    .description('what COMMAND --help says, or this list of commands')
    .argument('[command]', 'the command; without one, all of them')
    .addHelpText(
      'after',
      `
Examples:
  cred-watch help
  cred-watch help report`,
    )
    .action(run);
}

/** Ends as commander's own help does: by throwing, when the text is written. */
export function showHelp(program: Command, name: string | undefined): never {
  if (name === undefined) return program.help();
  const command = program.commands.find((each) => each.name() === name);
  if (command === undefined)
    throw new CredWatchError(`unknown command '${name}'`, commandHint(program, name));
  return command.help();
}
