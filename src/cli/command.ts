import type { Command } from 'commander';
import { CredWatchError } from '../errors.ts';
import type { CommandHelp } from './manual/command-help.ts';
import type { Io } from './process/io.ts';

/** Hidden command that the completion scripts run at TAB. */
export const COMPLETE_COMMAND = '__complete';

/** One run of a command. */
export interface Invocation {
  io: Io;
  program: Command;
  command: Command;
  /** The words after the name of the program, without the command of `exec`. */
  ownArguments: readonly string[];
  /** For `exec`: the words after `--`. */
  childCommand: readonly string[];
}

/** A row in the table of commands. */
export interface CommandDefinition {
  name: string;
  /** Heading in the list of commands. */
  group: 'Start' | 'Measure' | 'Judge' | 'Samples' | 'Serve' | 'Help';
  /** For the list of commands, at most 60 characters. The description by default. */
  summary?: string;
  description: string;
  /** Adds flags and arguments. */
  declare(command: Command): void;
  help: CommandHelp;
  /** Resolves to the exit code. */
  run(flags: object, invocation: Invocation): Promise<number>;
  /** The words after the first `--` are the command line of another program. */
  startsProgram?: true;
  /** `FLAG_VARIABLES` give values to flags of this command. */
  readsFlagVariables?: true;
  /** `--exit-codes nagios` also means plugin output: one line on stdout, nothing on stderr. */
  isNagiosPlugin?: true;
}

/**
 * Rejects each of these flags.
 * @param problem completes the message after the flag: `needs --interval`
 * @throws CredWatchError if the command line contains one of the flags
 */
export function rejectFlags(
  { command }: Invocation,
  flags: readonly string[],
  problem: string,
  hint: string,
): void {
  const option = command.options.find(
    (each) => flags.includes(each.long ?? '') && command.getOptionValueSource(each.attributeName()) === 'cli',
  );
  if (option !== undefined) throw new CredWatchError(`${option.long} ${problem}`, hint);
}
