import type { Command } from 'commander';

/** Words for our commands in other tools. */
const OTHER_COMMANDS: ReadonlyMap<string, string> = new Map([
  ['status', 'check -j 5h'],
  ['gate', 'check -j 5h'],
  ['test', 'check -j 5h'],
  ['wait', 'check -j 5h --wait 90m'],
  ['watch', 'poll --interval 5m'],
  ['daemon', 'poll --interval 5m'],
  ['start', 'poll --interval 5m'],
  ['monitor', 'poll --interval 5m --listen 127.0.0.1:9464'],
  ['list', 'report'],
  ['ls', 'report'],
  ['show', 'report'],
  ['stats', 'report'],
  ['whoami', 'sources'],
  ['doctor', 'sources'],
  ['run', 'exec -j 5h -- command'],
  ['print', 'env -j 5h -f env'],
  ['load', 'import'],
  ['dump', 'export'],
  ['clean', 'prune --older-than 90d'],
  ['rm', 'prune --older-than 90d'],
  ['delete', 'prune --older-than 90d'],
  ['serve', 'simulate'],
  ['mock', 'simulate'],
  ['version', '--version'],
]);

/** Words for our flags in other tools. */
const OTHER_FLAGS: ReadonlyMap<string, string> = new Map([
  ['--duration', '--job-duration'],
  ['--length', '--job-duration'],
  ['--port', '--listen 127.0.0.1:9464'],
  ['--out', '--output'],
  ['--once', 'no flag: without --interval, poll runs once'],
  ['--verbose', '--debug'],
  ['-v', '-V, or --debug'],
]);

export const seeHelp = (command: Command | null): string =>
  `see \`cred-watch ${command === null ? '' : `${command.name()} `}--help\``;

/** `--interval` of `--interval=5m`. */
export const getFlagName = (flag: string): string => flag.replace(/=.*/s, '');

/** Says what to do about an unknown command. */
export function buildCommandHint(program: Command, name: string): string {
  const other = OTHER_COMMANDS.get(name);
  if (other !== undefined) return `did you mean \`cred-watch ${other}\`?`;
  const names = program.commands.map((each) => each.name());
  return askDidYouMean(name, names) ?? 'run `cred-watch help` for a list of commands';
}

/** Says which values are allowed. `more` continues the list of choices. */
export function buildChoiceHint(value: string, choices: readonly string[], more = ''): string {
  const use = `use one of ${choices.join(', ')}${more}`;
  const question = askDidYouMean(value, choices);
  return question === null ? use : `${question} ${use}`;
}

/**
 * Says what to do about an unknown flag; null if no flag is similar. Another command may have the flag, or
 * the flag may be a value of another flag (`--json`).
 * @param flag as typed, perhaps with a value: `--interval=5m`
 */
export function buildFlagHint(program: Command, command: Command | null, flag: string): string | null {
  const name = getFlagName(flag);
  const owners = program.commands.filter(({ options }) =>
    options.some(({ long, short }) => long === name || short === name),
  );
  const [owner] = owners;
  if (owner !== undefined) {
    return owners.length === 1
      ? `${owner.name()} has ${name}: see \`cred-watch ${owner.name()} --help\``
      : `${formatList(owners.map((each) => each.name()))} have ${name}`;
  }
  const other = OTHER_FLAGS.get(name);
  if (other !== undefined) return `did you mean ${other}?`;
  const options = [...(command?.options ?? []), ...program.options];
  const value = name.replace(/^--/, '');
  const option = options.find(({ argChoices }) => argChoices?.includes(value));
  if (option !== undefined) return `did you mean ${option.short ?? option.long} ${value}?`;
  const flags = [...options.flatMap(({ long }) => long ?? []), '--help'].map((each) => each.slice(2));
  const similar = findSimilar(value, flags).map((each) => `--${each}`);
  return similar.length === 0 ? null : `did you mean ${similar.join(' or ')}?`;
}

const formatList = (names: readonly string[]) => `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

/** `did you mean json?`; null if no known word is similar. */
function askDidYouMean(word: string, known: readonly string[]): string | null {
  const small = word.toLowerCase();
  if (known.includes(small)) return `did you mean ${small}?`;
  const similar = findSimilar(small, known);
  // If most of the known words are similar, the list of all of them says more.
  const isVague = similar.length > 1 && similar.length > known.length / 2;
  return similar.length === 0 || isVague ? null : `did you mean ${similar.join(' or ')}?`;
}

const MAX_DISTANCE = 3;
const MIN_SIMILARITY = 0.4;

/**
 * The known words with the fewest edits, in alphabetical order. The limits are those of commander's
 * suggestions.
 */
function findSimilar(word: string, known: readonly string[]): string[] {
  const candidates = [...new Set(known)]
    .filter(({ length }) => length > 1 && Math.abs(length - word.length) <= MAX_DISTANCE)
    .map((each) => ({ each, distance: countEdits(word, each) }))
    .filter(({ each, distance }) => {
      const length = Math.max(word.length, each.length);
      return distance <= MAX_DISTANCE && (length - distance) / length > MIN_SIMILARITY;
    });
  const best = Math.min(...candidates.map(({ distance }) => distance));
  return candidates
    .filter(({ distance }) => distance === best)
    .map(({ each }) => each)
    .sort();
}

/** Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours. */
function countEdits(from: string, to: string): number {
  let twoAbove: number[] = [];
  let above = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const isSame = from[row - 1] === to[column - 1];
      const isSwap = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current.push(
        Math.min(
          at(above, column) + 1,
          at(current, column - 1) + 1,
          at(above, column - 1) + (isSame ? 0 : 1),
          isSwap ? at(twoAbove, column - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    [twoAbove, above] = [above, current];
  }
  return at(above, to.length);
}

const at = (row: readonly number[], column: number): number => row[column] ?? Number.POSITIVE_INFINITY;
