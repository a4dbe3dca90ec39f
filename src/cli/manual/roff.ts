/** What roff reads as something else: its escape, quotes that it curls, accents that it makes of signs, and hyphens. */
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\e',
  '-': '\\-',
  "'": '\\(aq',
  '"': '\\(dq',
  '`': '\\(ga',
  '^': '\\(ha',
  '~': '\\(ti',
};

/** Text as it stands, wherever in a line it is put. */
export function escapeRoff(text: string): string {
  const escaped = text
    .replace(/[\\\-'"`^~]/g, (sign) => ESCAPES[sign]!)
    .replace(
      /[^\t -~]/gu,
      (sign) => `\\[u${sign.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}]`,
    );
  // A dot in front would be a request.
  return escaped.startsWith('.') ? `\\&${escaped}` : escaped;
}

export const formatBold = (text: string): string => `\\fB${escapeRoff(text)}\\fR`;

/** Flags, and in italics what stands for a value: `-f, --format <format>`. */
export const formatFlagSyntax = (text: string): string =>
  text
    .split(/(<[^>]*>)/)
    .filter((part) => part !== '')
    .map((part) => (part.startsWith('<') ? `\\fI${escapeRoff(part.slice(1, -1))}\\fR` : formatBold(part)))
    .join('');

/** A term with what it means below it, indented. */
export const formatTaggedParagraph = (term: string, about: string): string[] => ['.TP', term, about];

/** Lines as they were typed. */
export const formatVerbatim = (lines: readonly string[]): string[] => [
  '.nf',
  ...lines.map(formatBold),
  '.fi',
];
