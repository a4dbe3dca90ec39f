/**
 * Makes a text from outside safe to print and to store. Error messages of endpoints, programs and systems can
 * quote credentials, in any encoding, so only what is certainly ordinary text is kept.
 */
import { MARK, markExternalIds, markSecrets, markWords } from './known-secrets.ts';
import { isPlain } from './plain-text.ts';

const MAX_LENGTH = 200;
/** A longer text is cut first, to limit the work. */
const MAX_INPUT_LENGTH = 2048;

export const REDACTED = '[redacted]';

/**
 * Returns one line of at most 200 printable characters without secrets. Removes
 * - every piece of 8 or more characters of a secret in `known`, in any encoding; a shorter secret only as a whole word,
 * - every external id: below 8 characters only as a whole word, below 4 only in quotes,
 * - everything after the name of a secret, such as `AWS_SESSION_TOKEN=`,
 * - every word that looks like a key,
 * - control and formatting characters (escape sequences, bidirectional overrides).
 * @param known secrets that this process has sent or received
 */
export function redactText(
  text: string,
  known: Iterable<string> = [],
  externalIds: Iterable<string> = [],
): string {
  const decoded = decode(text.slice(0, MAX_INPUT_LENGTH));
  if (decoded === null) return REDACTED;
  const [secrets, ids] = [decodeAll(known), decodeAll(externalIds)];
  const marked = markSecrets(markExternalIds(markWords(decoded, secrets), ids), [...secrets, ...ids]);
  // The text is shortened last, because a cut could split a secret.
  return toOneLine(redactValues(marked));
}

/** Like {@link redactText}, in full length: for a line that a user has to find in a file. */
export function redactLine(line: string): string {
  const decoded = decode(line.slice(0, MAX_INPUT_LENGTH));
  return decoded === null ? REDACTED : redactValues(decoded);
}

const decodeAll = (secrets: Iterable<string>) => [...secrets].map((secret) => decode(secret) ?? secret);

/** Whether {@link redactText} would find a piece of these secrets. */
export function quotesSecret(text: string, known: Iterable<string>): boolean {
  const decoded = decode(text);
  return decoded === null || markSecrets(decoded, decodeAll(known)) !== decoded;
}

/** Limits the memory of {@link createTextRedactor}. */
const MAX_KEPT_TEXTS = 1000;

/**
 * Creates a `redactText` that keeps its results. A database has many failed polls with few distinct texts.
 * @param redact replaces `redactText` in tests
 */
export function createTextRedactor(redact = (text: string) => redactText(text)): (text: string) => string {
  const kept = new Map<string, string>();
  return (text) => {
    const known = kept.get(text);
    if (known !== undefined) return known;
    if (kept.size >= MAX_KEPT_TEXTS) kept.clear();
    const redacted = redact(text);
    kept.set(text, redacted);
    return redacted;
  };
}

/** One line of at most 200 printable characters. Does not split a surrogate pair. */
export const toOneLine = (text: string): string =>
  toPrintable(text)
    .replaceAll('\n', ' ')
    .slice(0, MAX_LENGTH)
    .replace(/[\uD800-\uDBFF]$/, '');

/** Removes control and formatting characters. Keeps line breaks, which can divide a key. */
const toPrintable = (text: string) =>
  text
    .trim()
    .replace(/\s*[\n\r\u2028\u2029]\s*/g, '\n')
    .replace(/[^\S\n]+/g, ' ')
    .replace(/[^\P{C}\n]/gu, '');

const MAX_ENCODINGS = 6;
const ENTITIES: Readonly<Record<string, string>> = {
  quot: '"',
  apos: "'",
  amp: '&',
  lt: '<',
  gt: '>',
  nbsp: ' ',
};

/** Printable lines without escapes of URLs, JSON, HTML and shells. Null if they are repeated too often. */
function decode(text: string): string | null {
  let decoded = toPrintable(text);
  for (let level = 0; level < MAX_ENCODINGS; level += 1) {
    const before = decoded;
    // An invisible character can divide an escape.
    decoded = toPrintable(decodeOnce(before));
    if (decoded === before) return decoded;
  }
  return null;
}

const decodeOnce = (text: string) =>
  text
    .replace(/(?:%[\da-f]{2})+/gi, (bytes) => Buffer.from(bytes.replaceAll('%', ''), 'hex').toString())
    .replace(/\\U([\da-fA-F]{8})/g, (_, digits) => toCharacter(digits, 16))
    .replace(/\\(?:u\{([\da-f]{1,6})\}|u([\da-f]{4})|x([\da-f]{2}))/gi, (_, braced, long, short) =>
      toCharacter(braced ?? long ?? short, 16),
    )
    .replace(/\\([0-3][0-7]{2})/g, (_, digits) => toCharacter(digits, 8))
    .replace(/\\[nr]|\\\r?\n|=\r?\n/g, '\n')
    .replace(/\\[tbf]/g, ' ')
    .replace(/\\([^\w\s])/g, '$1')
    .replace(/&#(?:x([\da-f]{1,6})|(\d{1,7}));?/gi, (_, hex, decimal) =>
      toCharacter(hex ?? decimal, hex ? 16 : 10),
    )
    .replace(/&(quot|apos|amp|lt|gt|nbsp);/gi, (_, name) => ENTITIES[name.toLowerCase()] ?? '');

