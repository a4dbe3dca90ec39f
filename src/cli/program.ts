import type { Command, Help, OutputConfiguration } from 'commander';
import type { CommandDefinition } from './command.ts';
import { checkCommand } from './commands/check.ts';
import { completionCommand } from './commands/completion.ts';
import { conformCommand } from './commands/conform.ts';
import { envCommand } from './commands/env.ts';
import { execCommand } from './commands/exec.ts';
import { exportCommand } from './commands/export.ts';
import { helpCommand } from './commands/help.ts';
import { importCommand } from './commands/import.ts';
import { initCommand } from './commands/init.ts';
import { keyCommand } from './commands/key.ts';
import { pollCommand } from './commands/poll.ts';
import { pruneCommand } from './commands/prune.ts';
import { pushCommand } from './commands/push.ts';
import { reportCommand } from './commands/report.ts';
import { serveCommand } from './commands/serve.ts';
import { simulateCommand } from './commands/simulate.ts';
import { sourcesCommand } from './commands/sources.ts';
import { statusCommand } from './commands/status.ts';
import { declareCommands, type Perform } from './declare-commands.ts';
import { createHelpConfiguration } from './manual/format-help.ts';

/** The only list of commands, in the order of the help. */
export const COMMANDS: readonly CommandDefinition[] = [
  initCommand,
  pollCommand,
  sourcesCommand,
  statusCommand,
  reportCommand,
  checkCommand,
  execCommand,
  envCommand,
  keyCommand,
  importCommand,
  exportCommand,
  pruneCommand,
  pushCommand,
  simulateCommand,
  serveCommand,
  conformCommand,
  completionCommand,
  helpCommand,
];

/** Declares every command. By default, `perform` runs nothing: the man page only needs the declaration. */
export const declareProgram = (
  perform: Perform = () => {},
  output: OutputConfiguration = {},
  helpConfiguration: Partial<Help> = createHelpConfiguration(false),
): Command => declareCommands(COMMANDS, perform, output, helpConfiguration);
