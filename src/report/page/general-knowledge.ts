import type { SourceKnowledge } from '../../domain/general-knowledge/source-knowledge.ts';
import { type KnowledgeStatement, listStatements } from '../general-knowledge/statements.ts';
import { GENERAL_KNOWLEDGE_TITLE } from '../messages/general-knowledge/facts.ts';
import { capitalise, html, type Markup, prose } from './markup.ts';

/** General knowledge about the sources, apart from all measurements. Null if nothing is known. */
export function renderGeneralKnowledge(knowledge: readonly SourceKnowledge[] = []): Markup | null {
  const environments = listStatements(knowledge);
  if (environments.length === 0) return null;
  return html`<section class="card general-knowledge"><h3>${capitalise(GENERAL_KNOWLEDGE_TITLE)}</h3>
<dl>${environments.map(
    ({ environment, statements }) =>
      html`<dt>${environment}</dt>${statements.map((each) => html`<dd class="statement">${renderStatement({ ...each, text: capitalise(each.text) })}</dd>`)}\n`,
  )}</dl></section>`;
}

function renderStatement({ text, reference }: KnowledgeStatement): Markup {
  if (reference === null) return prose(text);
  const source =
    reference.url === null
      ? html`${reference.text}`
      : html`<a href="${reference.url}" rel="noreferrer">${reference.text}</a>`;
  return html`${prose(text)} <span class="muted">(${source})</span>`;
}
