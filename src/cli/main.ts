import { CommanderError } from 'commander';
import { COMPLETE_COMMAND } from './command.ts';
import { type CommandLine, splitCommandLine } from './flags/command-line.ts';
import { handleCommanderError } from './flags/usage-errors.ts';
import { createHelpConfiguration } from './manual/format-help.ts';
import { FILE_STYLE, getColumns, type Io, type ProcessIo, wantsColour } from './process/io.ts';
import { COMMANDS } from './program.ts';
import { createLineParser, runLine, runParsedLine } from './run-line.ts';

/**
 * Runs one command line and resolves to its exit code. Never ends the process.
 * @param argv without the name of the program
 */
export async function main(argv: readonly string[], process: ProcessIo): Promise<number> {
  if (argv[0] === COMPLETE_COMMAND) {
    const { printCompletions } = await import('./completion/print-completions.ts');
    return printCompletions(argv.slice(1), process);
  }
  const line = splitCommandLine(argv, COMMANDS);
  return runLine(line, process, (io) => parseAndRun(line, io));
}

async function parseAndRun(line: CommandLine, io: Io): Promise<number> {
  /** The output of commander, which is printed later or replaced. */
  let written = '';
  const write = (text: string) => {
    written += text;
  };
  const output = {
    writeOut: write,
    writeErr: write,
    getOutHelpWidth: () => getColumns(io.stdout) ?? FILE_STYLE.width,
    getErrHelpWidth: () => getColumns(io.stderr) ?? FILE_STYLE.width,
    getOutHasColors: () => wantsColour(io.stdout, io.env),
    getErrHasColors: () => wantsColour(io.stderr, io.env),
  };
  const { program, parse } = createLineParser(
    COMMANDS,
    output,
    io.env,
    createHelpConfiguration(wantsShortHelp(line)),
  );
  try {
    return await runParsedLine(parse(line), line, io);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return handleCommanderError(error, written, line, program, io);
  }
}

/** Without a command, the help follows an error. */
const wantsShortHelp = ({ commandName, ownArguments }: CommandLine): boolean => {
  const flag = ownArguments.find((word) => word === '-h' || word === '--help');
  return flag === '-h' || (flag === undefined && commandName === '');
};