function toCharacter(digits: string, radix: number): string {
  const code = Number.parseInt(digits, radix);
  return code <= 0x10ffff ? String.fromCodePoint(code) : '';
}

/** Removes the values of named secrets, and words that look like keys. */
function redactValues(text: string): string {
  for (const { 0: name, index } of text.matchAll(/[A-Za-z][A-Za-z\d]*(?:[_.-]+[A-Za-z\d]+)*/g)) {
    const end = index + name.length;
    const valueStart = findValue(name, text.slice(end));
    if (valueStart === null) continue;
    const before = text.slice(0, end + valueStart).replace(/[\s"'`<([{]+$/, '');
    const shown = redactWords(before);
    return shown.endsWith(REDACTED) ? shown : `${shown} ${REDACTED}`;
  }
  return redactWords(text);
}

/** A word of a sentence, which follows `token` in `the token is expired`. */
const SENTENCE_WORD = /^[a-z]{1,15}[,.:;!?)]*$/;

/** Where the value of a named secret starts in the text after the name. Null if no value follows. */
function findValue(name: string, rest: string): number | null {
  const kind = classifyName(name);
  const [before = '', separator = ''] = /^["'`)\]}*\s]*([=:>|]*)["'`<([{\s>]*/.exec(rest) ?? [];
  const value = rest.slice(before.length);
  // In a list of names, white space follows the comma.
  if (kind === null || !/[\p{L}\p{N}\uE000]/u.test(value) || /^[,;.)\]}](?:\s|$)/.test(value)) return null;
  // `no token: HTTP 403`
  if (/^(?:HTTP )?\d{3}\b/.test(value)) return null;
  const isSentence = SENTENCE_WORD.test(/^\S*/.exec(value)?.[0] ?? '');
  const isQuoted = before.replace(/[^"'`]/g, '').length > 1;
  // `password "correct horse"`, but not `"password" is missing`.
  const startsQuotation = separator === '' && /\s["'`]$/.test(before);
  const isValue =
    kind === 'certain'
      ? separator !== '' || isQuoted || startsQuotation || !isSentence
      : /[=>]/.test(separator) || (separator !== '' && (isQuoted || !isSentence));
  return isValue ? before.length : null;
}

/** `ExpiredToken: The token …` begins with the code of an error. */
const ERROR_CODE =
  /^(?:bad|duplicate|expired|incomplete|invalid|malformed|missing|no|revoked|unexpected|unknown|unrecognized|unsupported)/;

/** Without separators between the words, for example `sessiontoken` of `AWS_SESSION_TOKEN`. */
const SECRET_NAME =
  /(?:secrets?|passwords?|passwd|pwd|passphrase|passcode|authorization|cookies?|signature|secretstring)$|(?:access|api|auth|authentication|authorization|bearer|client|csrf|id|identity|metadata|private|refresh|secret|security|session|signing|user)(?:key|token)s?(?:id)?$/;

/** Words that also occur in sentences. As the last of several words they are the name of a secret. */
const POSSIBLE_NAME = /^(?:tokens?|keys?|keyid|credentials?|auth|bearer|session|pass|jwt|otp)$/;

function classifyName(name: string): 'certain' | 'possible' | null {
  const words = name
    .replace(/([a-z\d])([A-Z])|([A-Z])(?=[A-Z][a-z])/g, '$1$3 $2')
    .toLowerCase()
    .split(/[ _.-]+/);
  const squeezed = words.join('');
  if (ERROR_CODE.test(squeezed)) return null;
  if (SECRET_NAME.test(squeezed)) return 'certain';
  const last = words.at(-1) ?? '';
  if (!POSSIBLE_NAME.test(last)) return null;
  return words.length > 1 && last !== 'credentials' ? 'certain' : 'possible';
}

/** Replaces words that look like keys. A key can continue on the next line. */
function redactWords(text: string): string {
  const words = text.split(/(?<=\s)|(?=\s)/).filter((word) => word !== ' ');
  const isSafe = words.map((word) => word === '\n' || (!word.includes(MARK) && isPlain(removeQuery(word))));
  const redacted = words.map((word, index) => {
    const continues = [index - 2, index + 2].some(
      (other) => isSafe[other] === false && words[(index + other) / 2] === '\n',
    );
    if (word === '\n') return '';
    return isSafe[index] && (!continues || SENTENCE_WORD.test(word)) ? removeQuery(word) : redactWord(word);
  });
  const isRepeated = (word: string, index: number, all: string[]) =>
    word === REDACTED && all[index - 1] === REDACTED;
  return redacted
    .filter((word) => word !== '')
    .filter((word, index, all) => !isRepeated(word, index, all))
    .join(' ');
}

/** Queries and user names of URLs are never shown. */
const removeQuery = (word: string) =>
  word.replace(/(\/[^?]*)\?.+/, `$1?${REDACTED}`).replace(/:\/\/[^/]*@/, '://');

/** Keeps scheme, host and port of a URL. */
function redactWord(word: string): string {
  const [origin = ''] = /^\W*[a-z]+:\/\/[\w.:[\]-]+(?=\/)/i.exec(removeQuery(word)) ?? [];
  return origin !== '' && isPlain(origin) ? `${origin}/${REDACTED}` : REDACTED;
}
