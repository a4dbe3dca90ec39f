/**
 * Escapes text from files and endpoints for each output language, so that a name can neither control a
 * terminal nor run as a formula. Markdown, HTML and workflow commands have further rules in their renderers.
 */

/**
 * Control and format characters (bidirectional controls, zero-width characters, tags), other characters that
 * are invisible by default, line separators, private-use characters, lone surrogates, and noncharacters. XML
 * cannot represent some of these characters at all.
 */
const UNPRINTABLE = String.raw`\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\p{Co}\p{Cs}\p{NChar}`;

/** Creates a pattern at its first use, because V8 loads the tables of Unicode for it, which takes 2 ms. */
function definePattern(source: string): () => RegExp {
  let pattern: RegExp | null = null;
  return () => {
    pattern ??= new RegExp(source, 'gu');
    return pattern;
  };
}

const getUnprintable = definePattern(`[${UNPRINTABLE}]`);

/** Nearly all texts have only these characters. */
const USUAL = /^[\x20-\x7e\u00b7\u2013\u2014\u2026]*$/;

/** Writes unprintable characters as `\u{1b}`. */
export const escapeUnprintable = (text: string): string =>
  USUAL.test(text)
    ? text
    : text.replace(getUnprintable(), (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);

/** JSON.stringify() escapes control characters inside strings, so a raw line end is part of the layout. */
const getUnprintableInJson = definePattern(`(?!\n)[${UNPRINTABLE}]`);

/** Most documents contain no other characters, and this pattern is faster. */
const NOT_ASCII = /[^\n\x20-\x7e]/;

/** JSON with `\uXXXX` for unprintable characters. A parser returns the original text. */
export function toJson(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, null, indent);
  return NOT_ASCII.test(text) ? text.replace(getUnprintableInJson(), escapeInJson) : text;
}

/** Characters outside of the basic plane have two code units, and JSON escapes each one. */
const escapeInJson = (character: string) =>
  character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');

/** Spreadsheets ignore these characters before a formula. */
const IGNORED = String.raw`(?:(?![\t\r\n])[\s${UNPRINTABLE}])*`;

/**
 * A spreadsheet can see a formula at the start of a cell. It can also see one after a quote or a separator,
 * because not every spreadsheet separates cells at commas.
 * https://owasp.org/www-community/attacks/CSV_Injection
 */
const CELL_START = String.raw`(?<=(?:^|[\t\r\n",;|])${IGNORED})`;
const FORMULA_START = String.raw`(?='*[-=+@\t\r\n\u2212\ufe62\ufe63\ufe66\ufe6b\uff0b\uff0d\uff1d\uff20])`;

const getUnescaped = definePattern(CELL_START + FORMULA_START);
const getEscaped = definePattern(`${CELL_START}'${FORMULA_START}`);

/** Writes an apostrophe before each possible formula, and before the apostrophes that precede it. */
export const escapeCsvText = (text: string): string => text.replace(getUnescaped(), "'");

/** The inverse of {@link escapeCsvText}. */
export const unescapeCsvText = (text: string): string => text.replace(getEscaped(), '');

/** For csv-stringify. Only text can be hostile: an apostrophe would turn a negative number into text. */
export const CSV_CAST = { boolean: String, string: escapeCsvText };

/** A word for a POSIX shell. Inside single quotes only the quote itself is special. */
export const quoteForShell = (text: string): string =>
  /^[\w./:@%+,=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/** A command for a POSIX shell. */
export const formatShellCommand = (words: readonly string[]): string => words.map(quoteForShell).join(' ');
