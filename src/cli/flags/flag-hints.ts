import type { Command } from 'commander';
import { countEdits, findSimilarWords } from '../../domain/similar-words.ts';
import { askDidYouMean } from '../../report/text/did-you-mean.ts';
import { findDuration } from './suggestions/suggest-flag.ts';

/** Our commands, with the names of similar commands in other tools. */
const OTHER_COMMANDS: readonly (readonly [command: string, names: readonly string[]])[] = [
  ['init', ['setup', 'install', 'cron', 'configure']],
  ['init --check', ['doctor', 'diagnose']],
  ['check -j 5h', ['gate', 'test', 'verify', 'safe']],
  ['check -j 5h --wait 90m', ['wait']],
  ['poll --interval 5m', ['watch', 'daemon', 'start']],
  ['poll --interval 5m --listen 127.0.0.1:9464', ['monitor']],
  ['report', ['list', 'ls', 'show', 'stats', 'history']],
  ['report -j 5h', ['judge', 'analyse', 'analyze']],
  ['report -f html -o report.html', ['html', 'page', 'dashboard']],
  ['sources', ['whoami', 'providers']],
  ['exec -j 5h -- command', ['run']],
  ['env -j 5h -f env', ['print', 'credentials', 'creds']],
  ['import', ['load']],
  ['export', ['dump']],
  ['prune --older-than 90d', ['clean', 'rm', 'delete']],
  ['simulate', ['mock', 'fake']],
  ['serve', ['server', 'proxy', 'ecs-server', 'ec2-server']],
  ['help', ['man', 'manual']],
  ['--version', ['version']],
];

/** `-d` could also mean a database, but a duration is more usual. */
const JUDGING_COMMANDS = ['init', 'status', 'report', 'check', 'exec', 'env'];

/** Words for our flags in other tools. A flag may begin with the name of a command, which has priority. */
const OTHER_FLAGS: ReadonlyMap<string, string> = new Map([
  ...['--uninstall', '--undo', '--delete'].map((flag) => [`init ${flag}`, '--remove'] as const),
  ['poll --every', '--interval'],
  ['poll --watch', '--interval'],
  ['poll --daemon', '--interval 5m'],
  ['report --for', '-j'],
  ['report --last', '--since'],
  ['report --duration', '-j'],
  ['status --duration', '-j'],
  ...JUDGING_COMMANDS.map((command) => [`${command} -d`, '-j'] as const),
  ['report --wait', '`cred-watch check --wait`'],
  ['--duration', '--job-duration'],
  ['--hours', '-j'],
  ['--threshold', '--margin'],
  ['--database', '--db'],
  ['--length', '--job-duration'],
  ['--out', '--output'],
  ['--once', 'no flag: without --interval, poll runs once'],
  ['--verbose', '--debug'],
  ['-v', '-V, or --debug'],
]);

export const seeHelp = (command: Command | null): string =>
  `see \`cred-watch ${command === null ? '' : `${command.name()} `}--help\``;

/** `--interval` of `--interval=5m`. */
export const getFlagName = (flag: string): string => flag.replace(/=.*/s, '');

/** `-j` of `--j`. Other flags as typed. */
const fixDashes = (name: string): string => (/^--[a-z]$/i.test(name) ? name.slice(1) : name);

/** Says what to do about an unknown command. */
export function buildCommandHint(program: Command, name: string): string {
  const [command] = OTHER_COMMANDS.find(([, others]) => others.includes(name)) ?? [];
  if (command !== undefined) return `did you mean \`cred-watch ${command}\`?`;
  const duration = findDuration(name);
  if (duration !== null) return askForReport(duration);
  const names = program.commands.map((each) => each.name());
  return askForSimilarWord(name, names) ?? 'run `cred-watch help` for a list of commands';
}

const askForReport = (duration: string) => `did you mean \`cred-watch report -j ${duration}\`?`;

/** For `-j 5h` without a command. Null for another flag. */
export function buildJobHint(words: readonly string[], flag: string): string | null {
  const [, attached] = /^(?:--?j(?![\w-])=?|-j|--job-duration=?)(.*)$/s.exec(flag) ?? [];
  if (attached === undefined) return null;
  const value = attached === '' ? (words[words.indexOf(flag) + 1] ?? '') : attached;
  return askForReport(findDuration(value) ?? '5h');
}

/** Says which values are allowed. `more` continues the list of choices. */
export function buildChoiceHint(value: string, choices: readonly string[], more = ''): string {
  const use = `use one of ${choices.join(', ')}${more}`;
  const question = askForSimilarWord(value, choices);
  return question === null ? use : `${question} ${use}`;
}

/**
 * Says what to do about an unknown flag; null if no flag is similar. Another command may have the flag, or
 * the flag may be a value of another flag (`--json`).
 * @param flag as typed, perhaps with a value: `--interval=5m`
 */
export function buildFlagHint(program: Command, command: Command | null, flag: string): string | null {
  const typed = getFlagName(flag);
  const name = fixDashes(typed);
  const options = [...(command?.options ?? []), ...program.options];
  if (name !== typed && ['-h', ...options.map(({ short }) => short)].includes(name))
    return askDidYouMean([name]);
  const foreign = OTHER_FLAGS.get(`${command?.name()} ${name}`);
  if (foreign !== undefined) return `did you mean ${foreign}?`;
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
  const value = name.replace(/^--/, '');
  const option = options.find(({ argChoices }) => argChoices?.includes(value));
  if (option !== undefined) return `did you mean ${option.short ?? option.long} ${value}?`;
  const flags = [...options.flatMap(({ long }) => long ?? []), '--help'].map((each) => each.slice(2));
  const similar = findSimilarWords(value, flags).filter(
    (each) => countEdits(value, each) <= getMaxEdits(value),
  );
  return askDidYouMean(similar.map((each) => `--${each}`));
}

/** More edits lead from a short word to another word: `force` to `source`. */
const getMaxEdits = ({ length }: string): number => (length < 6 ? 1 : length < 9 ? 2 : 3);

/** A longer list of flags with the same letter does not help. */
const MAX_SHORT_GUESSES = 3;

/** For a short flag that does not exist: the long flags with this letter. Null if there are none, or many. */
export function guessLongFlag(command: Command | null, flag: string): string | null {
  const letter = /^-([a-z])$/i.exec(fixDashes(getFlagName(flag)))?.[1]?.toLowerCase();
  if (letter === undefined) return null;
  const names = (command?.options ?? []).flatMap(({ long }) =>
    long?.startsWith(`--${letter}`) ? [long] : [],
  );
  return names.length > MAX_SHORT_GUESSES ? null : askDidYouMean(names);
}

const formatList = (names: readonly string[]) => `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

/** `did you mean json?`; null if no known word is similar. */
function askForSimilarWord(word: string, known: readonly string[]): string | null {
  const small = word.toLowerCase();
  if (known.includes(small)) return askDidYouMean([small]);
  const similar = findSimilarWords(small, known);
  // If most known words are similar, the list of all words helps more.
  const isVague = similar.length > 1 && similar.length > known.length / 2;
  return isVague ? null : askDidYouMean(similar);
}
