import { type Argument, Command, type Option, type OutputConfiguration } from 'commander';
import type { CommandDefinition } from './command.ts';
import { addFlagVariables, findVariable } from './flags/environment/flag-variables.ts';
import { reportInvalidValues } from './flags/invalid-value.ts';
import { createExitCodesFlag } from './flags/shared-flags.ts';
import { addUsualParsers, rejectSecondValues } from './flags/value-parsers.ts';
import { addHelp, type CommandHelp } from './manual/command-help.ts';

const PROGRAM_HELP: CommandHelp = {
  notes: ['cred-watch COMMAND --help shows flags and examples of a command.'],
  examples: [
    ['cred-watch poll', 'one sample, from cron every 5 minutes'],
    ['cred-watch poll --interval 5m', 'keep sampling in one process'],
    ['cred-watch report -j 5h', 'is a job of 5 hours safe, whenever it starts?'],
    ['cred-watch check -j 5h --wait 90m', 'wait up to 90 minutes for a safe start'],
  ],
};

/** Called with the command that was parsed. */
export type Perform = (definition: CommandDefinition, command: Command) => void;

/** Declares the program with these commands. */
export function declareCommands(
  commands: readonly CommandDefinition[],
  perform: Perform,
  output: OutputConfiguration,
): Command {
  const program = new Command('cred-watch')
    .description(
      'measure how long AWS temporary credentials last on this machine, and judge whether a job is safe',
    )
    .version(CRED_WATCH_VERSION, '-V, --version', 'print the version')
    .option('--debug', 'print a stack trace with an error')
    .exitOverride()
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .showSuggestionAfterError(false)
    .configureHelp({
      showGlobalOptions: true,
      optionDescription: describeValues,
      argumentDescription: describeValues,
    })
    .configureOutput(output);
  addHelp(program, PROGRAM_HELP);
  for (const definition of commands) {
    const { name, group, description, help, startsProgram } = definition;
    const command = program.command(name).helpGroup(`${group}:`).description(description);
    definition.declare(command);
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

/** Adds the allowed values and the default to a description. commander would put values in quotes. */
function describeValues(target: Option | Argument): string {
  const { description, argChoices, defaultValue, defaultValueDescription } = target;
  const variable = 'long' in target ? findVariable(target) : undefined;
  const hasDefault =
    defaultValueDescription !== undefined || !['undefined', 'boolean'].includes(typeof defaultValue);
  const values = [
    ...(argChoices === undefined ? [] : [`one of ${argChoices.join(', ')}`]),
    ...(hasDefault ? [`default: ${defaultValueDescription ?? String(defaultValue)}`] : []),
    ...(variable === undefined ? [] : [`env: ${variable}`]),
  ];
  return values.length === 0 ? description : `${description} (${values.join('; ')})`;
}
