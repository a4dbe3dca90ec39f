/**
 * A hot command is a command that cron or a job starts often. It has a bundle of its own, which starts faster
 * than the whole program. The bundle declares all flags of the command, but no other command. It does not
 * contain the code that only some flags need.
 */
import type { OptionValues } from 'commander';
import type { CommandDefinition } from '../command.ts';
import { splitCommandLine } from '../flags/command-line.ts';
import { hasUnknownVariable } from '../flags/environment/flag-variables.ts';
import { createProcessIo } from '../process/process-io.ts';
import { createLineParser, type ParsedLine, runLine, runParsedLine } from '../run-line.ts';

/**
 * Resolves to the exit code. Null if the whole program must run this command line: the bundle has then printed,
 * read and requested nothing.
 */
export type RunBundle = (argv: readonly string[]) => Promise<number | null>;

/**
 * @param isSupported whether the bundle has the code for these flags
 * @param isReport whether the command only reads the database and prints a result
 */
export const createHotCommand =
  <Flags extends OptionValues>(
    definition: CommandDefinition,
    isSupported: (flags: Flags) => boolean,
    { isReport = false } = {},
  ): RunBundle =>
  async (argv) => {
    const line = splitCommandLine(argv, [definition]);
    const parsed = parseOrNull();
    if (parsed === null || !isSupported(parsed.command.opts<Flags>())) return null;
    return runLine(line, createProcessIo({ mayBlock: isReport }), (io) => runParsedLine(parsed, line, io));

    /**
     * Returns null for help, every error and unknown variables, because only the whole program has their texts; and for
     * stack traces, because functions of a bundle have short names.
     */
    function parseOrNull({ env } = process): ParsedLine | null {
      if (hasUnknownVariable(env) || line.ownArguments.includes('--debug')) return null;
      try {
        const output = { writeOut: () => {}, writeErr: () => {} };
        return createLineParser([definition], output, env).parse(line);
      } catch {
        return null;
      }
    }
  };
