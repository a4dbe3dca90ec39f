import { MAX_WIDTH } from './text-style.ts';
import { COMMAND, DURATION, JOINT, joinParts } from './unbroken.ts';
import { wrapWords } from './wrap-words.ts';

/** In a narrower terminal, an indented line holds few words. */
const MIN_WIDTH = 30;

/**
 * Wraps a message at spaces. Later lines are indented by the width of the label, so that the next label is easy to find.
 * Words stay whole, also if they are longer than a line.
 * @param label `error: `
 * @param columns of the terminal; undefined without a terminal, where scripts and logs expect one line
 */
export function wrapMessage(label: string, text: string, columns: number | undefined): string {
  if (columns === undefined || columns < MIN_WIDTH) return label + text;
  const width = Math.min(columns, MAX_WIDTH) - label.length;
  const lines = wrapWords(joinParts(joinParts(text, COMMAND, width), DURATION, width), width);
  return label + lines.join(`\n${' '.repeat(label.length)}`).replaceAll(JOINT, ' ');
}
