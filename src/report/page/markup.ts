import type { Row } from '../rows/row.ts';

/** Text that is HTML already. All other text is escaped by {@link html}. */
export class Markup {
  constructor(readonly text: string) {}
}

export type Content = Markup | string | number | null | false | undefined | readonly Content[];

/** A template tag. Contents except {@link Markup} are escaped for text and for quoted attributes. */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  return new Markup(parts.reduce((text, part, index) => `${text}${toText(contents[index - 1])}${part}`));
}

function toText(content: Content): string {
  if (content instanceof Markup) return content.text;
  if (Array.isArray(content)) return content.map(toText).join('');
  if (content === null || content === undefined || content === false) return '';
  return escapeText(String(content));
}

const ENTITIES = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
]);

const escapeText = (text: string) =>
  text.replace(/[&<>"']/g, (character) => ENTITIES.get(character) ?? character);

/** Timestamps, durations, flags and short names with hyphens, which are hard to read if a line ends inside. */
const UNBREAKABLE =
  /(\d{4}-\d\d-\d\d(?: \d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:?\d\d)?)?|\d+[dhms](?: \d\d[hms])+|\d\d:\d\d:\d\d(?:Z|[+-]\d\d:?\d\d)?|(?<=[\s(])--?[a-z][a-z-]*|(?<![\w-])[\w.]{1,12}(?:-[\w.]{1,12}){1,4}(?![\w-]))/;

/** A command or flag of a message. A backtick in the name of a host or job is text. */
const COMMAND = /`((?:cred-watch |aws |sudo |report |init|prune |--)[^`]*)`/;

/** A text in which no line ends inside a timestamp, a duration, a flag or a short name. Commands in backticks are code. */
export const prose = (text: string): Markup =>
  html`${text.split(COMMAND).map((part, index) => (index % 2 === 1 ? html`<code>${keepWordsWhole(part)}</code>` : keepTogether(part)))}`;

/** Browsers end lines after hyphens, also within `--`. Long words, such as file names, may break. */
const keepWordsWhole = (command: string): Markup =>
  html`${command
    .split(/((?<![^ ])\S*-\S*)/)
    .map((part, index) =>
      index % 2 === 1 && part.length <= 24 ? html`<span class="one-line">${part}</span>` : part,
    )}`;

const keepTogether = (text: string): Markup =>
  html`${text.split(UNBREAKABLE).map((part, index) => (index % 2 === 1 ? html`<span class="one-line">${part}</span>` : part))}`;

/** Sentences as one paragraph. Each begins with a capital letter. */
export const paragraph = (sentences: readonly string[], className = ''): Markup | null =>
  sentences.length === 0 ? null : html`<p class="${className}">${prose(sentences.join(' '))}</p>`;

/** The meaning of a term, below its heading. */
export const renderExplanation = (text: string): Markup => html`<p class="explanation muted">${text}</p>`;

/** Text begins with a lower-case letter, because it can follow a name. */
export const capitalise = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** JSON for a script element. Escapes characters that could end the element, and Unicode line ends. */
export function embedJson(value: unknown): Markup {
  const text = JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return new Markup(text);
}

/** Fills a cell, because an empty one looks like an error. A phone omits it in lines without columns. */
export const NO_CELL_VALUE = html`<span class="no-value">\u2013</span>`;

/** Null without rows. */
export function renderDefinitionList(rows: readonly Row[], className: string): Markup | null {
  if (rows.length === 0) return null;
  return html`<dl class="${className}">${rows.map(
    ([label, value, remark = '']) =>
      html`<div><dt>${label}</dt><dd>${prose(value)}${remark !== '' && html` <small>${prose(remark)}</small>`}</dd></div>`,
  )}</dl>`;
}

/**
 * A table that scrolls if it is too wide.
 * @param headingId of the heading that names the table
 * @param labels texts, or whole cells
 * @param rows from {@link renderTableRow}
 */
export const renderHtmlTable = (
  headingId: string,
  labels: readonly (string | Markup)[],
  rows: readonly Markup[],
  className = 'rows',
): Markup => html`<div class="card scroll" tabindex="0" role="region" aria-labelledby="${headingId}"><table class="${className}">
<thead><tr>${labels.map((label) => (typeof label === 'string' ? html`<th scope="col">${prose(label)}</th>` : label))}</tr></thead>
<tbody>${rows}</tbody>
</table></div>`;

export const renderTableRow = (cells: readonly Content[], header: Content = null): Markup =>
  html`<tr>${header !== null && html`<th scope="row">${header}</th>`}${cells.map((cell) => html`<td>${cell}</td>`)}</tr>\n`;
