/**
 * Distinguishes ordinary text from keys and tokens. A word that is not certainly ordinary counts as a secret, because
 * a lost word of a message does less harm than a leaked key.
 */

/** A shorter piece of a secret is useless to an attacker, and short words cannot be distinguished from such pieces. */
export const MIN_PIECE_LENGTH = 8;

/** A request id. After a slash, it can be the secret path of a credentials document. */
const UUID = /(?<![\w/-])[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}\b/gi;

/** Ids of EC2, such as `i-0123456789abcdef0` and `eni-0a1b2c3d`. */
const RESOURCE_ID = /\b(?:i|mi|eni|vpc|vpce|subnet|sg|ami|vol)-[\da-f]{8,17}\b/g;

const TIME = /\b\d{4}-\d\d-\d\d[T_]\d\d:?\d\d(?::?\d\d)?(?:[.,]\d{1,9})?(?:Z|UTC|[+-]\d\d:?\d\d)?/g;

const ARN = /^arn:aws[a-z-]*:[a-z\d-]*:[a-z\d-]*:\d*:/;

/** The end of a name that CloudFormation generates for a role. */
const GENERATED_SUFFIX = /-[A-Z\d]{12,13}\b/g;

/** Characters in places where keys have them, and words, paths, URLs and settings do not. */
const KEY_LIKE = /\+(?!\d)|[\w/]["'`](?![st]\b)[\w/]|==|[^:/]\/\/|[^:]\/\/.*\/\//;

/** A number, a number with a unit, a version, a short word with a number, or a group of an IPv6 address. */
const NUMBER =
  /^(?:\d{1,13}|\d{1,7}(?:[hkmsx]|ms|st|[nr]d|th|[KMG]i?B)|\d\dZ|[a-z]{1,6}\d{1,2}|[a-z]{3,6}2[a-z]{2,4}|[A-Z]{1,6}\d{1,2}|[\da-f]{1,4})$/;

const ACRONYM =
  'API|ARN|AWS|CPU|DB|DNS|EC2|ECS|EKS|HTTPS?|IAM|ID|IMDS(?:v\\d)?|IO|IP|JSON|JWT|KMS|MFA|OIDC|OK|SAML|SDK|SQL|SSL|SSO|STS|TCP|TLS|TTL|UDP|UR[IL]|UUID|V\\d|XML';

/** A word of at most two letters inside a name such as `InvalidIdInRequest`. */
const SHORT_WORD = 'A[nst]|By|I[dnsfp]|No|O[fnr]|To|Up';

/** `word`, `Word`, `WORD`, `camelCase`, `InvalidIdInRequest`, `HTTPErrorCode`. */
const WORD = new RegExp(
  `^(?:[a-z]{1,18}|[A-Z]{1,16}|(?:[a-z]{2,18})?(?:[A-Z][a-z]{2,17}|(?:${ACRONYM}|${SHORT_WORD})(?![a-z]))+)$`,
);

/** Words without a vowel or with unusual pairs of letters. */
const KNOWN_WORDS = new Set(['http', 'https', 'html', 'imds', 'nginx', 'sdks']);

/** For each letter, the letters that follow it in English words and in names of AWS. */
const FOLLOWERS: Readonly<Record<string, string>> = {
  a: 'bcdfghijklmnprstuvwxyz',
  b: 'abceijlorstuy',
  c: 'acehiklorstuy',
  d: 'abdegilmnoprsuvwy',
  e: 'abcdefghijklmnopqrstuvwxyz',
  f: 'aefilorstuy',
  g: 'abeghilmnorstu',
  h: 'abceilmnortuwy',
  i: 'abcdefgklmnopqrstvxz',
  j: 'aeiosu',
  k: 'aeilnostuwy',
  l: 'abcdefhiklmnopstuvwy',
  m: 'abeimnopsuy',
  n: 'acdefgijklmnoprstuvwyz',
  o: 'abcdefghijklmnoprstuvwxyz',
  p: 'abdehiloprstuy',
  q: 'lu',
  r: 'abcdefgijklmnoprstuvwy',
  s: 'acdefhiklmnopqrstuwy',
  t: 'abcefhilmnoprstuwyz',
  u: 'abcdefgilmnoprstx',
  v: 'aeioy',
  w: 'adehiklnorstw',
  x: 'acehiptu',
  y: 'abcdeilmnopstwz',
  z: 'aeiouyz',
};

/** Whether a text without white space is ordinary. */
export function isPlain(text: string): boolean {
  const core = text.replace(/^[([{<"'`.]+|[)\]}>"'`.,;:!?]+$/g, '');
  if (core.length < MIN_PIECE_LENGTH) return true;
  const rest = core.replace(UUID, '').replace(RESOURCE_ID, '').replace(TIME, '');
  if (KEY_LIKE.test(rest)) return false;
  return (ARN.test(rest) ? rest.replace(GENERATED_SUFFIX, '') : rest).split(SEPARATORS).every(isPlainPart);
}

/** A word with fewer letters can be a piece between two separators of a key. */
const MIN_WORD_LENGTH = 4;

/** How many characters of a name can belong to a key. Zero for an ordinary name. */
export function countKeyCharacters(name: string): number {
  const parts = name.split(SEPARATORS);
  if (parts.every(isPlainPart)) return 0;
  const counted = parts.filter((part) => part.length < MIN_WORD_LENGTH || !isPlainPart(part));
  return counted.join('').length;
}

const SEPARATORS = /[^\p{L}\p{N}]+/u;

const isPlainPart = (part: string): boolean => part === '' || NUMBER.test(part) || isWord(part);

function isWord(part: string): boolean {
  // Keys are ASCII, so only the ASCII parts of a word can be parts of a key.
  if (/[^\x20-\x7e]/.test(part)) return part.split(/[^\x20-\x7e]+/).every(isPlain);
  return WORD.test(part) && part.split(/(?=[A-Z][a-z])/).every(isPronounceable);
}

function isPronounceable(word: string): boolean {
  const letters = word.replace(new RegExp(ACRONYM, 'g'), '').toLowerCase();
  if (letters.length < 4 || KNOWN_WORDS.has(letters)) return true;
  const hasPairs = [...letters].every((letter, index) => {
    const next = letters[index + 1];
    return next === undefined || FOLLOWERS[letter]?.includes(next);
  });
  return hasPairs && /[aeiouy]/.test(letters) && !/[bcdfghjklmnpqrstvwxz]{6}|[aeiou]{4}/.test(letters);
}
