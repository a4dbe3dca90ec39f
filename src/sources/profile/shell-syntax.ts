/** Commands that exist in a shell only. */
const BUILT_IN = /^(\.|source|exec|cd|export|eval|set|unset|if|for|while|case|\{|!)$/;

const ASSIGNMENT = /^[A-Za-z_]\w*=/;

/** Ends a word or a command, or redirects. A newline cannot occur in a setting. */
const OPERATOR = /[|&;<>()]/;

const SEPARATOR = /[\s|&;<>()]/;

/**
 * The first part of a command that only a shell interprets: `~`, `$`, a backquote, an operator, an assignment
 * before the command, or a built-in command. Null if botocore, which splits the command with Python's
 * `shlex.split` and starts it without a shell, runs the same command. The result contains no argument.
 */
export function findShellSyntax(command: string): string | null {
  const [first = ''] = command.trimStart().split(SEPARATOR);
  if (ASSIGNMENT.test(first)) return `${first.replace(/=.*/s, '')}=`;
  if (BUILT_IN.test(first)) return first;
  let quote = '';
  for (let index = 0; index < command.length; index += 1) {
    const character = command.charAt(index);
    const next = command.charAt(index + 1);
    if (quote !== "'" && character === '\\') index += 1;
    else if (character === quote) quote = '';
    else if (quote === '' && (character === "'" || character === '"')) quote = character;
    else if (quote !== "'" && character === '`') return '`';
    else if (quote !== "'" && character === '$' && /[\w({@*#?$!-]/.test(next)) return '$';
    else if (quote === '' && OPERATOR.test(character)) return character;
    else if (quote === '' && character === '~' && /^$|\s/.test(command.charAt(index - 1))) return '~';
  }
  return null;
}
