/** A word of the shell, as far as it needs no expansion: quoted parts, escaped characters, plain ones. */
const WORD = String.raw`(?:'[^']*'|"(?:\\.|[^"\\$${'`'}])*"|\\.|[^\s'"\\$${'`'};&|<>()])+`;
const FIRST = new RegExp(`^\\s*(?:[A-Za-z_]\\w*=(?:${WORD})?\\s+)*(${WORD})`);

/** Nothing that could be an argument or an assignment, which may be secret. */
const NAME = /^[\w+,.@-]{1,64}$/;

/** The base name of the program that a command line begins with; `''` where that is not plain to see. */
export function parseProgramName(command: string): string {
  const word = FIRST.exec(command)?.[1] ?? '';
  const name = word
    .replace(/['"]|\\(?=.)/g, '')
    .split('/')
    .at(-1)!;
  return NAME.test(name) ? name : '';
}
