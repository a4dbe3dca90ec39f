/** Suggests the flag that is missing before an unexpected argument. */
import type { Command, Option } from 'commander';
import { parseDuration } from '../../../domain/time/duration.ts';
import { suggestDurations } from '../../../domain/time/duration-suggestions.ts';

/** The flag that takes a duration in most uses of the command. Other commands have `-j`. */
const DURATION_FLAGS: Readonly<Record<string, string>> = {
  poll: '--interval',
  prune: '--older-than',
  simulate: '--lifetime',
};

/** Longer bare numbers are not hours. */
const MAX_HOURS = 99;

/** A duration in the form of a flag. Null if the text is not a duration, or can mean several durations. */
export function findDuration(text: string): string | null {
  if (parseDuration(text) !== null) return text;
  const suggestions = suggestDurations(text);
  if (suggestions.length === 1) return suggestions[0] ?? null;
  return /^[1-9]\d*$/.test(text) && Number(text) <= MAX_HOURS ? `${text}h` : null;
}

/**
 * Returns the hint with the missing flag. Null if the flag is unknown.
 * @param args all arguments of the command
 * @param index of the unexpected argument
 * @param words the command line
 */
export function suggestFlag(
  command: Command,
  args: readonly string[],
  index: number,
  words: readonly string[],
): string | null {
  const argument = args[index] ?? '';
  const split = findSplitDuration(command, args, index, words);
  if (split !== null) return split;
  // `5 hours` without quotes.
  const duration = findDuration(args.slice(index).join(' ')) ?? findDuration(argument);
  const flag = findOption(command, DURATION_FLAGS[command.name()] ?? '--job-duration');
  if (duration !== null && flag !== undefined) return suggestValue(command, flag, duration);
  const choice = command.options.find(({ argChoices }) => argChoices?.includes(argument));
  return choice === undefined ? null : suggestValue(command, choice, argument);
}

const findOption = ({ options }: Command, long: string): Option | undefined =>
  options.find((option) => option.long === long);

function suggestValue(command: Command, option: Option, value: string): string {
  const name = option.short ?? option.long;
  const others = command.options
    .filter((each) => each.mandatory && each !== option)
    .map((each) => ` ${each.short ?? each.long} ${each.argChoices?.[0] ?? each.flags.replace(/^.*</, '<')}`);
  const needed = others.join('') + (command.name() === 'exec' ? ' -- command' : '');
  return `add ${name}: \`cred-watch ${command.name()} ${name} ${value}${needed}\``;
}

/** For `-j 5h 55m`: a duration is one word. */
function findSplitDuration(
  { options }: Command,
  args: readonly string[],
  index: number,
  words: readonly string[],
): string | null {
  const at = words.indexOf(args[index] ?? '');
  const [flag = '', before = ''] = [words[at - 2], words[at - 1]];
  const option = options.find(({ long, short }) => flag === long || flag === short);
  if (option === undefined || !option.flags.includes('<duration>')) return null;
  const [whole, ...others] = suggestDurations([before, ...args.slice(index)].join(' '));
  if (whole === undefined || others.length > 0) return null;
  return `write the duration as one word: \`${flag} ${whole}\``;
}
