import { hasSecretKeyForm } from '../../key-id.ts';
import { groupBy } from '../lists.ts';
import { PREFIX_PATTERN } from './key-kind.ts';
import { decode, type ForeignUrl, type PresignedUrl, parsePresignedUrl } from './presigned-url.ts';

/** An access key id in a text, as such or in a presigned URL. */
export interface KeyReference {
  /** As written. It may be masked, and may be a secret by mistake if its form is unknown. */
  accessKeyId: string;
  /** Null for a key id without a URL. */
  url: PresignedUrl | null;
}

/** What a text contains. */
export interface FoundKeys {
  references: KeyReference[];
  foreignUrls: ForeignUrl[];
}

/** A key id of any form, alone. Null if it cannot be one, for example because it has the form of a secret key. */
export const parseOtherKeyId = (text: string): KeyReference | null =>
  /^[\w-]{3,128}$/.test(text) && !hasSecretKeyForm(text) ? { accessKeyId: text, url: null } : null;

/** Equal for two references to the same key or URL. */
export function getReferenceKey({ accessKeyId, url }: KeyReference): string {
  const parts = url && [url.address, url.signedAt, url.requestedUntil, url.signatureVersion];
  return JSON.stringify([accessKeyId, parts]);
}

/** The different keys and URLs, in their order. */
export const listDistinctKeys = (references: readonly KeyReference[]): KeyReference[] =>
  [...groupBy(references, getReferenceKey).values()].map(([first]) => first);

const KEY_ID = new RegExp(`(?<![A-Za-z\\d])${PREFIX_PATTERN}[A-Z\\d]{12,28}(?![A-Za-z\\d])`, 'g');
const MASKED_KEY_ID = new RegExp(
  `(?<![A-Za-z\\d])(${PREFIX_PATTERN})(?:\u2026|\\.{3})([A-Z\\d]{4})(?![A-Za-z\\d])`,
  'g',
);
const DIGEST = /(?<![A-Za-z\d])sha256:[\da-f]{16}(?![A-Za-z\d])/g;

/** The value of a variable can be a key id of any form, for example of MinIO. */
const VARIABLE = /(?<![A-Za-z\d])aws_access_key_id=([\w-]{3,128})/i;

const SIGNED_QUERY = /x-amz-credential=|awsaccesskeyid=|key-pair-id=|x-goog-credential=|googleaccessid=/i;

/** White space, control characters, and the quotes and brackets around values. */
const DELIMITERS = /[\s\u0000-\u001f\u007f-\u009f"'`<>\\]+/;

/** Between the parts of a decoded word. */
const SEPARATORS = new RegExp(`${DELIMITERS.source}|(?=https?://)`, 'i');

/** Finds all key ids and presigned URLs in a text, in their order. */
export function findKeyReferences(text: string): FoundKeys {
  const found: FoundKeys = { references: [], foreignUrls: [] };
  for (const word of removeEscapes(text).split(DELIMITERS)) {
    // A URL can be a parameter of another URL, such as a redirect.
    for (const piece of decodeNested(word).split(SEPARATORS)) addPiece(piece, found);
  }
  return found;
}

/** `\u0026` of JSON, `&amp;` of XML, `\&` of shells. An escaped line end separates words. */
const removeEscapes = (text: string): string =>
  text
    .replace(/\\[nrt]/g, ' ')
    .replace(/\\u0026|&amp;/gi, '&')
    .replace(/\\u003d/gi, '=')
    .replace(/\\([&=?/%])/g, '$1');

function addPiece(text: string, found: FoundKeys): void {
  if (SIGNED_QUERY.test(text)) {
    const url = parsePresignedUrl(text);
    if (typeof url === 'string') {
      found.foreignUrls.push(url);
      return;
    }
    if (url !== null) {
      found.references.push({ accessKeyId: url.accessKeyId, url });
      return;
    }
  }
  for (const accessKeyId of listKeyIds(text)) found.references.push({ accessKeyId, url: null });
}

/** Removes percent encoding until a signed query is visible. */
function decodeNested(word: string): string {
  let text = word;
  for (let level = 0; level < 2 && /%(?:25)?(?:3D|26|22|3A)/i.test(text); level += 1) {
    if (SIGNED_QUERY.test(text)) break;
    text = decode(text);
  }
  return text;
}

function listKeyIds(text: string): string[] {
  const known = [KEY_ID, MASKED_KEY_ID, DIGEST].flatMap((pattern) => [...text.matchAll(pattern)]);
  if (known.length > 0) return known.toSorted((a, b) => a.index - b.index).map(([id]) => id);
  const variable = VARIABLE.exec(text)?.[1];
  return variable === undefined ? [] : [variable];
}

/** The visible parts of a masked key id: `ASIA` and `7QXK` of `ASIA…7QXK`. Null if the id is not masked. */
export function parseMaskedKeyId(keyId: string): { prefix: string; suffix: string } | null {
  const [, prefix, suffix] = [...keyId.matchAll(MASKED_KEY_ID)][0] ?? [];
  return prefix === undefined || suffix === undefined ? null : { prefix, suffix };
}

/** A masked key id with the usual character `…`. Null if the id is not masked. */
export function formatMaskedKeyId(keyId: string): string | null {
  const masked = parseMaskedKeyId(keyId);
  return masked && `${masked.prefix}\u2026${masked.suffix}`;
}

/** `ASIA…7QXK`, with other characters for the hidden ones, and in any case. */
const MASKED_IN_ANY_WAY = new RegExp(
  `^(${PREFIX_PATTERN})(?:\u2026|\\.{2,}|\\*+|\\?+|\ufffd+)([A-Z\\d]{4})$`,
  'i',
);

/**
 * The key id as cred-watch prints it, for a text that is a masked key id. Another program may have replaced the character
 * `…`. Null for other texts.
 */
export function normaliseMaskedKeyId(text: string): string | null {
  const [, prefix, suffix] = MASKED_IN_ANY_WAY.exec(text) ?? [];
  return prefix === undefined || suffix === undefined
    ? null
    : `${prefix.toUpperCase()}\u2026${suffix.toUpperCase()}`;
}

/** A key id of AWS in lower-case letters. */
const IN_LOWER_CASE = new RegExp(`^${PREFIX_PATTERN}[A-Z\\d]{12,28}$`, 'i');

/** Whether the text becomes a key id of AWS if its letters become upper-case letters. */
export const hasWrongCase = (text: string): boolean => IN_LOWER_CASE.test(text) && /[a-z]/.test(text);

/** The beginning of a key id of AWS. */
const INCOMPLETE = new RegExp(`^${PREFIX_PATTERN}[A-Z\\d]{0,11}$`);

/** Whether the text is a key id of AWS without its last characters. */
export const isIncompleteKeyId = (text: string): boolean => INCOMPLETE.test(text);
