import type { Argument, Command, Option } from 'commander';
import type { CommandDefinition } from '../command.ts';
import { type Candidate, findFlagValues, isFileArgument, type LocalNameReader } from './flag-values.ts';

/**
 * What can stand at the cursor:
 * - `words`: one of these words.
 * - `files`: a file name after this prefix of the word (`--db=`).
 * - `command`: a word of another program's command line, after `--`.
 */
export type Completion =
  | { kind: 'words'; words: readonly Candidate[] }
  | { kind: 'files'; prefix: string }
  | { kind: 'command' };

/** The result of parsing the words before the cursor. */
interface CursorContext {
  command: Command | null;
  /** The flag whose value is at the cursor. */
  flag: Option | null;
  /** Number of arguments before the cursor. */
  argumentCount: number;
  /** After `--`, no word is a flag. */
  isAfterDashes: boolean;
}

const NOTHING: Completion = { kind: 'words', words: [] };

const DASHES: Candidate = { value: '--', description: 'end of flags, then the command to run' };

/** Completes one command line. */
export class Completer {
  readonly #program: Command;
  readonly #definitions: readonly CommandDefinition[];
  readonly #names: LocalNameReader;

  constructor(program: Command, definitions: readonly CommandDefinition[], names: LocalNameReader) {
    this.#program = program;
    this.#definitions = definitions;
    this.#names = names;
  }

  /**
   * @param before the words between the name of the program and the cursor, without quotes
   * @param current the word at the cursor
   */
  async complete(before: readonly string[], current: string): Promise<Completion> {
    const context = this.#parse(before);
    if (context === 'unknown command') return NOTHING;
    if (context === 'other program') return { kind: 'command' };
    const { command, flag, argumentCount } = context;
    if (flag !== null) return this.#completeValue(flag, command, '', current);
    if (current.startsWith('-') && !context.isAfterDashes) {
      const attached = this.#splitAttachedValue(command, current);
      return attached === null
        ? filterWords(this.#listFlags(command), current)
        : this.#completeValue(attached.flag, command, attached.prefix, attached.value);
    }
    if (command === null) return filterWords(this.#listCommands(), current);
    if (command.name() === 'help')
      return argumentCount === 0 ? filterWords(this.#listCommands(), current) : NOTHING;
    const argument = findArgument(command, argumentCount);
    if (argument === undefined)
      return this.#startsProgram(command) ? filterWords([DASHES], current) : NOTHING;
    if (argument.argChoices !== undefined) return filterWords(argument.argChoices.map(toCandidate), current);
    return isFileArgument(argument.name()) ? { kind: 'files', prefix: '' } : NOTHING;
  }

  #parse(before: readonly string[]): CursorContext | 'unknown command' | 'other program' {
    const context: CursorContext = { command: null, flag: null, argumentCount: 0, isAfterDashes: false };
    for (const word of before) {
      if (context.flag !== null) {
        context.flag = null;
      } else if (context.isAfterDashes) {
        context.argumentCount += 1;
      } else if (word === '--') {
        if (this.#startsProgram(context.command)) return 'other program';
        context.isAfterDashes = true;
      } else if (word.startsWith('-') && word !== '-') {
        context.flag = this.#listOptions(context.command).find((option) => takesValue(option, word)) ?? null;
      } else if (context.command === null) {
        context.command = this.#program.commands.find((each) => each.name() === word) ?? null;
        if (context.command === null) return 'unknown command';
      } else {
        context.argumentCount += 1;
      }
    }
    return context;
  }

  #startsProgram(command: Command | null): boolean {
    const definition = this.#definitions.find(({ name }) => name === command?.name());
    return definition?.startsProgram === true;
  }

  /** Splits `--format=js` and `-fjs`. */
  #splitAttachedValue(command: Command | null, word: string) {
    const [, prefix = '', value = ''] = /^(--[\w-]+=|-\w)(.+|(?<==))$/s.exec(word) ?? [];
    const name = prefix.replace('=', '');
    const flag = this.#listOptions(command).find((option) => takesValue(option, name));
    return prefix === '' || flag === undefined ? null : { flag, prefix, value };
  }

  async #completeValue(
    flag: Option,
    command: Command | null,
    prefix: string,
    typed: string,
  ): Promise<Completion> {
    const values = await findFlagValues(flag, command, typed, this.#names);
    if (values === null) return NOTHING;
    if ('files' in values) return { kind: 'files', prefix: prefix + values.files };
    const matching = values.words.filter(({ value }) => value.startsWith(typed));
    return { kind: 'words', words: matching.map((each) => ({ ...each, value: prefix + each.value })) };
  }

  #listCommands(): Candidate[] {
    return this.#program.commands.map((each) => ({ value: each.name(), description: each.description() }));
  }

  /** The options of the command, and the global options. */
  #listOptions(command: Command | null): readonly Option[] {
    const helper = this.#program.createHelp();
    return [
      ...(command === null ? [] : helper.visibleOptions(command)),
      ...helper.visibleOptions(this.#program).filter(({ long }) => command === null || long !== '--help'),
    ];
  }

  #listFlags(command: Command | null): Candidate[] {
    const flags = this.#listOptions(command).map(({ long, short, description }) => ({
      value: long ?? short ?? '',
      description,
    }));
    return this.#startsProgram(command) ? [...flags, DASHES] : flags;
  }
}

/** The last value of a flag in these words. */
export function findFlagValue(words: readonly string[], long: string): string | undefined {
  const index = words.findLastIndex((word) => word === long || word.startsWith(`${long}=`));
  const word = words[index];
  return word === long ? words[index + 1] : word?.slice(long.length + 1);
}

const takesValue = ({ long, short, required }: Option, flag: string) =>
  required && (flag === long || flag === short);

const filterWords = (known: readonly Candidate[], current: string): Completion => ({
  kind: 'words',
  words: known.filter(({ value }) => value.startsWith(current)),
});

const toCandidate = (value: string): Candidate => ({ value, description: '' });

function findArgument({ registeredArguments }: Command, index: number): Argument | undefined {
  const last = registeredArguments.at(-1);
  return registeredArguments[index] ?? (last?.variadic ? last : undefined);
}
