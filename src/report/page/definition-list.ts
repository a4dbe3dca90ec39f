import { type Content, html, type Markup } from './markup.ts';

export type Definition = readonly [label: string, value: Content, remark?: Content];

/** Labelled values; what is false is left out. */
export function renderDefinitionList(all: readonly (Definition | false)[], className = 'facts'): Markup {
  const told = all.filter((each) => each !== false);
  return html`<dl class="${className}">${told.map(
    ([label, value, remark]) =>
      html`<div><dt>${label}</dt><dd>${value}${remark && html` <small>${remark}</small>`}</dd></div>`,
  )}</dl>`;
}
