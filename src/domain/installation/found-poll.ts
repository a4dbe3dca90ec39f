import { splitShellCommands } from './shell-words.ts';
import { getBaseName, skipOptions, unwrapCommand } from './wrapped-command.ts';

/** A poll in a crontab, in a unit, or in the list of processes. */
export interface FoundPoll {
  /** The path of Node. Null if the program starts Node itself. */
  node: string | null;
  /** As written: `cred-watch`, or a path. */
  program: string;
  /** Flags with their values. A flag without a value has the value `''`. */
  flags: ReadonlyMap<string, string>;
  /** The assignments in front of the command. */
  variables: ReadonlyMap<string, string>;
  /** The programs that start the poll, such as `flock`, as written. */
  wrappers: readonly string[];
  /** The folder that `cd` selects in front of the poll. Null without `cd`. */
  folder: string | null;
  /**
   * False if it cannot be known whether the poll runs, or with which flags and variables: for example behind a condition,
   * in a script for `sh -c`, or with a variable of the shell.
   */
  isCertain: boolean;
}

const PROGRAM = /(?:^|\/)cred-watch(?:\.js)?(?:@[^/]+)?$/;

const SUBCOMMAND = 'poll';

/** Options of Node with a value in the next word. */
const NODE_OPTIONS = ['-r', '--require', '--import', '--env-file', '-C', '--conditions'];

/** The poll in the words of a command. Null if the command is not a poll. */
export function findPoll(words: readonly string[]): FoundPoll | null {
  const { words: command, variables, wrappers, isUnderstood } = unwrapCommand(words);
  const first = command[0] ?? '';
  const isNode = /^node(?:js)?$/.test(getBaseName(first));
  const expected = isNode ? skipOptions(command, 1, NODE_OPTIONS) : 0;
  const index = command.findIndex((_, at) => isPollAt(command, at));
  const program = command[index];
  if (program === undefined) return findNestedPoll(command, variables);
  return {
    node: isNode && index === expected ? first : null,
    program,
    flags: readFlags(command.slice(index + 1)),
    variables,
    wrappers,
    folder: null,
    isCertain: isUnderstood && index === expected,
  };
}

/** Flags of the program may stand in front of the subcommand. */
function isPollAt(words: readonly string[], at: number): boolean {
  return PROGRAM.test(words[at] ?? '') && words[skipOptions(words, at + 1, [])] === SUBCOMMAND;
}

/** The poll in a script that is one word, as in `sh -c 'cred-watch poll'`. */
function findNestedPoll(words: readonly string[], variables: ReadonlyMap<string, string>): FoundPoll | null {
  for (const word of words) {
    // A script is shorter than the text that contains it, so this ends.
    if (!/cred-watch.*\spoll\b/s.test(word) || words.length < 2) continue;
    const [poll] = findShellPolls(word);
    if (poll !== undefined)
      return { ...poll, variables: new Map([...variables, ...poll.variables]), isCertain: false };
  }
  return null;
}

/** `&&` behind these commands is not a condition, because they succeed. The caller finds a missing folder. */
const SUCCEEDING = new Set(['cd', 'export', 'sleep', 'true', ':']);

/** Keywords of conditions and loops, and commands that change the shell. */
const CHANGING = new Set(
  (
    'if then elif else fi for while until do done case esac { } ! function [[ . source eval set unset exit return ' +
    'alias trap read pushd popd shopt break continue'
  ).split(' '),
);

/** The polls in a text for a POSIX shell. */
export function findShellPolls(text: string): FoundPoll[] {
  const polls: FoundPoll[] = [];
  const exported = new Map<string, string>();
  let folder: string | null = null;
  // False behind a command that may change the environment.
  let isKnown = true;
  // False if a condition decides whether the command runs.
  let isReached = true;
  let previous: string | null = null;
  for (const { words, isLiteral, operator } of splitShellCommands(text)) {
    const [name = ''] = words;
    if (name === '' || CHANGING.has(name)) isKnown = false;
    const isPlain = isLiteral && isReached && previous !== '|' && operator !== '|' && operator !== '&';
    const poll = findPoll(words);
    const [started = ''] = unwrapCommand(words).words;
    if (started !== name && (started === 'cd' || started === 'export' || CHANGING.has(started)))
      isKnown = false;
    if (name === 'cd') {
      const [, path = ''] = words;
      if (!isPlain || words.length !== 2 || path.startsWith('-')) isKnown = false;
      folder = path.startsWith('/') || folder === null ? path : `${folder}/${path}`;
    } else if (name === 'export') {
      const variables = unwrapCommand(words.slice(1));
      if (!isPlain || variables.words.length > 0) isKnown = false;
      for (const [key, value] of variables.variables) exported.set(key, value);
    } else if (poll !== null) {
      const variables = new Map([...exported, ...poll.variables]);
      const isCertain = poll.isCertain && isKnown && isReached && isLiteral;
      polls.push({ ...poll, variables, folder, isCertain });
    } else if (started === '') {
      // An assignment is exported only if the variable exists.
      isKnown = false;
    }
    // The commands behind `exec` never run.
    if (name === 'exec') isKnown = false;
    if (operator === '||' || (operator === '&&' && !SUCCEEDING.has(name))) isReached = false;
    else if (operator !== '&&' && operator !== '|') isReached = true;
    previous = operator;
  }
  return polls;
}

function readFlags(words: readonly string[]): Map<string, string> {
  const flags = new Map<string, string>();
  for (const [index, word] of words.entries()) {
    if (!word.startsWith('-')) continue;
    const [, name = word, value] = /^(--[^=]+)=(.*)$/s.exec(word) ?? [];
    const next = words[index + 1] ?? '';
    flags.set(name, value ?? (next.startsWith('-') ? '' : next));
  }
  return flags;
}

/** The flags that select the credentials. */
const SELECTING_FLAGS = [
  '--profile',
  '--role',
  '--process',
  '--role-arn',
  '--session-name',
  '--host',
] as const;

/** The variables that select the credentials. A simulated endpoint has other credentials than the real one. */
const SELECTING_VARIABLES = ['AWS_PROFILE', 'AWS_EC2_METADATA_SERVICE_ENDPOINT'] as const;

/** True if both polls record the same credentials. Without `--source`, a poll uses the endpoint of its environment. */
export function isSameSource(a: FoundPoll, b: FoundPoll): boolean {
  if (SELECTING_FLAGS.some((flag) => a.flags.get(flag) !== b.flags.get(flag))) return false;
  if (SELECTING_VARIABLES.some((name) => a.variables.get(name) !== b.variables.get(name))) return false;
  const [first, second] = [getSource(a), getSource(b)];
  return first === second || first === null || second === null;
}

/** Null: decided by the environment or by another flag. */
function getSource({ flags }: FoundPoll): string | null {
  const source = flags.get('--source');
  return source === undefined || source === 'auto' ? null : source;
}
