/** Characters that roff interprets: the escape character, quotes, accents and hyphens. */
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\\', '\\e'],
  ['-', '\\-'],
  ["'", '\\(aq'],
  ['"', '\\(dq'],
  ['`', '\\(ga'],
  ['^', '\\(ha'],
  ['~', '\\(ti'],
]);

/** Makes roff print a text unchanged at any position of a line. */
export function escapeRoff(text: string): string {
  const escaped = [...text].map((each) => ESCAPES.get(each) ?? escapeNonAscii(each)).join('');
  // A dot at the start of a line would be a request.
  return escaped.startsWith('.') ? `\\&${escaped}` : escaped;
}

function escapeNonAscii(character: string): string {
  if (/[\t -~]/.test(character)) return character;
  const codePoint = character.codePointAt(0) ?? 0;
  return `\\[u${codePoint.toString(16).toUpperCase().padStart(4, '0')}]`;
}

export const formatBold = (text: string): string => `\\fB${escapeRoff(text)}\\fR`;
export const formatItalic = (text: string): string => `\\fI${escapeRoff(text)}\\fR`;

/** Formats `-f, --format <format>`: flags in bold, the name of the value in italics. */
export const formatFlagSyntax = (text: string): string =>
  text
    .split(/(<[^>]*>)/)
    .filter((part) => part !== '')
    .map((part) => (part.startsWith('<') ? formatItalic(part.slice(1, -1)) : formatBold(part)))
    .join('');

export const formatTaggedParagraph = (term: string, description: string): string =>
  `.TP\n${term}\n${description}`;

/** Lines that roff does not fill. */
export const formatVerbatim = (lines: readonly string[]): string =>
  ['.nf', ...lines.map(formatBold), '.fi'].join('\n');
