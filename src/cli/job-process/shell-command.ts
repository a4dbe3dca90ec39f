import { findShellSyntax } from '../../sources/profile/shell-syntax.ts';

/** `2>/dev/null`, `2>&1`. */
const REDIRECTION = /^\d*>>?(?:&\d|[\w./-]+)$/;
/** `>> FILE` is two words. */
const OPERATOR = /^\d*>>?$/;
const TARGET = /^(?:&\d|[\w./-]+)$/;

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

/** Removes redirections at the end of a command in linear time, because other users choose the command. */
function removeRedirections(text: string): string {
  const words = [...text.matchAll(/\S+/g)];
  const read = (fromEnd: number) => words.at(-fromEnd)?.[0] ?? '';
  while (words.length > 1) {
    if (REDIRECTION.test(read(1))) words.length -= 1;
    else if (words.length > 2 && TARGET.test(read(1)) && OPERATOR.test(read(2))) words.length -= 2;
    else break;
  }
  const [first, last] = [words[0], words.at(-1)];
  return first === undefined || last === undefined
    ? ''
    : text.slice(first.index, last.index + last[0].length);
}

const unquote = (word: string): string =>
  word.replace(
    PIECE,
    (_, single?: string, double?: string, escaped?: string, plain?: string) =>
      single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? plain ?? '',
  );
