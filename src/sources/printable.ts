const LONGEST = 200;

/**
 * Foreign text made fit for one line of a terminal or a log: no control or formatting characters (escape sequences,
 * bidirectional overrides), none of the `secrets`, and short. Secrets go before the cut: a cut one would not match.
 */
export function printable(text: string, secrets: Iterable<string> = []): string {
  const hidden = [...secrets].map(flatten).filter((secret) => secret !== '');
  // Longest first: a short secret may be a part of a long one.
  hidden.sort((a, b) => b.length - a.length);
  const shown = hidden.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), flatten(text));
  return shown.slice(0, LONGEST).replace(/[\uD800-\uDBFF]$/, '');
}

const flatten = (text: string) => text.replace(/\s+/g, ' ').replace(/\p{C}/gu, '').trim();
