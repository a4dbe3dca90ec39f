import type { Command } from 'commander';
import { countEdits, findSimilarWords } from '../../../domain/similar-words.ts';
import type { Environment } from '../../../sources/environment/variables.ts';
import { findFlagOfVariable, isVariableRead, KNOWN_VARIABLES, readGivenFlags } from './flag-variables.ts';

const PREFIX = 'CRED_WATCH_';

/** The prefix of a variable that users can mean for one of ours. */
const MEANT_PREFIX = /^CRED_?WATCH_?(?=.)/i;

/** Edits in the prefix of a name such as `CRED_WATH_MARGIN`, without underscores. More could be another program's name. */
const MAX_EDITS_IN_PREFIX = 2;

/** Without the prefix. */
const KNOWN = Array.from(KNOWN_VARIABLES, (name) => name.slice(PREFIX.length));

/** Variables of `push`, and those that programs inherit from `poll --on-change` and from a `credential_process`. */
const OTHER = /^(?:PROMETHEUS_|CHANGE|OLD_|NEW_|EXPIRATION$|PROCESSES$)/;

/** A variable that no command reads, and that resembles one of ours. */
export interface MisspeltVariable {
  name: string;
  /** The names that the user can mean. */
  similar: readonly string[];
  /** True if a variable of the user can hardly have this name by chance. */
  isClose: boolean;
}

/** An empty variable counts as unset. */
export const findMisspeltVariables = (env: Environment): MisspeltVariable[] => [
  ...listUnknownVariables(env).flatMap(({ name, word }) => {
    const similar = findMeantWords(word);
    if (similar.length === 0) return [];
    const isClose = similar.some((known) => isCloseTo(word, known));
    return { name, similar: similar.map((each) => PREFIX + each), isClose };
  }),
  ...findSimilarPrefixes(env),
];

/** Other variables with the prefix, and the flag of the command with this name, which has no variable. */
export const findOtherVariables = (
  { options }: Command,
  env: Environment,
): { name: string; flag: string | null }[] =>
  listUnknownVariables(env)
    .filter(({ word }) => findMeantWords(word).length === 0)
    .map(({ name, word }) => ({ name, flag: findFlag(word, options) }));

function findFlag(word: string, options: Command['options']): string | null {
  const flags = options.flatMap(({ long }) => long ?? []);
  const [meant] = findSimilarWords(withoutSeparators(word), flags.map(withoutSeparators));
  const flag = flags.find((each) => withoutSeparators(each) === meant);
  if (flag === undefined || meant === undefined) return null;
  return countEdits(withoutSeparators(word), meant) <= Math.ceil(meant.length / 8) ? flag : null;
}

const withoutSeparators = (name: string): string => name.replace(/[-_]/g, '').toUpperCase();

/** A name that differs from one of ours in its prefix may belong to another program, so it is never an error. */
const findSimilarPrefixes = (env: Environment): MisspeltVariable[] =>
  Object.keys(env).flatMap((name) => {
    if (MEANT_PREFIX.test(name) || !/^CRED/i.test(name) || (env[name] ?? '') === '') return [];
    const word = withoutSeparators(name);
    const similar = [...KNOWN_VARIABLES].filter((known) => {
      const ending = withoutSeparators(known.slice(PREFIX.length));
      const prefix = word.slice(0, word.length - ending.length);
      return word.endsWith(ending) && countEdits(prefix, withoutSeparators(PREFIX)) <= MAX_EDITS_IN_PREFIX;
    });
    return similar.length === 0 ? [] : { name, similar, isClose: false };
  });

/**
 * True if a variable that the user can mean decides what the command does. `poll` goes on without a job duration or a
 * margin, because its samples do not depend on them.
 */
export function isMisspellingFatal(
  command: Command,
  env: Environment,
  { name, similar, isClose }: MisspeltVariable,
): boolean {
  if (!isClose) return false;
  const given = readGivenFlags(command, env);
  return similar.some((each) => {
    const flag = findFlagOfVariable(each);
    if (flag !== null) {
      const isJudging = flag === '--job-duration' || flag === '--margin';
      if (isJudging && command.name() === 'poll') return false;
      return isVariableRead(command, flag, env[name] ?? '', given);
    }
    if (each === 'CRED_WATCH_DB') return !given.has('--db');
    // In `report` and `status`, --host selects from the database, and has no variable.
    const isHostRead = !['report', 'status'].includes(command.name());
    return each === 'CRED_WATCH_HOST' && isHostRead && !given.has('--host');
  });
}

function listUnknownVariables(env: Environment): { name: string; word: string }[] {
  return Object.keys(env).flatMap((name) => {
    if (!MEANT_PREFIX.test(name) || (env[name] ?? '') === '') return [];
    const word = name.replace(MEANT_PREFIX, '').toUpperCase();
    if (OTHER.test(word)) return [];
    // On Windows, the case of names has no meaning.
    return KNOWN.includes(word) && env[PREFIX + word] !== undefined ? [] : { name, word };
  });
}

const isCloseTo = (word: string, known: string): boolean =>
  findLongerNames(word).includes(known) ||
  (word === 'DATABASE' && known === 'DB') ||
  countEdits(word, known) <= Math.ceil(known.length / 4);

/** `JOB` of `JOB_DURATION` is not similar enough. */
const findLongerNames = (word: string): string[] => KNOWN.filter((known) => known.split('_').includes(word));

function findMeantWords(word: string): string[] {
  if (word === 'DATABASE') return ['DB'];
  const longer = findLongerNames(word);
  if (longer.length > 0) return longer;
  // In short words, most letters can differ. The first one is rarely wrong.
  return findSimilarWords(word, KNOWN).filter(
    (known) => known[0] === word[0] && countEdits(word, known) <= Math.ceil(known.length / 3),
  );
}
