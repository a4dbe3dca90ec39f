import { type Argument, Command, type Option, type OutputConfiguration } from 'commander';
import type { CommandDefinition, Perform } from './command.ts';
import { checkCommand } from './commands/check.ts';
import { completionCommand } from './commands/completion.ts';
import { envCommand } from './commands/env.ts';
import { execCommand } from './commands/exec.ts';
import { exportCommand } from './commands/export.ts';
import { helpCommand } from './commands/help.ts';
import { importCommand } from './commands/import.ts';
import { pollCommand } from './commands/poll.ts';
import { pruneCommand } from './commands/prune.ts';
import { reportCommand } from './commands/report.ts';
import { simulateCommand } from './commands/simulate.ts';
import { sourcesCommand } from './commands/sources.ts';
import { reportInvalidValues } from './flags/invalid-value.ts';
import { addHelp } from './manual/command-help.ts';

/** The only list of commands, in the order of the help. */
export const COMMANDS: readonly CommandDefinition[] = [
  pollCommand,
  sourcesCommand,
  reportCommand,
  checkCommand,
  execCommand,
  envCommand,
  importCommand,
  exportCommand,
  pruneCommand,
  simulateCommand,
  completionCommand,
  helpCommand,
];

/** Declares every command. By default, `perform` runs nothing: the man page only needs the declaration. */
export function declareProgram(perform: Perform = async () => {}, output: OutputConfiguration = {}): Command {
  const program = new Command('cred-watch')
    .description(
      'measures how long AWS temporary credentials last on this machine, and judges whether a job is safe',
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
  addHelp(program, () => ({
    notes: [{ kind: 'paragraph', text: 'cred-watch COMMAND --help shows flags and examples of a command.' }],
    examples: [
      ['cred-watch poll', 'one sample, from cron every 5 minutes'],
      ['cred-watch poll --interval 5m', 'or keep it running'],
      ['cred-watch report -j 5h', 'is a job of 5 hours safe, whenever it starts?'],
      ['cred-watch check -j 5h --wait 90m', 'wait up to 90 minutes until it may start'],
    ],
  }));
  for (const { declare } of COMMANDS) declare(program, perform);
  for (const command of program.commands) reportInvalidValues(command);
  return program;
}

/** Adds the allowed values and the default to a description. commander would put values in quotes. */
function describeValues({ description, ...target }: Option | Argument): string {
  const { argChoices, defaultValue, defaultValueDescription } = target;
  const hasDefault =
    defaultValueDescription !== undefined || !['undefined', 'boolean'].includes(typeof defaultValue);
  const values = [
    ...(argChoices === undefined ? [] : [`one of ${argChoices.join(', ')}`]),
    ...(hasDefault ? [`default: ${defaultValueDescription ?? String(defaultValue)}`] : []),
  ];
  return values.length === 0 ? description : `${description} (${values.join('; ')})`;
}
