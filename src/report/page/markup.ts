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

/** JSON for a script element. Escapes characters that could end the element, and Unicode line ends. */
export function embedJson(value: unknown): Markup {
  const text = JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return new Markup(text);
}

export type Definition = readonly [label: string, value: Content, remark?: Content];

/** Labelled values. `false` is skipped. */
export function renderDefinitionList(
  definitions: readonly (Definition | false)[],
  className = 'facts',
): Markup {
  const shown = definitions.filter((each) => each !== false);
  return html`<dl class="${className}">${shown.map(
    ([label, value, remark]) =>
      html`<div><dt>${label}</dt><dd>${value}${remark && html` <small>${remark}</small>`}</dd></div>`,
  )}</dl>`;
}
