import type { SourceKnowledge } from '../../domain/general-knowledge/source-knowledge.ts';
import { GENERAL_KNOWLEDGE_TITLE } from '../messages/general-knowledge/facts.ts';
import { continueRows, type Row } from '../rows/row.ts';
import { createPalette } from '../terminal/colour.ts';
import { clampWidth, layOutBlocks } from '../terminal/layout.ts';
import type { TextStyle } from '../terminal/text-style.ts';
import { formatStatement, listStatements } from './statements.ts';

/** One row per statement. */
const listKnowledgeRows = (knowledge: readonly SourceKnowledge[]): Row[] =>
  listStatements(knowledge).flatMap(({ environment, statements }) =>
    continueRows(environment, statements.map(formatStatement)),
  );

/** A block with a title of its own. Empty if nothing is known. */
export function renderKnowledgeText(knowledge: readonly SourceKnowledge[], style: TextStyle): string {
  const rows = listKnowledgeRows(knowledge);
  if (rows.length === 0) return '';
  const palette = createPalette(style);
  const blocks = layOutBlocks([rows], clampWidth(style.width), palette);
  return `${[palette.bold(GENERAL_KNOWLEDGE_TITLE), ...blocks].join('\n\n')}\n`;
}
