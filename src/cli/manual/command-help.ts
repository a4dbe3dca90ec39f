import { type Command, Help } from 'commander';

export type HelpRow = readonly [term: string, description: string];

/** Shell input, perhaps of several lines, and its purpose unless the input explains itself. */
export type HelpExample = readonly [input: string, purpose?: string];

/** A paragraph, or a list with a heading. */
export type HelpBlock =
  | string
  | { heading: string; rows: readonly HelpRow[] }
  | { heading: string; verbatim: readonly string[] };

/** The part of a command's help after the flags. */
export interface CommandHelp {
  notes?: readonly HelpBlock[];
  /** Exit codes and their meanings. */
  exitCodes?: readonly HelpRow[];
  examples: readonly HelpExample[];
}

const WIDTH = 80;
const MAX_TERM_WIDTH = 26;

const helps = new WeakMap<Command, CommandHelp>();

/** Declares the help that follows the flags. */
export function addHelp(command: Command, help: CommandHelp): void {
  helps.set(command, help);
  command.addHelpText('after', () => `\n${formatHelp(help)}`);
}

/** @throws Error if the command has no help */
export function getHelp(command: Command): CommandHelp {
  const help = helps.get(command);
  if (help === undefined) throw new Error(`${command.name()} was declared without addHelp`);
  return help;
}

/** Plain text of at most 80 columns, unless an example is longer. */
export function formatHelp({ notes = [], exitCodes = [], examples }: CommandHelp): string {
  const helper = new Help();
  helper.prepareContext({ helpWidth: WIDTH });
  const formatRows = (rows: readonly HelpRow[], termWidth: number) =>
    rows.map(([term, description]) => helper.formatItem(term, termWidth, description, helper)).join('\n');
  const terms = notes.flatMap((block) =>
    typeof block === 'object' && 'rows' in block ? block.rows.map(([term]) => term) : [],
  );
  const termWidth = Math.min(MAX_TERM_WIDTH, longest(terms));
  const formatBlock = (block: HelpBlock): string => {
    if (typeof block === 'string') return helper.boxWrap(block, WIDTH);
    const lines =
      'rows' in block
        ? formatRows(block.rows, termWidth)
        : block.verbatim.map((line) => `  ${line}`).join('\n');
    return `${block.heading}:\n${lines}`;
  };
  const blocks = notes.map(formatBlock);
  if (exitCodes.length > 0)
    blocks.push(`Exit codes:\n${formatRows(exitCodes, longest(exitCodes.map(([code]) => code)))}`);
  return [...blocks, `Examples:\n${formatExamples(examples)}`].join('\n\n');
}

/** Aligns purposes in the rightmost column where all of them fit. Longer inputs shift their own. */
function formatExamples(examples: readonly HelpExample[]): string {
  const fits = (column: number) =>
    examples.every(([input, purpose = '']) => input.length > column || column + 4 + purpose.length <= WIDTH);
  const columns = examples.flatMap(([input, purpose]) => (purpose === undefined ? [] : [input.length]));
  const column = Math.max(0, ...columns.filter(fits));
  return examples
    .map(([input, purpose]) =>
      purpose === undefined
        ? `  ${input.replaceAll('\n', '\n    ')}`
        : `  ${input.padEnd(column)}  ${purpose}`,
    )
    .join('\n');
}

const longest = (texts: readonly string[]): number => Math.max(0, ...texts.map(({ length }) => length));
