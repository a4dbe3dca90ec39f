const LONGEST = 200;

/**
 * No secret key (40 characters), session token (hundreds) or authorization token of AWS is shorter. What is, is no
 * secret and a part of many words: a token of one letter would tear our own sentences apart.
 */
const SHORTEST_SECRET = 8;

/**
 * Foreign text made fit for one line of a terminal or a log: no control or formatting characters (escape sequences,
 * bidirectional overrides), none of the `secrets`, and short. Secrets go before the cut: a cut one would not match.
 */
export function sanitizeText(text: string, secrets: Iterable<string> = []): string {
  const hidden = [...secrets].map(flatten).filter(({ length }) => length >= SHORTEST_SECRET);
  // Longest first: a short secret may be a part of a long one.
  hidden.sort((a, b) => b.length - a.length);
  const shown = hidden.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), flatten(text));
  return shown.slice(0, LONGEST).replace(/[\uD800-\uDBFF]$/, '');
}

const flatten = (text: string) => text.replace(/\s+/g, ' ').replace(/\p{C}/gu, '').trim();
