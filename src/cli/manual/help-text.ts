import type { EventEmitter } from 'node:events';
import type { Command } from 'commander';

/** A part of what follows the flags of a help. */
export type HelpBlock =
  | { kind: 'paragraph'; text: string }
  /** Rows of two columns under a heading, the second of which may be missing. */
  | { kind: 'rows'; heading: string; rows: readonly HelpRow[] }
  | { kind: 'examples'; examples: readonly Example[] };

export interface HelpRow {
  term: string;
  description: string;
}

export interface Example {
  /** As it would be typed, over several lines where it is long. */
  lines: readonly string[];
  /** Or `''`. */
  description: string;
}

/** What follows the flags of a command, as commander would write it. */
export function getTextAfterFlags(command: Command): string {
  let text = '';
  const write = (written: string) => {
    text += written;
  };
  // A command is an emitter, which its types keep to themselves.
  (command as unknown as EventEmitter).emit('afterHelp', { error: false, command, write });
  return text;
}

/** The same in its parts, which blank lines part. Rows are indented, and so are the examples. */
export function parseHelpBlocks(command: Command): HelpBlock[] {
  const parts = getTextAfterFlags(command)
    .split(/\n\s*\n/)
    .map((part) => part.split('\n').filter((line) => line !== ''));
  return parts.filter((lines) => lines.length > 0).map(toBlock);
}

export const findExamples = (command: Command): readonly Example[] =>
  parseHelpBlocks(command).flatMap((block) => (block.kind === 'examples' ? block.examples : []));

function toBlock(lines: readonly string[]): HelpBlock {
  const indented = lines.findIndex((line) => line.startsWith('  '));
  if (indented < 0) return { kind: 'paragraph', text: lines.join(' ') };
  const heading = lines.slice(0, indented).join(' ').replace(/:$/, '');
  if (heading === 'Examples') return { kind: 'examples', examples: toExamples(lines.slice(indented)) };
  const rows: HelpRow[] = [];
  for (const line of lines.slice(indented)) {
    const { term, description } = columns(line);
    const above = rows.at(-1);
    // What is indented deeply goes on from above.
    if (/^ {3}/.test(line) && above !== undefined)
      rows[rows.length - 1] =
        above.description === ''
          ? { term: `${above.term}\n${term}`, description }
          : { ...above, description: `${above.description} ${term}` };
    else rows.push({ term, description });
  }
  return { kind: 'rows', heading, rows };
}

function toExamples(lines: readonly string[]): Example[] {
  const examples: Example[] = [];
  for (const line of lines) {
    const above = examples.at(-1);
    if (/^ {3}/.test(line) && above !== undefined)
      examples[examples.length - 1] = { ...above, lines: [...above.lines, line.slice(2)] };
    else {
      const { term, description } = columns(line);
      examples.push({ lines: [term], description });
    }
  }
  return examples;
}

/** Two spaces and more part the columns. */
function columns(line: string): HelpRow {
  const [term = '', ...about] = line.trim().split(/ {2,}/);
  return { term, description: about.join(' ') };
}
