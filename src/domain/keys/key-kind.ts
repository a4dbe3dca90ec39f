/**
 * What AWS's unique ids identify, by their first four letters. Source: "Understanding unique ID prefixes" in the
 * IAM user guide. LKIA and LSIA are key ids of LocalStack.
 */
const KINDS_BY_PREFIX = {
  AKIA: 'long-lived',
  LKIA: 'long-lived',
  ASIA: 'temporary',
  LSIA: 'temporary',
  ABIA: 'bearer-token',
  ACCA: 'context-specific',
  AGPA: 'group',
  AIDA: 'user',
  AIPA: 'instance-profile',
  ANPA: 'managed-policy',
  ANVA: 'managed-policy-version',
  APKA: 'public-key',
  AROA: 'role',
  ASCA: 'certificate',
} as const;

/** The number of characters of an access key id of AWS and of LocalStack. */
export const KEY_ID_LENGTH = 20;

const PREFIXES = Object.keys(KINDS_BY_PREFIX);

/** For regular expressions: one of the known prefixes. */
export const PREFIX_PATTERN = `(?:${PREFIXES.join('|')})`;

/** `other`: a key id of another server, such as MinIO, or a digest of such an id. */
export const KEY_KINDS = [...new Set(Object.values(KINDS_BY_PREFIX)), 'other'] as const;
export type KeyKind = (typeof KINDS_BY_PREFIX)[keyof typeof KINDS_BY_PREFIX] | 'other';

const KEYS: readonly KeyKind[] = ['long-lived', 'temporary', 'bearer-token', 'context-specific', 'other'];

/** False for ids of users, roles and the like, with which no request can be signed. */
export const canSign = (kind: KeyKind): boolean => KEYS.includes(kind);

const isPrefix = (text: string): text is keyof typeof KINDS_BY_PREFIX => Object.hasOwn(KINDS_BY_PREFIX, text);

/** @param keyId may be masked */
export function findKeyKind(keyId: string): KeyKind {
  const prefix = keyId.slice(0, 4);
  return isPrefix(prefix) ? KINDS_BY_PREFIX[prefix] : 'other';
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/**
 * Four letters, then base32. Ids with I or J in the fifth place were issued before 2019, without the number. Ids of
 * `cred-watch simulate` have FALSE there, and no account.
 */
const FORM_WITH_ACCOUNT = /^[A-Z]{4}(?!FALSE)[A-HK-Z2-7][A-Z2-7]{15}$/;

const MAX_ACCOUNT = 999_999_999_999;

/**
 * The number of the account that owns a key. AWS does not document that key ids contain it, but
 * `sts get-access-key-info` returns the same number: bits 1 to 40 after the prefix. Null for other forms of ids.
 */
export function findAccountId(keyId: string): string | null {
  if (!FORM_WITH_ACCOUNT.test(keyId)) return null;
  // The first nine digits have 45 bits: one bit, the 40 bits of the number, and four bits of the next field.
  const bits = [...keyId.slice(4, 13)].reduce((sum, digit) => sum * 32 + BASE32.indexOf(digit), 0);
  const account = Math.floor(bits / 16) % 2 ** 40;
  return account > MAX_ACCOUNT ? null : String(account).padStart(12, '0');
}
