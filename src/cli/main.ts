import { CommanderError } from 'commander';
import { COMPLETE_COMMAND } from './completion/shells.ts';
import { type CommandLine, splitCommandLine } from './flags/command-line.ts';
import { EXIT, encodeExitCode, readExitCodeStyle } from './flags/exit-codes.ts';
import { type CommanderOutput, handleCommanderError, usageExitCode } from './flags/usage-errors.ts';
import type { Io } from './process/io.ts';
import { printThrownError } from './process/messages.ts';
import { declareProgram } from './program.ts';

/**
 * Runs one command line, without the program's name, to its exit code. Nothing here or below ends the process.
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  if (argv[0] === COMPLETE_COMMAND) {
    const { printCompletions } = await import('./completion/print-completions.ts');
    return printCompletions(argv.slice(1), io);
  }
  const line = splitCommandLine(argv);
  const style = readExitCodeStyle(line.ownArguments);
  if (line.commandName !== 'check' || style !== 'nagios')
    return encodeExitCode(await answer(line, io), style);
  const { createPluginIo } = await import('./process/nagios-plugin.ts');
  const plugin = createPluginIo(io);
  const code = await answer(line, plugin.io);
  await plugin.finish();
  return encodeExitCode(code, style);
}

async function answer(line: CommandLine, io: Io): Promise<number> {
  const debug = line.ownArguments.includes('--debug');
  try {
    return await dispatch(line, io, debug);
  } catch (error) {
    await printThrownError(io, error, debug);
    return usageExitCode(line);
  }
}

async function dispatch(line: CommandLine, io: Io, debug: boolean): Promise<number> {
  let code: number = EXIT.ok;
  const written: CommanderOutput = { stdout: '', stderr: '' };
  const program = declareProgram(
    async (action) => {
      code = await action({ io, commandLine: line, debug });
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
