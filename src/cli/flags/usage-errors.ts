import type { Command, CommanderError } from 'commander';
import type { Io } from '../process/io.ts';
import { printError } from '../process/messages.ts';
import { type CommandLine, findUnknownFlag } from './command-line.ts';
import { EXIT } from './exit-codes.ts';
import { buildCommandHint, buildFlagHint, SEE_HELP } from './suggestions.ts';

/** What commander has written. */
export interface CommanderOutput {
  stdout: string;
  stderr: string;
}

/** `exec` has its own code, because its child may end with any other code. */
export const usageExitCode = ({ definition }: CommandLine): number =>
  definition?.startsProgram ? EXIT.notStarted : EXIT.usage;

/** Reports an error of the parser, or prints help. Returns the exit code; commander's own would mean "not safe". */
export async function handleCommanderError(
  { code, exitCode, message }: CommanderError,
  written: CommanderOutput,
  line: CommandLine,
  program: Command,
  io: Io,
): Promise<number> {
  if (exitCode === 0) {
    await io.stdout.write(written.stdout);
    return EXIT.ok;
  }
  if (code === 'commander.help') {
    await printError(io, 'no command was given', 'run cred-watch poll, then cred-watch report');
    await io.stderr.write(`\n${written.stderr}`);
    return EXIT.usage;
  }
  await printError(io, message.replace(/^error: /, ''), buildHint(code, line, program));
  return usageExitCode(line);
}

function buildHint(code: string, line: CommandLine, program: Command): string {
  const command = program.commands.find((each) => each.name() === line.commandName) ?? null;
  switch (code) {
    case 'commander.unknownCommand':
      return buildCommandHint(program, line.commandName);
    case 'commander.unknownOption': {
      const options = [...program.options, ...(command?.options ?? [])];
      const flag = findUnknownFlag(line.ownArguments, options);
      const hint = flag === null ? SEE_HELP : buildFlagHint(program, command, flag);
      return lacksDashes(line) ? addDashes(hint === SEE_HELP ? null : hint) : hint;
    }
    case 'commander.excessArguments':
      return lacksDashes(line) ? addDashes(null) : SEE_HELP;
    case 'commander.missingMandatoryOptionValue':
      return buildMissingFlagHint(command) ?? SEE_HELP;
    default:
      return SEE_HELP;
  }
}

/** Words of the command that `exec` is to run were parsed as words of `exec`. */
const lacksDashes = ({ definition, childCommand }: CommandLine) =>
  definition?.startsProgram === true && childCommand.length === 0;

const addDashes = (other: string | null) =>
  `${other === null ? '' : `${other} or `}put two dashes before the command: \`cred-watch exec -j 4h -- command arguments\``;

/** Lists the choices of the required flag that is missing; null if the flag has no choices. */
function buildMissingFlagHint(command: Command | null): string | null {
  const missing = command?.options.find(
    (option) => option.mandatory && command.getOptionValue(option.attributeName()) === undefined,
  );
  return missing?.argChoices === undefined
    ? null
    : `use ${missing.short ?? missing.long} with one of ${missing.argChoices.join(', ')}`;
}
