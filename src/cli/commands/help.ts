import { CredWatchError } from '../../errors.ts';
import type { CommandDefinition } from '../command.ts';
import { DONE } from '../flags/exit-codes.ts';
import { buildCommandHint } from '../flags/flag-hints.ts';

export const helpCommand: CommandDefinition = {
  name: 'help',
  group: 'Help',
  description: 'print the help of a command, or the list of commands',
  declare: (command) => command.argument('[command]', 'name of a command'),
  help: {
    exitCodes: DONE,
    examples: [['cred-watch help'], ['cred-watch help report']],
  },
  /** @throws CommanderError with exit code 0 after printing, as `--help` does */
  async run(_, { program, command }) {
    const [name] = command.args;
    if (name === undefined) return program.help();
    const named = program.commands.find((each) => each.name() === name);
    if (named !== undefined) return named.help();
    throw new CredWatchError(`unknown command '${name}'`, buildCommandHint(program, name));
  },
};
