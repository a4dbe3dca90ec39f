const MAX_LENGTH = 200;

/**
 * Every secret key (40 characters), session token (hundreds) and authorization token of AWS is longer. A
 * shorter value is not a secret, and replacing it could damage words of our own messages.
 */
const MIN_SECRET_LENGTH = 8;

/**
 * Makes foreign text safe for one line of a terminal or a log. Removes control and formatting characters
 * (escape sequences, bidirectional overrides), replaces secrets, and shortens the text to 200 characters.
 */
export function sanitizeText(text: string, secrets: Iterable<string> = []): string {
  const hidden = [...secrets].map(toOneLine).filter(({ length }) => length >= MIN_SECRET_LENGTH);
  // Longest first, because a long secret can contain a short one. The text is shortened last, because a cut
  // could split a secret.
  hidden.sort((a, b) => b.length - a.length);
  const shown = hidden.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), toOneLine(text));
  // Does not split a surrogate pair.
  return shown.slice(0, MAX_LENGTH).replace(/[\uD800-\uDBFF]$/, '');
}

const toOneLine = (text: string) => text.replace(/\s+/g, ' ').replace(/\p{C}/gu, '').trim();
