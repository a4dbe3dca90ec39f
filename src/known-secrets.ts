/** Finds secrets that this process has sent or received, in any encoding. */
import { MIN_PIECE_LENGTH } from './plain-text.ts';

/** Stands for a known secret. No text contains it, because it is a private character. */
export const MARK = '\uE000';

/** Between two secrets. No text contains it. */
const SEPARATOR = '\uE001';

/**
 * Replaces each piece of the secrets by a mark, even if white space or punctuation divides it.
 * @param text and `secrets`: without escapes of URLs, JSON, HTML and shells
 */
export function markSecrets(text: string, secrets: readonly string[]): string {
  const forms = secrets.flatMap(listEncodings);
  return [/(?!)/g, /\s/g, /[^a-z\d]/g].reduce((rest, ignored) => markWithout(rest, forms, ignored), text);
}

/** Every form in which a text can contain pieces of the secret. */
function listEncodings(secret: string): string[] {
  if (secret.length < MIN_PIECE_LENGTH) return [];
  // The base64 of a longer text contains one of three forms. The characters at the ends depend on the neighbours.
  const base64 = [0, 1, 2].map((shift) =>
    Buffer.from(' '.repeat(shift) + secret)
      .toString('base64')
      .slice(shift === 0 ? 0 : 4, -4),
  );
  return [secret, ...base64, ...base64.map(toBase64Url), Buffer.from(secret).toString('hex')];
}

const toBase64Url = (base64: string) => base64.replaceAll('+', '-').replaceAll('/', '_');

function markWithout(text: string, secrets: readonly string[], ignored: RegExp): string {
  if (secrets.length === 0) return text;
  // Searched for each piece of the text, which is far shorter than a list of all pieces of the secrets.
  const searched = secrets.map((secret) => secret.toLowerCase().replace(ignored, '')).join(SEPARATOR);
  // Code unit by code unit, so that the indexes remain those of the text.
  const units = text.split('').map((unit) => unit.toLowerCase().replace(ignored, ''));
  const positions = units.flatMap((unit, index) => (unit === '' ? [] : [index]));
  const squeezed = positions.map((index) => units[index]?.charAt(0)).join('');
  const marked = text.split('');
  for (let end = MIN_PIECE_LENGTH; end <= squeezed.length; end += 1) {
    const start = end - MIN_PIECE_LENGTH;
    if (searched.includes(squeezed.slice(start, end)))
      marked.fill(MARK, positions[start], (positions[end - 1] ?? 0) + 1);
  }
  return marked.join('');
}

/** Replaces secrets that are too short for {@link markSecrets}, where they are words of their own. */
export const markWords = (text: string, secrets: readonly string[]): string =>
  selectShort(secrets).reduce(
    (rest, secret) => rest.replace(createPattern(secret, '[\\p{L}\\p{N}]'), MARK),
    text,
  );

/** A shorter external id, such as `1`, occurs in ordinary sentences. AWS accepts two characters. */
const MIN_WORD_LENGTH = 4;

/** Like {@link markWords}, for external ids, which people choose. A role name that contains the id stays unchanged. */
export const markExternalIds = (text: string, ids: readonly string[]): string =>
  selectShort(ids)
    .flatMap(listPatterns)
    .reduce((rest, pattern) => rest.replace(pattern, MARK), text);

const selectShort = (secrets: readonly string[]) =>
  secrets.filter(({ length }) => length > 0 && length < MIN_PIECE_LENGTH);

function listPatterns(id: string): RegExp[] {
  if (id.length < MIN_WORD_LENGTH) return [new RegExp(`(?<=["'\`])${escapePattern(id)}(?=["'\`])`, 'giu')];
  const bytes = Buffer.from(id);
  return [id, bytes.toString('base64').replace(/=+$/, ''), bytes.toString('hex')].map((form) =>
    createPattern(form, '[\\p{L}\\p{N}_/-]'),
  );
}

/** @param neighbour the characters next to which the text is a part of a longer word */
const createPattern = (text: string, neighbour: string): RegExp =>
  new RegExp(`(?<!${neighbour})${escapePattern(text)}(?!${neighbour})`, 'giu');

/** Escapes what is special in a pattern. */
const escapePattern = (text: string) =>
  text.replace(/[^\p{L}\p{N}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
