import { type Command, Help } from 'commander';

export type HelpRow = readonly [term: string, description: string];

export type HelpBlock =
  | { kind: 'paragraph'; text: string }
  | { kind: 'rows'; heading: string; rows: readonly HelpRow[] }
  | { kind: 'verbatim'; heading: string; lines: readonly string[] };

/** The part of a command's help after the flags. */
export interface CommandHelp {
  notes?: readonly HelpBlock[];
  /** Exit codes and their meanings. */
  exitCodes?: readonly HelpRow[];
  /** Shell input, and its purpose, or `''` if the input explains itself. Long input has line feeds. */
  examples: readonly HelpRow[];
}

export const WRONG_USAGE: HelpRow = ['2', 'wrong usage, or the command could not run'];
export const DONE: readonly HelpRow[] = [['0', 'done'], WRONG_USAGE];

const WIDTH = 80;
const MAX_TERM_WIDTH = 26;

const helps = new WeakMap<Command, () => CommandHelp>();

/** Declares the help that follows the flags. `createHelp` is called only if the help is shown. */
export function addHelp(command: Command, createHelp: () => CommandHelp): void {
  helps.set(command, createHelp);
  command.addHelpText('after', () => `\n${formatHelp(createHelp())}`);
}

/** @throws Error if the command has no help */
export function getHelp(command: Command): CommandHelp {
  const createHelp = helps.get(command);
  if (createHelp === undefined) throw new Error(`${command.name()} was declared without addHelp`);
  return createHelp();
}

/** Plain text of at most 80 columns, unless an example is longer. */
export function formatHelp({ notes = [], exitCodes = [], examples }: CommandHelp): string {
  const helper = new Help();
  helper.prepareContext({ helpWidth: WIDTH });
  const formatRows = (rows: readonly HelpRow[], termWidth: number) =>
    rows.map(([term, description]) => helper.formatItem(term, termWidth, description, helper)).join('\n');
  const terms = notes.flatMap((block) => (block.kind === 'rows' ? block.rows.map(([term]) => term) : []));
  const termWidth = Math.min(MAX_TERM_WIDTH, longest(terms));
  const formatBlock = (block: HelpBlock): string => {
    switch (block.kind) {
      case 'paragraph':
        return helper.boxWrap(block.text, WIDTH);
      case 'rows':
        return `${block.heading}:\n${formatRows(block.rows, termWidth)}`;
      case 'verbatim':
        return `${block.heading}:\n${block.lines.map((line) => `  ${line}`).join('\n')}`;
    }
  };
  const blocks = notes.map(formatBlock);
  if (exitCodes.length > 0)
    blocks.push(`Exit codes:\n${formatRows(exitCodes, longest(exitCodes.map(([code]) => code)))}`);
  return [...blocks, `Examples:\n${formatExamples(examples)}`].join('\n\n');
}

/** Aligns descriptions in the rightmost column where all of them fit. Longer commands shift their own. */
function formatExamples(examples: readonly HelpRow[]): string {
  const described = examples.filter(([, about]) => about !== '');
  const columns = described
    .map(([command]) => command.length)
    .filter((column) =>
      described.every(([command, about]) => command.length > column || column + 4 + about.length <= WIDTH),
    );
  const column = Math.max(0, ...columns);
  return examples
    .map(([command, about]) =>
      about === '' ? `  ${command.replaceAll('\n', '\n    ')}` : `  ${command.padEnd(column)}  ${about}`,
    )
    .join('\n');
}

const longest = (texts: readonly string[]): number => Math.max(0, ...texts.map(({ length }) => length));
