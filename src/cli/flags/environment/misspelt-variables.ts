import { findSimilarWords } from '../../../domain/similar-words.ts';
import type { Environment } from '../../../sources/environment/variables.ts';
import { FLAG_VARIABLES } from './flag-variables.ts';

const PREFIX = 'CRED_WATCH_';

/** Variables that users set, without the prefix. */
const KNOWN = [
  'DB',
  'HOST',
  'NO_CACHE',
  ...Object.values(FLAG_VARIABLES).map((name) => name.slice(PREFIX.length)),
];

/** Variables of `push`, and those that `poll --on-change` sets. */
const OTHER = /^(?:PROMETHEUS_|CHANGE|OLD_|NEW_|EXPIRATION$)/;

/** A variable with a typing error, which no command reads. */
export interface MisspeltVariable {
  name: string;
  /** The names that the user can mean. */
  similar: readonly string[];
}

/** Other variables with the prefix may belong to scripts of the user. */
export const findMisspeltVariables = (env: Environment): MisspeltVariable[] =>
  Object.keys(env).flatMap((name) => {
    if (!name.startsWith(PREFIX)) return [];
    const word = name.slice(PREFIX.length);
    if (KNOWN.includes(word) || OTHER.test(word)) return [];
    const similar = findMeantWords(word).map((each) => PREFIX + each);
    return similar.length === 0 ? [] : [{ name, similar }];
  });

function findMeantWords(word: string): string[] {
  if (word === 'DATABASE') return ['DB'];
  // `JOB` of `JOB_DURATION` is not similar enough.
  const longer = KNOWN.filter((known) => known.split('_').includes(word));
  if (longer.length > 0) return longer;
  // In short words, most letters can differ. The first one is rarely wrong.
  return findSimilarWords(word, KNOWN).filter((known) => known[0] === word[0]);
}
