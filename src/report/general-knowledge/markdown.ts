import type { SourceKnowledge } from '../../domain/general-knowledge/source-knowledge.ts';
import { GENERAL_KNOWLEDGE_TITLE } from '../messages/general-knowledge/facts.ts';
import { formatStatement, type KnowledgeStatement, listStatements } from './statements.ts';

/** A section with a list. Empty if nothing is known. */
export function renderKnowledgeMarkdown(knowledge: readonly SourceKnowledge[]): string[] {
  const lines = listStatements(knowledge).flatMap(({ environment, statements }) =>
    statements.map((each) => `- ${environment}: ${formatStatement(addLink(each))}`),
  );
  return lines.length === 0 ? [] : [`### ${GENERAL_KNOWLEDGE_TITLE}`, lines.join('\n')];
}

function addLink({ text, reference }: KnowledgeStatement): KnowledgeStatement {
  if (reference === null || reference.url === null) return { text, reference };
  return { text, reference: { ...reference, text: `[${reference.text}](${reference.url})` } };
}
