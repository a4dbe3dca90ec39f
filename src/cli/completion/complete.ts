import type { Argument, Command, Option } from 'commander';
import type { Candidate } from './candidate.ts';
import { findFlagValues, isFileArgument, type LocalNameReader } from './flag-values.ts';

/**
 * What stands where the cursor is: a word of ours, a file behind the first characters of the word (`--db=`), or a word
 * of another program's command line, behind `--`.
 */
export type Completion =
  | { kind: 'words'; words: readonly Candidate[] }
  | { kind: 'files'; prefix: string }
  | { kind: 'command' };

/** What may be known by the words before the cursor. */
interface CursorPosition {
  command: Command | null;
  /** The flag whose value stands at the cursor. */
  flag: Option | null;
  /** Arguments before the cursor. */
  position: number;
  /** Behind `--` nothing is a flag. */
  isBehindDashes: boolean;
}

const NOTHING: Completion = { kind: 'words', words: [] };

/** @param before the words between the program's name and the one at the cursor, without their quotes */
export async function complete(
  program: Command,
  before: readonly string[],
  current: string,
  names: LocalNameReader,
): Promise<Completion> {
  const place = findPlace(program, before);
  if (place === 'nowhere') return NOTHING;
  if (place === 'other program') return { kind: 'command' };
  const { command, flag } = place;
  if (flag !== null) return completeValue(flag, command, '', current, names);
  if (current.startsWith('-') && !place.isBehindDashes) {
    const attached = attachedValue(program, command, current);
    if (attached === null) return words(flagsOf(program, command), current);
    return completeValue(attached.flag, command, attached.name, attached.value, names);
  }
  if (command === null) return words(commandsOf(program), current);
  if (command.name() === 'help') return place.position === 0 ? words(commandsOf(program), current) : NOTHING;
  const argument = argumentAt(command, place.position);
  if (argument === undefined) return command.name() === 'exec' ? words([DASHES], current) : NOTHING;
  if (argument.argChoices !== undefined) return words(argument.argChoices.map(plain), current);
  return isFileArgument(argument.name()) ? { kind: 'files', prefix: '' } : NOTHING;
}

/** The flags and their values that stand before the cursor, the last of each. */
export function findFlagValue(before: readonly string[], long: string): string | undefined {
  const at = before.findLastIndex((word) => word === long || word.startsWith(`${long}=`));
  return at < 0 ? undefined : before[at] === long ? before[at + 1] : before[at]!.slice(long.length + 1);
}

function findPlace(
  program: Command,
  before: readonly string[],
): CursorPosition | 'nowhere' | 'other program' {
  const place: CursorPosition = { command: null, flag: null, position: 0, isBehindDashes: false };
  for (const word of before) {
    if (place.flag !== null) {
      place.flag = null;
    } else if (place.isBehindDashes) {
      place.position += 1;
    } else if (word === '--') {
      if (place.command?.name() === 'exec') return 'other program';
      place.isBehindDashes = true;
    } else if (word.startsWith('-') && word !== '-') {
      place.flag = optionsOf(program, place.command).find((each) => takes(each, word)) ?? null;
    } else if (place.command === null) {
      place.command = program.commands.find((each) => each.name() === word) ?? null;
      if (place.command === null) return 'nowhere';
    } else {
      place.position += 1;
    }
  }
  return place;
}

const takes = ({ long, short, required }: Option, flag: string) =>
  required && (flag === long || flag === short);

/** Of `--format=js` and `-fjs`. */
function attachedValue(program: Command, command: Command | null, word: string) {
  const [, name = '', value = ''] = /^(--[\w-]+=|-\w)(.+|(?<==))$/s.exec(word) ?? [];
  const flag = optionsOf(program, command).find((each) => takes(each, name.replace('=', '')));
  return name === '' || flag === undefined ? null : { flag, name, value };
}

async function completeValue(
  flag: Option,
  command: Command | null,
  behind: string,
  typed: string,
  names: LocalNameReader,
): Promise<Completion> {
  const values = await findFlagValues(flag, command, typed, names);
  if (values === null) return NOTHING;
  if ('files' in values) return { kind: 'files', prefix: behind + values.files };
  const fitting = values.words.filter(({ value }) => value.startsWith(typed));
  return { kind: 'words', words: fitting.map((each) => ({ ...each, value: behind + each.value })) };
}

const words = (known: readonly Candidate[], current: string): Completion => ({
  kind: 'words',
  words: known.filter(({ value }) => value.startsWith(current)),
});

const plain = (value: string): Candidate => ({ value, description: '' });

const DASHES: Candidate = { value: '--', description: 'then the command to run' };

const commandsOf = (program: Command): Candidate[] =>
  program.commands.map((each) => ({ value: each.name(), description: each.description() }));

/** Its own and those of every command, help among them. */
const optionsOf = (program: Command, command: Command | null): readonly Option[] => [
  ...(command === null ? [] : program.createHelp().visibleOptions(command)),
  ...program
    .createHelp()
    .visibleOptions(program)
    .filter(({ long }) => command === null || long !== '--help'),
];

function flagsOf(program: Command, command: Command | null): Candidate[] {
  const flags = optionsOf(program, command).map(({ long, short, description }) => ({
    value: long ?? short ?? '',
    description,
  }));
  return command?.name() === 'exec' ? [...flags, DASHES] : flags;
}

function argumentAt({ registeredArguments }: Command, position: number): Argument | undefined {
  const last = registeredArguments.at(-1);
  return registeredArguments[position] ?? (last?.variadic ? last : undefined);
}
