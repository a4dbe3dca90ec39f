import { findShellSyntax } from '../../sources/profile/shell-syntax.ts';

/** `2>/dev/null`, `2>&1`, `>> FILE` at the end of a command. */
const REDIRECTION = /\s+\d*>>?\s*(?:&\d|[\w./-]+)\s*$/;

const WORD = /(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s'"\\])+/gs;
const PIECE = /'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)|([^'"\\]+)/gs;

/**
 * Whether a shell runs one program with these arguments, and nothing else. Such a shell ends with the program. A shell
 * that runs more can be the job itself, for example `sh -c 'load "$(cred-watch env …)"'`.
 * @param text the text after `-c`
 */
export function runsOnly(text: string, args: readonly string[]): boolean {
  const command = removeRedirections(text);
  if (command.includes('\n') || findShellSyntax(command) !== null) return false;
  // Text outside of words is a quote without its end.
  if (command.replaceAll(WORD, '').trim() !== '') return false;
  const words = (command.match(WORD) ?? []).map(unquote);
  const first = words.length - args.length;
  return first > 0 && args.every((arg, index) => words[first + index] === arg);
}

function removeRedirections(text: string): string {
  const shorter = text.replace(REDIRECTION, '');
  return shorter === text ? text.trim() : removeRedirections(shorter);
}

const unquote = (word: string): string =>
  word.replace(
    PIECE,
    (_, single?: string, double?: string, escaped?: string, plain?: string) =>
      single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? plain ?? '',
  );
