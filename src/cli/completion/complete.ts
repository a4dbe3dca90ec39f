import type { Argument, Command, Option } from 'commander';
import { COMMANDS } from '../program.ts';
import {
  type Candidate,
  type FlagValues,
  findArgumentValues,
  type LocalNameReader,
  listFlagValues,
  toWords,
} from './flag-values.ts';

/** What can stand at the cursor. `other program`: a word of another program's command line, after `--`. */
export type Completion = FlagValues | 'other program';

/** The result of parsing the words before the cursor. */
interface Cursor {
  command: Command | null;
  /** The flag whose value is at the cursor. */
  flag: Option | null;
  /** Number of arguments before the cursor. */
  argumentCount: number;
  /** After `--`, no word is a flag. */
  isAfterDashes: boolean;
}

const NOTHING: Completion = { words: [] };

const DASHES: Candidate = ['--', 'end of flags, then the command to run'];

/**
 * Completes one command line.
 * @param before the words between the name of the program and the cursor, without quotes
 * @param current the word at the cursor
 */
export async function complete(
  program: Command,
  before: readonly string[],
  current: string,
  names: LocalNameReader,
): Promise<Completion> {
  const cursor = parse(program, before);
  if (cursor === 'unknown command') return NOTHING;
  if (cursor === 'other program') return cursor;
  const { command, flag, argumentCount, isAfterDashes } = cursor;
  const dashes = startsProgram(command) ? [DASHES] : [];
  if (flag !== null) return filterWords(await listFlagValues(flag, command, current, names), current);
  if (current.startsWith('-') && !isAfterDashes) {
    const options = listOptions(program, command);
    // Splits `--format=js` and `-fjs`.
    const [, prefix = '', value = ''] = /^(--[\w-]+=|-\w)(.+|(?<==))$/s.exec(current) ?? [];
    const attached = options.find((option) => takesValue(option, prefix.replace('=', '')));
    if (attached !== undefined)
      return addPrefix(prefix, filterWords(await listFlagValues(attached, command, value, names), value));
    const flags = options.map(({ long, short, description }) => [long ?? short ?? '', description] as const);
    return filterWords({ words: [...flags, ...dashes] }, current);
  }
  if (command === null || (command.name() === 'help' && argumentCount === 0)) {
    const words = program.commands.map((each) => [each.name(), each.description()] as const);
    return filterWords({ words }, current);
  }
  const argument = findArgument(command, argumentCount);
  if (argument === undefined) return filterWords({ words: dashes }, current);
  if (argument.argChoices !== undefined) return filterWords(toWords(argument.argChoices), current);
  return findArgumentValues(argument.name());
}

function parse(program: Command, before: readonly string[]): Cursor | 'unknown command' | 'other program' {
  const cursor: Cursor = { command: null, flag: null, argumentCount: 0, isAfterDashes: false };
  for (const word of before) {
    if (cursor.flag !== null) {
      cursor.flag = null;
    } else if (cursor.isAfterDashes) {
      cursor.argumentCount += 1;
    } else if (word === '--') {
      if (startsProgram(cursor.command)) return 'other program';
      cursor.isAfterDashes = true;
    } else if (word.startsWith('-') && word !== '-') {
      const options = listOptions(program, cursor.command);
      cursor.flag = options.find((option) => takesValue(option, word)) ?? null;
    } else if (cursor.command === null) {
      cursor.command = program.commands.find((each) => each.name() === word) ?? null;
      if (cursor.command === null) return 'unknown command';
    } else {
      cursor.argumentCount += 1;
    }
  }
  return cursor;
}

const startsProgram = (command: Command | null): boolean =>
  COMMANDS.some(({ name, startsProgram }) => startsProgram && name === command?.name());

/** The options of the command, and the global options. */
function listOptions(program: Command, command: Command | null): readonly Option[] {
  const helper = program.createHelp();
  const global = helper.visibleOptions(program);
  if (command === null) return global;
  return [...helper.visibleOptions(command), ...global.filter(({ long }) => long !== '--help')];
}

const takesValue = ({ long, short, required }: Option, flag: string) =>
  required && (flag === long || flag === short);

/** The words that continue the typed text. A shell finds the files itself. */
const filterWords = (values: FlagValues, typed: string): FlagValues =>
  'files' in values ? values : { words: values.words.filter(([word]) => word.startsWith(typed)) };

const addPrefix = (prefix: string, values: FlagValues): FlagValues =>
  'files' in values
    ? { files: prefix + values.files }
    : { words: values.words.map(([word, description]) => [prefix + word, description]) };

function findArgument({ registeredArguments }: Command, index: number): Argument | undefined {
  const last = registeredArguments.at(-1);
  return registeredArguments[index] ?? (last?.variadic ? last : undefined);
}
