import { findSimilarWords } from '../../../domain/similar-words.ts';
import type { Environment } from '../../../sources/environment/variables.ts';

const PREFIX = 'CRED_WATCH_';

/** Without the prefix. */
const SETTINGS = [
  ...['DB', 'HOST', 'JOB_DURATION', 'MARGIN', 'ROLE', 'SOURCE', 'NO_CACHE'],
  ...['PROMETHEUS_TOKEN', 'PROMETHEUS_TOKEN_FILE', 'PROMETHEUS_USERNAME'],
  ...['PROMETHEUS_PASSWORD', 'PROMETHEUS_PASSWORD_FILE'],
];

/** Other names for the same thing, which no edit distance finds. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  DATABASE: 'DB',
  DB_FILE: 'DB',
  DURATION: 'JOB_DURATION',
  HOSTNAME: 'HOST',
  HOST_NAME: 'HOST',
  JOB: 'JOB_DURATION',
  JOB_LENGTH: 'JOB_DURATION',
};

/** The command of `poll --on-change` gets these. */
const CHANGE_FACTS = /^(?:CHANGE|CHANGES|OLD|NEW|EXPIRATION)(?:_|$)/;

/** A variable that cred-watch does not read, and the variables that the user may have meant. */
export interface MisspeltVariable {
  name: string;
  suggestions: readonly string[];
}

/** Variables of other programs, which resemble no variable of cred-watch, are left out. */
export function findMisspeltVariables(env: Environment): MisspeltVariable[] {
  return Object.keys(env)
    .filter((name) => name.startsWith(PREFIX))
    .sort()
    .flatMap((name) => {
      const rest = name.slice(PREFIX.length);
      if (SETTINGS.includes(rest) || CHANGE_FACTS.test(rest)) return [];
      const other = OTHER_NAMES[rest];
      const similar = other === undefined ? findSimilarWords(rest, SETTINGS) : [other];
      return similar.length === 0 ? [] : [{ name, suggestions: similar.map((each) => `${PREFIX}${each}`) }];
    });
}
