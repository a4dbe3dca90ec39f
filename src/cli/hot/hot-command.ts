/**
 * A hot command has a bundle of its own, because cron pays its start-up time at every run. The bundle
 * declares the same flags as the whole program, but no other command, and lacks the code that only some flags
 * need.
 */
import type { OptionValues } from 'commander';
import type { CommandDefinition } from '../command.ts';
import { splitCommandLine } from '../flags/command-line.ts';
import { createProcessIo } from '../process/process-io.ts';
import { createLineParser, type ParsedLine, runLine, runParsedLine } from '../run-line.ts';

/**
 * Resolves to the exit code. Null if the whole program has to run this line: then nothing has been printed,
 * read or requested yet.
 */
export type RunBundle = (argv: readonly string[]) => Promise<number | null>;

/** @param isSupported whether the bundle has the code for these flags */
export const createHotCommand =
  <Flags extends OptionValues>(
    definition: CommandDefinition,
    isSupported: (flags: Flags) => boolean,
  ): RunBundle =>
  async (argv) => {
    const line = splitCommandLine(argv, [definition]);
    const parsed = parseOrNull();
    if (parsed === null || !isSupported(parsed.command.opts<Flags>())) return null;
    return runLine(line, createProcessIo(), (io) => runParsedLine(parsed, line, io));

    /** Returns null for help and for every error, so that their texts are only in the whole program. */
    function parseOrNull(): ParsedLine | null {
      try {
        return createLineParser([definition], { writeOut: () => {}, writeErr: () => {} }).parse(line);
      } catch {
        return null;
      }
    }
  };
