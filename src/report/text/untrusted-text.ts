/**
 * Shows control and bidirectional characters as `\u{1b}`. Host, role and job names come from files and
 * endpoints, so they could otherwise control the terminal of the reader. XML cannot represent some of these
 * characters at all.
 */
export function escapeUnprintable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}\p{NChar}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** `ASIA…7QXK`: enough to recognise credentials. Short ids are hidden completely. */
export function maskKeyId(accessKeyId: string): string {
  return accessKeyId.length < 12 ? '…' : `${accessKeyId.slice(0, 4)}…${accessKeyId.slice(-4)}`;
}

/** Escapes `text` and cuts it to `width` characters. The first cut limits the work on very long input. */
export function truncateText(text: string, width: number): string {
  const characters = [...escapeUnprintable(text.slice(0, 2 * width + 2))];
  return characters.length > width ? `${characters.slice(0, width - 1).join('')}…` : characters.join('');
}

export const formatUserAgent = (userAgent: string, width: number) =>
  userAgent === '' ? 'no User-Agent' : truncateText(userAgent, width);
