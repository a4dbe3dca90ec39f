/** A simple command of a shell, without redirections. */
export interface ShellCommand {
  /** Without quotes. Variables, substitutions and patterns stay as they are. */
  words: readonly string[];
  /** No word has a variable, a substitution or a pattern, so `words` are what the program gets. */
  isLiteral: boolean;
  /** The operator behind the command, for example `;` or `&&`. Null at the end. */
  operator: string | null;
}

/** The commands in a text for a POSIX shell. Keywords such as `if` and `{` are words. */
export function splitShellCommands(text: string): ShellCommand[] {
  const commands: ShellCommand[] = [];
  let words: string[] = [];
  let isLiteral = true;
  let isTarget = false;
  for (let index = 0; index < text.length; ) {
    const blank = match(BLANK, text, index);
    if (blank !== null) {
      index += blank.length;
      continue;
    }
    const redirection = match(REDIRECTION, text, index);
    const operator = redirection === null ? match(OPERATOR, text, index) : null;
    if (redirection !== null) {
      index += redirection.length;
      isTarget = !/&[\d-]$/.test(redirection);
    } else if (operator !== null) {
      index += operator.length;
      commands.push({ words, isLiteral, operator });
      [words, isLiteral, isTarget] = [[], true, false];
    } else {
      const word = readWord(text, index);
      index = word.end;
      if (!isTarget) words.push(word.text);
      if (!isTarget && !word.isLiteral) isLiteral = false;
      isTarget = false;
    }
  }
  return words.length === 0 ? commands : [...commands, { words, isLiteral, operator: null }];
}

/** The words of the first command. */
export const splitShellWords = (text: string): readonly string[] => splitShellCommands(text)[0]?.words ?? [];

/** Blanks, a continued line, and a comment. */
const BLANK = /(?:[^\S\n]|\\\n|#[^\n]*)+/y;

/** The number in front, as in `2>`, is not a word. */
const REDIRECTION = /(?:\d*(?:[<>]&[\d-]|<<<|<<-?|<>|>>|>\||[<>]&?)|&>>?)/y;

const OPERATOR = /&&|\|\||;;|[;&|()\n]/y;

const SINGLE_QUOTED = /'([^']*)'?/y;
const DOUBLE_QUOTED = /"((?:[^"\\]|\\[\s\S])*)"?/y;
const ESCAPED = /\\[\s\S]?/y;
const BACKQUOTED = /`(?:[^`\\]|\\[\s\S])*`?/y;
const PLAIN = /[^\s;&|<>()'"\\`$]+/y;

interface ShellWord {
  text: string;
  isLiteral: boolean;
  end: number;
}

function readWord(text: string, start: number): ShellWord {
  let word = '';
  let isLiteral = true;
  let end = start;
  while (end < text.length) {
    const part = readPart(text, end, end === start);
    if (part === null) break;
    word += part.text;
    isLiteral &&= part.isLiteral;
    end = part.end;
  }
  return { text: word, isLiteral, end };
}

/** Null at the end of the word. */
function readPart(text: string, start: number, isFirst: boolean): ShellWord | null {
  const single = match(SINGLE_QUOTED, text, start);
  if (single !== null)
    return { text: single.replace(/^'|'$/g, ''), isLiteral: true, end: start + single.length };
  const double = match(DOUBLE_QUOTED, text, start);
  if (double !== null) {
    const [, inner = ''] = /^"((?:[^"\\]|\\[\s\S])*)"?$/.exec(double) ?? [];
    return {
      text: inner.replace(/\\([$`"\\])/g, '$1'),
      isLiteral: !/[$`]/.test(inner.replace(/\\[\s\S]/g, '')),
      end: start + double.length,
    };
  }
  const escaped = match(ESCAPED, text, start);
  if (escaped !== null) return { text: escaped.slice(1), isLiteral: true, end: start + escaped.length };
  const plain = match(PLAIN, text, start);
  if (plain !== null) {
    const isPattern = /[*?[]/.test(plain) || /(?:^|=)~/.test(isFirst ? plain : ` ${plain}`);
    return { text: plain, isLiteral: !isPattern, end: start + plain.length };
  }
  const expansion = match(BACKQUOTED, text, start) ?? readExpansion(text, start);
  return expansion === null ? null : { text: expansion, isLiteral: false, end: start + expansion.length };
}

/** `$(…)`, or the sign in front of a variable. */
function readExpansion(text: string, start: number): string | null {
  if (text[start] !== '$') return null;
  if (text[start + 1] !== '(') return '$';
  let depth = 0;
  for (let end = start + 1; end < text.length; end += 1) {
    if (text[end] === '(') depth += 1;
    if (text[end] === ')') depth -= 1;
    if (depth === 0) return text.slice(start, end + 1);
  }
  return text.slice(start);
}

function match(pattern: RegExp, text: string, index: number): string | null {
  pattern.lastIndex = index;
  return pattern.exec(text)?.[0] ?? null;
}
