import { Command, type Help, type OutputConfiguration } from 'commander';
import type { CommandDefinition } from './command.ts';
import { addFlagVariables } from './flags/environment/flag-variables.ts';
import { WRONG_USAGE } from './flags/exit-codes.ts';
import { reportInvalidValues } from './flags/invalid-value.ts';
import { createExitCodesFlag } from './flags/shared-flags.ts';
import { addUsualParsers, rejectSecondValues } from './flags/value-parsers.ts';
import { addHelp, type CommandHelp } from './manual/command-help.ts';

const PROGRAM_HELP: CommandHelp = {
  exitCodes: [['0', 'done, or safe'], ['1', 'not done, or not safe'], WRONG_USAGE, ['3', 'unknown']],
  examples: [
    ['cred-watch init', 'take a sample, show what is next'],
    ['cred-watch poll --interval 5m', 'keep sampling in one process'],
    ['cred-watch report -j 5h', 'is a 5h job safe, whenever it starts?'],
    ['cred-watch check -j 5h --wait 90m', 'wait until a start is safe'],
  ],
};

/** Called with the command that was parsed. */
export type Perform = (definition: CommandDefinition, command: Command) => void;

/**
 * Declares the program with these commands.
 * @param helpConfiguration not needed by a bundle that prints no help
 */
export function declareCommands(
  commands: readonly CommandDefinition[],
  perform: Perform,
  output: OutputConfiguration,
  helpConfiguration: Partial<Help> = {},
): Command {
  const program = new Command('cred-watch')
    .description(
      'measure how long AWS temporary credentials last on this machine, and judge whether a job is safe',
    )
    .version(CRED_WATCH_VERSION, '-V, --version', 'print the version')
    .option('--debug', 'print a stack trace with an error')
    .usage('COMMAND [options]')
    .exitOverride()
    .helpOption('-h, --help', 'print the common flags (-h), or the whole help (--help)')
    .helpCommand(false)
    .showSuggestionAfterError(false)
    .configureHelp(helpConfiguration)
    .configureOutput(output);
  addHelp(program, PROGRAM_HELP);
  for (const definition of commands) {
    const { name, group, summary = '', description, help, startsProgram } = definition;
    const command = program.command(name).helpGroup(group).summary(summary).description(description);
    definition.declare(command);
    describeUsage(command);
    if (group !== 'Help' && !startsProgram) command.addOption(createExitCodesFlag());
    command.action(() => perform(definition, command));
    addHelp(command, help);
    addUsualParsers(command);
    rejectSecondValues(command);
    reportInvalidValues(command);
    if (definition.readsFlagVariables) addFlagVariables(command);
  }
  return program;
}

/** Names the flags that a command always needs. `exec` has a usage of its own. */
function describeUsage(command: Command): void {
  const { options, registeredArguments } = command;
  const required = options
    .filter(({ mandatory }) => mandatory)
    .map(({ flags }) => flags.replace(/^-\w, /, ''));
  const usage = command.usage();
  if (options.length === 0) command.usage(usage.replace('[options] ', ''));
  else if (required.length > 0 && registeredArguments.length === 0)
    command.usage([usage, ...required].join(' '));
}
