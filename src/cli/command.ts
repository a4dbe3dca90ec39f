import type { Command } from 'commander';
import type { Io } from './process/io.ts';

/** One run of the program. */
export interface Invocation {
  io: Io;
  /** For `exec`: the words after `--`. */
  childCommand: readonly string[];
  /** Print stack traces. */
  debug: boolean;
}

/** Runs a parsed command. Resolves to the exit code. */
export type CommandAction = (invocation: Invocation) => Promise<number>;

/** Receives the action of the command that was parsed. */
export type Perform = (action: CommandAction) => Promise<void>;

/** A row in the table of commands. */
export interface CommandDefinition {
  name: string;
  declare(program: Command, perform: Perform): void;
  /** The words after the first `--` are the command line of another program. */
  startsProgram?: true;
  /** `--exit-codes nagios` also means plugin output: one line on stdout, nothing on stderr. */
  isNagiosPlugin?: true;
}
