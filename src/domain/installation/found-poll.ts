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
}

const PROGRAM = /(?:^|\/)cred-watch(?:\.js)?$/;

const SUBCOMMAND = 'poll';

/** The poll in the words of a command. Null if the command is not a poll. */
export function findPoll(words: readonly string[]): FoundPoll | null {
  const index = words.findIndex((word, at) => PROGRAM.test(word) && words[at + 1] === SUBCOMMAND);
  const program = words[index];
  if (program === undefined) return null;
  const before = words[index - 1];
  return {
    node: before !== undefined && /(?:^|\/)node(?:js)?$/.test(before) ? before : null,
    program,
    flags: readFlags(words.slice(index + 2)),
    variables: readVariables(words.slice(0, index)),
  };
}

function readVariables(words: readonly string[]): Map<string, string> {
  const variables = new Map<string, string>();
  for (const word of words) {
    const [, name, value = ''] = /^([A-Za-z_]\w*)=(.*)$/s.exec(word) ?? [];
    if (name === undefined) break;
    variables.set(name, value);
  }
  return variables;
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
