import type { Command, Help, Option } from 'commander';
import { getHelp, type HelpRow } from './command-help.ts';
import { describeValues } from './describe-values.ts';
import { groupFlags, isGlobalFlag } from './flag-groups.ts';
import {
  findTermWidth,
  formatBlocks,
  formatExamples,
  formatHeading,
  formatRows,
  wrapText,
} from './help-layout.ts';
import { ENVIRONMENT, FILES, VALUES } from './man-sections.ts';

/** Longer lines are hard to read. */
const MAX_WIDTH = 100;

/** The width of notes, exit codes and variables. */
const MAX_TEXT_WIDTH = 80;

/** More examples are only in the whole help. */
const SHORT_EXAMPLE_COUNT = 4;

/** The configuration of commander's help. @param isShort `-h` instead of `--help` */
export const createHelpConfiguration = (isShort: boolean): Partial<Help> => ({
  showGlobalOptions: true,
  optionDescription: describeValues,
  argumentDescription: describeValues,
  formatHelp(command, { helpWidth = MAX_WIDTH }) {
    const width = Math.min(helpWidth, MAX_WIDTH);
    const isProgram = command.parent === null;
    const formatBody = isProgram ? formatProgramHelp : formatCommandHelp;
    const parts = [
      `${formatHeading('Usage')} ${command.createHelp().commandUsage(command)}`,
      wrapText(command.description(), width),
      ...formatBody(command, isShort, width),
    ];
    return `${parts.join('\n\n')}\n`;
  },
});

function formatProgramHelp(program: Command, isShort: boolean, width: number): string[] {
  const textWidth = Math.min(width, MAX_TEXT_WIDTH);
  const { exitCodes = [], examples } = getHelp(program);
  const headings = [...new Set(program.commands.map((command) => command.helpGroup()))];
  const lists = headings.map((heading) => ({
    heading: heading.replace(/:$/, ''),
    rows: program.commands
      .filter((command) => command.helpGroup() === heading)
      .map((command): HelpRow => {
        return [command.name(), command.summary() || command.description()];
      }),
  }));
  const options = { heading: 'Global options', rows: listFlags(groupFlags(program)[0]?.options ?? []) };
  const sections = [
    { heading: 'Exit codes, unless a command has its own', rows: exitCodes },
    { heading: 'Values of flags', rows: VALUES },
    { heading: 'Environment', rows: ENVIRONMENT },
    { heading: 'Files', rows: FILES },
  ];
  return [
    ...formatLists([...lists, ...(isShort ? [] : [options])], width),
    ...(isShort ? [] : sections.flatMap((section) => formatBlocks([section], textWidth))),
    formatExamples(examples, width),
    wrapText('cred-watch COMMAND -h shows the common flags of a command, and --help all flags.', width),
  ];
}

function formatCommandHelp(command: Command, isShort: boolean, width: number): string[] {
  const textWidth = Math.min(width, MAX_TEXT_WIDTH);
  const { notes = [], exitCodes = [], examples } = getHelp(command);
  const flags = isShort ? listCommonFlags(command) : groupFlags(command);
  const lists = [
    { heading: 'Arguments', rows: listArguments(command) },
    ...flags.map(({ heading, options }) => ({ heading, rows: listFlags(options) })),
  ].filter(({ rows }) => rows.length > 0);
  if (isShort)
    return [
      ...formatLists(lists, width),
      formatExamples(examples.slice(0, SHORT_EXAMPLE_COUNT), width),
      wrapText(
        `${command.parent?.name()} ${command.name()} --help shows all flags, exit codes and notes.`,
        width,
      ),
    ];
  const codes = exitCodes.length === 0 ? [] : [{ heading: 'Exit codes', rows: exitCodes }];
  return [
    ...formatLists(lists, width),
    ...formatBlocks(notes, textWidth),
    ...formatBlocks(codes, textWidth),
    formatExamples(examples, width),
  ];
}

/** Lists whose descriptions begin in the same column. */
function formatLists(
  lists: readonly { heading: string; rows: readonly HelpRow[] }[],
  width: number,
): string[] {
  const termWidth = findTermWidth(lists.flatMap(({ rows }) => rows));
  return lists.map(({ heading, rows }) => `${formatHeading(heading)}\n${formatRows(rows, termWidth, width)}`);
}

/** The common flags of a command under one heading. */
function listCommonFlags(command: Command): { heading: string; options: readonly Option[] }[] {
  const { commonFlags } = getHelp(command);
  const options =
    commonFlags === undefined
      ? command.options.filter((option) => !isGlobalFlag(option))
      : commonFlags.flatMap((flag) => command.options.filter(({ long }) => long === flag));
  const isComplete = command.options.every((option) => isGlobalFlag(option) || options.includes(option));
  return [{ heading: isComplete ? 'Options' : 'Common options', options }];
}

const listFlags = (options: readonly Option[]): HelpRow[] =>
  options.map((option) => [option.flags, describeValues(option)]);

const listArguments = (command: Command): HelpRow[] =>
  command.registeredArguments.map((argument) => [argument.name(), describeValues(argument)]);
