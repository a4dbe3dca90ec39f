/** Text that is HTML already. Only {@link html} and what is built of it make any. */
export class Markup {
  constructor(readonly text: string) {}
}

export type Content = Markup | string | number | null | false | undefined | readonly Content[];

/** A template of HTML: what is put in is escaped for text and for attributes in quotes, unless it is markup itself. */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  return new Markup(parts.reduce((text, part, index) => `${text}${toText(contents[index - 1])}${part}`));
}

function toText(content: Content): string {
  if (content instanceof Markup) return content.text;
  if (Array.isArray(content)) return content.map(toText).join('');
  if (content === null || content === undefined || content === false) return '';
  return escapeText(String(content));
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escapeText = (text: string) => text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);

/** JSON inside a script element: nothing in it can end the element, or be a line end to one reader and not to another. */
export function embedJson(value: unknown): Markup {
  const text = JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return new Markup(text);
}
