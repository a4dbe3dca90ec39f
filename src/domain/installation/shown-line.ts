import { countKeyCharacters } from '../../plain-text.ts';
import { REDACTED, redactLine } from '../../redact.ts';
import { unescapeCommand } from './cron-line.ts';
import { splitShellWords } from './shell-words.ts';

/** A word of a shell with its quotes, or the operators between words. */
const RAW_WORD = /(?:'[^']*'|"(?:[^"\\]|\\.)*"|\\.|[^\s'"\\;&|<>()])+/g;

/** The name of a variable or of a flag in front of a value. */
const NAME = /^(?:[A-Za-z_]\w*|--[a-z-]+)=/;

/** Flags of `poll` whose value can be a secret, also if it is an ordinary word. */
const SECRET_FLAGS: ReadonlySet<string> = new Set(['--external-id', '--process']);

/** With more placeholders, these would have three digits, which are not ordinary text. */
const MAX_PATHS = 100;

/**
 * A line of a crontab without secrets. Known paths stay, although parts of them can look like keys. A path behind the
 * name of a secret, such as `AWS_SECRET_ACCESS_KEY=`, does not stay.
 */
export function redactCronLine(line: string, isKnownPath: (path: string) => boolean): string {
  const paths: string[] = [];
  const mark = findUnusedMark(line);
  const replacePath = (written: string): string => {
    const [path = ''] = splitShellWords(unescapeCommand(written));
    const isPath = path.startsWith('/') && removeQuotes(path) === removeQuotes(written);
    if (!isPath || paths.length >= MAX_PATHS || !isKnownPath(path)) return written;
    return `${mark}${paths.push(written) - 1}`;
  };
  let isSecretNext = false;
  const marked = line.replace(RAW_WORD, (word) => {
    const [text = ''] = splitShellWords(unescapeCommand(word));
    const [flag = '', ...values] = text.split('=');
    const isSecret = isSecretNext || (SECRET_FLAGS.has(flag) && values.length > 0);
    if (isSecret) {
      const shown = isSecretNext ? REDACTED : `${flag}=${REDACTED}`;
      isSecretNext = false;
      return shown;
    }
    isSecretNext = SECRET_FLAGS.has(flag);
    const [name = ''] = NAME.exec(word) ?? [];
    const value = word.slice(name.length);
    // The values of PATH.
    const isList = !/['"\\]/.test(value);
    return name + (isList ? value.split(':').map(replacePath).join(':') : replacePath(value));
  });
  const pattern = new RegExp(`${mark}(\\d{1,2})`, 'g');
  // An escape of cron can divide an escape of a URL.
  return redactLine(marked.replaceAll('\\%', '%')).replace(pattern, (_, index) => paths[Number(index)] ?? '');
}

/** Nothing else may be in a word that is shown. cron ends the command at a `%`. */
const removeQuotes = (text: string): string => text.replace(/['"\\]/g, '');

/** The start of a short path that the line does not have. */
const findUnusedMark = (line: string): string =>
  [...'qxzjkvwy'].map((letter) => `/${letter}`).find((mark) => !line.includes(mark)) ?? '/qq';

/** Characters that no key of AWS has in a URL, a query or base64. A path with other ones is not shown. */
const PATH_CHARACTERS = /^(?:[^?=&#%+\p{C}]|%(?![\da-f]{2}))*$/iu;

/** The random parts of temporary folders, and unusual names of users, are shorter than keys. */
const MAX_OF_NAME = 16;
/** A key can contain slashes. */
const MAX_OF_PATH = 20;

/** False if a key can be a part of the path, also if a file has this name. */
export function isOrdinaryPath(path: string): boolean {
  const counts = path.split('/').map(countKeyCharacters);
  const total = counts.reduce((sum, count) => sum + count, 0);
  return PATH_CHARACTERS.test(path) && Math.max(...counts) <= MAX_OF_NAME && total <= MAX_OF_PATH;
}
