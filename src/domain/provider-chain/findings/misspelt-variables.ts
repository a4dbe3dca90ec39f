import { countEdits, findSimilarWords } from '../../similar-words.ts';
import { DECISIVE_VARIABLES } from '../decisive-variables.ts';
import type { ChainFacts } from '../providers.ts';

/** Similar variables that SDKs or the tools of AWS read. */
const OTHER_VARIABLES: ReadonlySet<string> = new Set([
  'AWS_ACCESS_KEY',
  'AWS_SECRET_KEY',
  'AWS_SECURITY_TOKEN',
  'AWS_DEFAULT_PROFILE',
]);

/** A shorter name is not taken for the beginning of a longer one: scripts use names such as `AWS_ROLE`. */
const MIN_WORDS_OF_BEGINNING = 4;
/** With more edits, many unrelated names would be similar. */
const getMaxEdits = (name: string): number => (name.length < 10 ? 1 : name.length < 20 ? 2 : 3);

export interface MisspeltVariable {
  variable: string;
  /** The variables that the user could have meant. */
  similar: readonly string[];
}

/** Variables that no SDK reads, with the variables that they resemble and that are not set. */
export function findMisspeltVariables({
  setVariables,
  blankVariables,
}: Pick<ChainFacts, 'setVariables' | 'blankVariables'>): MisspeltVariable[] {
  const isSet = (name: string) => setVariables.has(name) || blankVariables.has(name);
  const missing = DECISIVE_VARIABLES.filter((name) => !isSet(name));
  return [...setVariables]
    .filter((name) => name.startsWith('AWS_') && !isKnown(name))
    .sort()
    .flatMap((variable) => {
      const similar = findSimilar(variable, missing);
      return similar.length === 0 ? [] : [{ variable, similar }];
    });
}

const isKnown = (name: string) => DECISIVE_VARIABLES.includes(name) || OTHER_VARIABLES.has(name);

function findSimilar(variable: string, missing: readonly string[]): string[] {
  const complete =
    variable.split('_').length < MIN_WORDS_OF_BEGINNING
      ? []
      : missing.filter((name) => /^_[A-Z]+$/.test(name.slice(variable.length)) && name.startsWith(variable));
  if (complete.length > 0) return complete;
  const maxEdits = getMaxEdits(variable);
  return findSimilarWords(variable, missing).filter((name) => countEdits(variable, name) <= maxEdits);
}
