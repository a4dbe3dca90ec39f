import type { Command } from 'commander';
import { CredWatchError } from '../../errors.ts';
import type { CommandDefinition } from '../command.ts';
import { buildCommandHint } from '../flags/suggestions.ts';
import { addHelp, DONE } from '../manual/command-help.ts';

export const helpCommand: CommandDefinition = {
  name: 'help',
  declare(program, perform) {
    const command = program
      .command('help')
      .helpGroup('Help:')
      .description('print the help of a command, or the list of commands')
      .argument('[command]', 'name of a command')
      .action((name: string | undefined) => perform(async () => printHelp(program, name)));
    addHelp(command, () => ({
      exitCodes: DONE,
      examples: [
        ['cred-watch help', ''],
        ['cred-watch help report', ''],
      ],
    }));
  },
};

/** @throws CommanderError with exit code 0 after printing, as `--help` does */
function printHelp(program: Command, name: string | undefined): never {
  if (name === undefined) return program.help();
  const command = program.commands.find((each) => each.name() === name);
  if (command === undefined)
    throw new CredWatchError(`unknown command '${name}'`, buildCommandHint(program, name));
  return command.help();
}
