import { digest } from './digest.ts';

/**
 * Access key ids of AWS and of LocalStack. All begin with a known prefix and consist of upper-case letters and
 * digits, while secret keys also have lower-case letters. They have 20 characters; the longest secret keys of
 * AWS have 40. Source: "Unique identifiers" in the IAM user guide.
 */
const KNOWN_FORM = /^(?:A[BKS]IA|ACCA|L[KS]IA)[A-Z\d]{0,28}$/;

/** What {@link toStoredKeyId} returns for other ids. */
const DIGEST = /^sha256:[\da-f]{16}$/;

/** IAM's rule, and a hyphen as used by other servers. */
const ANY_FORM = /^[\w-]{1,128}$/;

export const isKeyId = (text: string): boolean => ANY_FORM.test(text) || DIGEST.test(text);

/**
 * The key id to store and to show. An id of an unknown form can be a secret key by mistake, for example if two
 * variables are swapped. Its digest reveals nothing, and still distinguishes generations.
 */
export const toStoredKeyId = (keyId: string): string =>
  keyId === '' || KNOWN_FORM.test(keyId) || DIGEST.test(keyId) ? keyId : `sha256:${digest(keyId, 16)}`;

/** Whether key id and secret key seem to be swapped. */
export const areSwapped = (keyId: string, secretKey: string): boolean =>
  !KNOWN_FORM.test(keyId) && (KNOWN_FORM.test(secretKey) || hasSecretKeyForm(keyId));

/**
 * A secret key of AWS: base64 of 30 random bytes. At least half of a name of this length consists of words. Of random
 * keys, 0.03 % have so many words, and nearly all have a digit.
 */
export const hasSecretKeyForm = (text: string): boolean =>
  /^[A-Za-z\d/+]{40}$/.test(text) &&
  hasBothCases(text) &&
  countLettersOfWords(text) < (/\d/.test(text) ? 26 : 20);

/** A secret key, or a token: base64 that ends with `=`, or that is longer than any name. */
export const hasSecretForm = (text: string): boolean =>
  hasSecretKeyForm(text) ||
  /^[\w+/-]{40,}={1,2}$/.test(text) ||
  (/^[\w+/-]{100,}$/.test(text) && hasBothCases(text) && countLettersOfWords(text) < text.length / 2);

/** A client can send a secret by mistake, for example in its User-Agent. */
export const redactSecretWords = (text: string): string =>
  text.replace(/[\w+/-]{20,}={0,2}/g, (word) => (hasSecretForm(word) ? '[redacted]' : word));

const hasBothCases = (text: string) => /[a-z]/.test(text) && /[A-Z]/.test(text);

const countLettersOfWords = (text: string) => (text.match(/[A-Z]?[a-z]{3,}/g) ?? []).join('').length;
