/** Parses and runs a command line, with all commands or only some of them. */
import type { Command, Help, OutputConfiguration } from 'commander';
import { CredWatchError } from '../errors.ts';
import type { Environment } from '../sources/environment/variables.ts';
import type { CommandDefinition } from './command.ts';
import { declareCommands } from './declare-commands.ts';
import type { CommandLine } from './flags/command-line.ts';
import { applyFlagVariables } from './flags/environment/flag-variables.ts';
import {
  findMisspeltVariables,
  findVariablesOfOtherFlags,
  isMisspellingFatal,
} from './flags/environment/misspelt-variables.ts';
import { encodeExitCode, findExitCodeStyle, getErrorExitCode } from './flags/exit-codes.ts';
import { createLocaleOutput, type Io, type ProcessIo } from './process/io.ts';
import { printNote, printThrownError } from './process/messages.ts';

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
  if (definition.readsFlagVariables) await reportUnknownVariables(command, io);
  return definition.run(command.opts(), { io, program, command, ownArguments, childCommand });
}

/**
 * A variable with a typing error would be ignored silently.
 * @throws CredWatchError if the variable would decide what the command does
 */
async function reportUnknownVariables(command: Command, io: Io): Promise<void> {
  const misspelt = findMisspeltVariables(io.env);
  for (const variable of misspelt) {
    if (!isMisspellingFatal(command, io.env, variable)) continue;
    const hint = `did you mean ${variable.similar.join(' or ')}? Correct it or unset it`;
    throw new CredWatchError(`${variable.name} is not known`, hint, { code: 'INVALID_ARGUMENT' });
  }
  const notes = [
    ...misspelt.map(({ name, similar }) => [name, `did you mean ${similar.join(' or ')}?`] as const),
    ...findVariablesOfOtherFlags(command, io.env).map(({ name, flag }) => [name, `give ${flag}`] as const),
  ];
  for (const [name, hint] of notes) {
    const message = `no command reads the variable ${name}`;
    io.onVariablesNote?.(`${message}: ${hint}`);
    await printNote(io, message, hint);
  }
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
