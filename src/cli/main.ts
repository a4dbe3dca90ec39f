import { CommanderError } from 'commander';
import { COMPLETE_COMMAND } from './completion/shells.ts';
import { type CommandLine, splitCommandLine } from './flags/command-line.ts';
import { EXIT, encodeExitCode, findExitCodeStyle } from './flags/exit-codes.ts';
import { type CommanderOutput, handleCommanderError, usageExitCode } from './flags/usage-errors.ts';
import type { Io } from './process/io.ts';
import { printThrownError } from './process/messages.ts';
import { COMMANDS, declareProgram } from './program.ts';

/**
 * Runs one command line and resolves to its exit code. Never ends the process.
 * @param argv without the name of the program
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  if (argv[0] === COMPLETE_COMMAND) {
    const { printCompletions } = await import('./completion/print-completions.ts');
    return printCompletions(argv.slice(1), io);
  }
  const line = splitCommandLine(argv, COMMANDS);
  const style = findExitCodeStyle(line.ownArguments);
  if (!line.definition?.isNagiosPlugin || style !== 'nagios')
    return encodeExitCode(await runLine(line, io), style);
  const { createPluginIo } = await import('./process/nagios-plugin.ts');
  const plugin = createPluginIo(io);
  const code = await runLine(line, plugin.io);
  await plugin.finish();
  return encodeExitCode(code, style);
}

async function runLine(line: CommandLine, io: Io): Promise<number> {
  const debug = line.ownArguments.includes('--debug');
  try {
    return await parseAndRun(line, io, debug);
  } catch (error) {
    await printThrownError(io, error, debug);
    return usageExitCode(line);
  }
}

async function parseAndRun(line: CommandLine, io: Io, debug: boolean): Promise<number> {
  let code: number = EXIT.ok;
  const written: CommanderOutput = { stdout: '', stderr: '' };
  const program = declareProgram(
    async (action) => {
      code = await action({ io, childCommand: line.childCommand, debug });
    },
    {
      writeOut: (text) => {
        written.stdout += text;
      },
      writeErr: (text) => {
        written.stderr += text;
      },
      getOutHelpWidth: () => io.stdout.columns ?? 100,
      getErrHelpWidth: () => io.stderr.columns ?? 100,
    },
  );
  try {
    await program.parseAsync(line.ownArguments, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    code = await handleCommanderError(error, written, line, program, io);
  }
  return code;
}
