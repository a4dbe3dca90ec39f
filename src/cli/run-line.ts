/** Parses and runs a command line, with all commands or only some of them. */
import type { Command, Help, OutputConfiguration } from 'commander';
import type { Environment } from '../sources/environment/variables.ts';
import type { CommandDefinition } from './command.ts';
import { declareCommands } from './declare-commands.ts';
import type { CommandLine } from './flags/command-line.ts';
import { applyFlagVariables, hasUnknownVariable } from './flags/environment/flag-variables.ts';
import { encodeExitCode, findExitCodeStyle, getErrorExitCode } from './flags/exit-codes.ts';
import { createLocaleOutput, type Io, type ProcessIo } from './process/io.ts';
import { printThrownError } from './process/messages.ts';

/** The command of a line, with its flags. */
export interface ParsedLine {
  definition: CommandDefinition;
  program: Command;
  command: Command;
}

/**
 * Creates a parser that knows only these commands.
 * @param env for the variables of flags
 * @returns `parse` throws CommanderError if a word is unknown or missing, and for help. It throws
 *   CredWatchError if a value is invalid.
 */
export function createLineParser(
  commands: readonly CommandDefinition[],
  output: OutputConfiguration,
  env: Environment,
  helpConfiguration?: Partial<Help>,
) {
  const parsed: ParsedLine[] = [];
  const program = declareCommands(
    commands,
    (definition, command) => {
      parsed.push({ definition, program, command });
    },
    output,
    helpConfiguration,
  );
  const parse = ({ ownArguments }: CommandLine): ParsedLine => {
    program.parse(ownArguments, { from: 'user' });
    const [line] = parsed;
    if (line === undefined) throw new Error('commander found no command and reported no error');
    if (line.definition.readsFlagVariables) applyFlagVariables(line.command, env);
    return line;
  };
  return { program, parse };
}

/** Resolves to the exit code of the command. */
export async function runParsedLine(
  { definition, program, command }: ParsedLine,
  { ownArguments, childCommand }: CommandLine,
  io: Io,
): Promise<number> {
  if (definition.readsFlagVariables && hasUnknownVariable(io.env)) {
    const { reportUnknownVariables } = await import('./flags/environment/unknown-variables.ts');
    await reportUnknownVariables(command, io);
  }
  return definition.run(command.opts(), { io, program, command, ownArguments, childCommand });
}

/**
 * Prints errors that `run` throws. Resolves to the exit code in the style of `--exit-codes`.
 * @param run resolves to the exit code in the default style
 */
export async function runLine(
  line: CommandLine,
  process: ProcessIo,
  run: (io: Io) => Promise<number>,
): Promise<number> {
  // `exec` has codes of its own, and rejects the flag.
  const style = line.definition?.startsProgram ? 'default' : findExitCodeStyle(line.ownArguments);
  const { stderr, env } = process;
  const io: Io = {
    ...process,
    stderr: createLocaleOutput(stderr, env),
    debug: line.ownArguments.includes('--debug'),
    ownArguments: line.ownArguments,
    onError: null,
    onVariablesNote: null,
  };
  if (!line.definition?.isNagiosPlugin || style !== 'nagios')
    return encodeExitCode(await runOrPrintError(line, io, run), style);
  const { createPluginIo } = await import('./process/nagios-plugin.ts');
  const plugin = createPluginIo(io);
  const code = await runOrPrintError(line, plugin.io, run);
  await plugin.finish();
  return encodeExitCode(code, style);
}

async function runOrPrintError(line: CommandLine, io: Io, run: (io: Io) => Promise<number>): Promise<number> {
  try {
    return await run(io);
  } catch (error) {
    await printThrownError(io, error);
    return getErrorExitCode(error, line);
  }
}
