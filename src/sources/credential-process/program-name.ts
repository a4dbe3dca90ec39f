import { hasSecretForm } from '../../key-id.ts';

/** A word of the shell without expansions: quoted parts, escaped characters, plain characters. */
const WORD = String.raw`(?:'[^']*'|"(?:\\.|[^"\\$${'`'}])*"|\\.|[^\s'"\\$${'`'};&|<>()])+`;
const FIRST_WORD = new RegExp(`^\\s*(?:[A-Za-z_]\\w*=(?:${WORD})?\\s+)*(${WORD})`);

/** Excludes arguments and assignments, which can be secret. */
const NAME = /^[\w+,.@-]{1,64}$/;

/** The base name of the program that a command line starts. Null if it is not obvious. */
export function parseProgramName(command: string): string | null {
  const word = FIRST_WORD.exec(command)?.[1] ?? '';
  const path = word.replace(/['"]|\\(?=.)/g, '');
  const name = path.slice(path.lastIndexOf('/') + 1);
  return NAME.test(name) && !hasSecretForm(path) ? name : null;
}
