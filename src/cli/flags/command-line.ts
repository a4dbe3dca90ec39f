import type { Option } from 'commander';
import type { CommandDefinition } from '../command.ts';

export interface CommandLine {
  /** The words for this program. */
  ownArguments: readonly string[];
  /** The first word that is not a flag; `''` if every word is a flag. */
  commandName: string;
  /** Null if no command has this name. */
  definition: CommandDefinition | null;
  /** The words after the first `--` of a command that starts a program. */
  childCommand: readonly string[];
}

export function splitCommandLine(
  argv: readonly string[],
  commands: readonly CommandDefinition[],
): CommandLine {
  const commandName = argv.find((word) => !word.startsWith('-')) ?? '';
  const definition = commands.find(({ name }) => name === commandName) ?? null;
  const dashes = argv.indexOf('--');
  const split = definition?.startsProgram === true && dashes >= 0 ? dashes : argv.length;
  return {
    ownArguments: argv.slice(0, split),
    commandName,
    definition,
    childCommand: argv.slice(split + 1),
  };
}

/** The first word that is a flag and not in `options`; null if there is none. */
export function findUnknownFlag(words: readonly string[], options: readonly Option[]): string | null {
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (word === '--') return null;
    // commander adds the flags of help itself.
    if (!word.startsWith('-') || word === '-' || word === '-h' || word === '--help') continue;
    const [name = ''] = word.startsWith('--') ? word.split('=') : [word.slice(0, 2)];
    const option = options.find(({ long, short }) => long === name || short === name);
    if (option === undefined) return word;
    // The next word is the value of this flag.
    if (option.required && word === name) index += 1;
  }
  return null;
}

/** The last value of a flag in words that are not parsed; undefined if there is none. */
export function findFlagValue(words: readonly string[], long: string): string | undefined {
  const index = words.findLastIndex((word) => word === long || word.startsWith(`${long}=`));
  const word = words[index];
  return word === long ? words[index + 1] : word?.slice(long.length + 1);
}
