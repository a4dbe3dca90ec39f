/**
 * Names come from files and endpoints: control characters, and those that turn the direction of text, would let
 * them draw on the terminal of whoever reads a report, and XML has no way to write some. They are shown as `\u{1b}`.
 */
export function escapeUnprintable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}\p{NChar}]/gu,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
}

/** A key id tells which credentials are meant; its ends are enough for that. */
export function maskKeyId(accessKeyId: string): string {
  return accessKeyId.length < 12 ? '…' : `${accessKeyId.slice(0, 4)}…${accessKeyId.slice(-4)}`;
}

/** Cut before it is made printable, which makes it longer, and after. */
export function truncateText(text: string, width: number): string {
  const characters = [...escapeUnprintable(text.slice(0, 2 * width + 2))];
  return characters.length > width ? `${characters.slice(0, width - 1).join('')}…` : characters.join('');
}

export const formatUserAgent = (userAgent: string, width: number) =>
  userAgent === '' ? 'no User-Agent' : truncateText(userAgent, width);
