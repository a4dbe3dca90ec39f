import { CommanderError } from 'commander';
import { COMPLETE } from './completion/shells.ts';
import { type CommandLine, splitCommandLine } from './flags/command-line.ts';
import { EXIT, encodeExitCode, exitCodeStyle } from './flags/exit-codes.ts';
import { sayUsage, usageCode, type Written } from './flags/usage-errors.ts';
import type { Io } from './process/io.ts';
import { sayThrown } from './process/messages.ts';
import { declareProgram } from './program.ts';

/**
 * Runs one command line, without the program's name, to its exit code. Nothing here or below ends the process.
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  if (argv[0] === COMPLETE) {
    const { answerShell } = await import('./completion/answer-shell.ts');
    return answerShell(argv.slice(1), io);
  }
  const line = splitCommandLine(argv);
  const style = exitCodeStyle(line.own);
  if (line.name !== 'check' || style !== 'nagios') return encodeExitCode(await answer(line, io), style);
  const { asPlugin } = await import('./process/nagios-plugin.ts');
  const plugin = asPlugin(io);
  const code = await answer(line, plugin.io);
  await plugin.finish();
  return encodeExitCode(code, style);
}

async function answer(line: CommandLine, io: Io): Promise<number> {
  const debug = line.own.includes('--debug');
  try {
    return await dispatch(line, io, debug);
  } catch (error) {
    await sayThrown(io, error, debug);
    return usageCode(line);
  }
}

async function dispatch(line: CommandLine, io: Io, debug: boolean): Promise<number> {
  let code: number = EXIT.ok;
  const written: Written = { out: '', error: '' };
  const program = declareProgram(
    async (action) => {
      code = await action({ io, line, debug });
    },
    {
      writeOut: (text) => {
        written.out += text;
      },
      writeErr: (text) => {
        written.error += text;
      },
      getOutHelpWidth: () => io.stdout.columns ?? 100,
      getErrHelpWidth: () => io.stderr.columns ?? 100,
    },
  );
  try {
    await program.parseAsync(line.own, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    code = await sayUsage(error, written, line, program, io);
  }
  return code;
}
